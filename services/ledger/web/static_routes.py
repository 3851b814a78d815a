"""The style and the scripts of the desk; each address carries its version."""

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from shared.web import STYLE_VERSION, kept_for_good, stylesheet

router = APIRouter(include_in_schema=False)
_HTMX: Final = (files("js_lib_htmx") / "static/htmx/htmx.min.js").read_bytes()
_DESK: Final = Path(__file__).with_name("desk.js").read_bytes()
_JAVASCRIPT: Final = "text/javascript; charset=utf-8"


def _version_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


#: Where pages find what they need.
ADDRESSES: Final = {
    "style": f"/desk/style.css?v={STYLE_VERSION}",
    "htmx": f"/desk/htmx.js?v={_version_of(_HTMX)}",
    "desk": f"/desk/desk.js?v={_version_of(_DESK)}",
}


@router.get("/desk/style.css")
async def style(request: Request) -> Response:
    """The one stylesheet."""
    return stylesheet(request)


@router.get("/desk/htmx.js")
async def htmx(request: Request) -> Response:
    """Lists that change in place."""
    return kept_for_good(request, _HTMX, _JAVASCRIPT)


@router.get("/desk/desk.js")
async def desk(request: Request) -> Response:
    """What is on its way says so."""
    return kept_for_good(request, _DESK, _JAVASCRIPT)
