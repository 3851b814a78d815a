"""Quick exit: leave for a harmless page, forget everything, and show nothing when going back.

Browsers keep what was sent in a form so that going back can send it again. Each form therefore
tells when its page was made, and the exit leaves one cookie behind that holds its own time and
nothing else: whatever was made before is answered with the first page.
"""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from services.intake.web.settings import settings
from shared.clock import real_time

router = APIRouter(include_in_schema=False)
#: The field of each form that tells when its page was made, in milliseconds since 1970.
MADE: Final = "vu"
_COOKIE: Final = "t"
_KEPT_SECONDS: Final = 12 * 3_600


def made_now() -> str:
    """Return what a form of a page made now tells."""
    return str(int(real_time() * 1_000))


def was_left(request: Request, made: str | None) -> bool:
    """Tell whether a form was made before its user left."""
    left = request.cookies.get(_COOKIE, "")
    if not (left.isascii() and left.isdigit() and len(left) < 20):
        return False
    return not (made and made.isascii() and made.isdigit() and int(made[:20]) > int(left))


@router.get("/partir")
async def leave() -> RedirectResponse:
    """Forget what the browser kept, then go on to the way out."""
    headers = {
        "Cache-Control": "no-store",
        "Clear-Site-Data": '"cache", "cookies", "storage"',
        "Referrer-Policy": "no-referrer",
    }
    return RedirectResponse("/sortie", 303, headers)


@router.get("/sortie")
async def go_elsewhere(request: Request) -> RedirectResponse:
    """Note the time, once all else is forgotten, and leave for a harmless page."""
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    answer = RedirectResponse(settings.exit_url, 303, headers)
    answer.set_cookie(
        _COOKIE,
        made_now(),
        max_age=_KEPT_SECONDS,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer
