"""Photos decoded and written anew, so that neither place nor camera nor anything hidden is kept.

A phone writes where it stood into each picture, and a file may be a picture and something else at
once: only the picture itself is taken over.
"""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from services.intake.submission import Attachment
from shared.errors import Invalid

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
#: How such files begin, whatever their sender calls them.
_BEGINNINGS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"GIF8")
#: More pixels than a phone's camera has: decoding them would only cost memory.
_MOST_PIXELS: Final = 60_000_000
_LONGEST_SIDE: Final = 2_000
_QUALITY: Final = 85


class NotAPhoto(ValueError):
    """The bytes are no picture that can be decoded here."""


def is_photo(file: Attachment) -> bool:
    """Tell whether a file is called a picture, or begins like one."""
    webp = file.data[8:12] == b"WEBP" or not file.data.startswith(b"RIFF")
    return file.content_type.startswith("image/") or (file.data.startswith(_BEGINNINGS) and webp)


def written_anew(data: bytes, longest_side: int = _LONGEST_SIDE) -> bytes:
    """Return a picture as a JPEG of at most so many pixels a side; raises NotAPhoto."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NotAPhoto("it has too many pixels")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise NotAPhoto("it cannot be read as a picture") from None
    upright.thumbnail((longest_side, longest_side))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    written = BytesIO()
    bare.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


async def without_traces(files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Return files with each photo written anew; raises Invalid for one that is none."""
    return tuple(
        [await asyncio.to_thread(_clean, number, file) for number, file in enumerate(files)]
    )


def _clean(number: int, file: Attachment) -> Attachment:
    if not is_photo(file):
        return file
    try:
        data = written_anew(file.data)
    except NotAPhoto as error:
        reason = f"this is not a photo that can be kept: {error}; send a JPEG, PNG or WebP"
        field = f"attachments.{number}"
        raise Invalid(
            "Nothing was stored; correct these fields and send it again",
            errors=[{"field": field, "reason": reason}],
        ) from None
    name = file.name.rpartition(".")[0] or file.name or "photo"
    return file.model_copy(
        update={"data": data, "content_type": "image/jpeg", "name": f"{name}.jpg"}
    )
