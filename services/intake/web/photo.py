"""A photo that a page hands in: made small enough to be kept, as telephones take large ones."""

import asyncio
from typing import Final

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from services.intake.photos import NotAPhoto, written_anew
from services.intake.submission import Attachment

LARGEST_UPLOAD: Final = 5 * 1024 * 1024
#: Pixels a side: leaves and gravel need so many bytes that the second one is tried.
_SIDES: Final = (2_000, 1_200)


async def read_photo(request: Request) -> Attachment | str:
    """Return the photo of a form, written anew; or the key of the text that says what is wrong."""
    given = (await request.form()).get("photo")
    if not isinstance(given, UploadFile):
        return "error_no_photo"
    data = await given.read(LARGEST_UPLOAD + 1)
    if not data:
        return "error_no_photo"
    if len(data) > LARGEST_UPLOAD:
        return "error_photo"
    for side in _SIDES:
        try:
            small = await asyncio.to_thread(written_anew, data, side)
            return Attachment(name="photo.jpg", content_type="image/jpeg", data=small)
        except NotAPhoto:
            break
        except ValidationError:  # still too large
            continue
    return "error_photo"
