"""The style, the icons and the scripts of the public pages; each address carries its version."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from shared.web import STYLE_VERSION, kept_for_good, stylesheet

router = APIRouter(include_in_schema=False)
_FOLDER: Final = Path(__file__).parent / "static"
_ICONS: Final = (_FOLDER / "icons.svg").read_bytes()
_SCRIPT: Final = (_FOLDER / "page.js").read_bytes()
_OFFLINE: Final = (_FOLDER / "offline.js").read_bytes()
JAVASCRIPT: Final = "text/javascript; charset=utf-8"


def version_of(*contents: bytes) -> str:
    """Return the version of contents, which changes with them."""
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]


#: Where pages find what they need.
ADDRESSES: Final = {
    "style": f"/public/style.css?v={STYLE_VERSION}",
    "icons": f"/public/icons.svg?v={version_of(_ICONS)}",
    "script": f"/public/page.js?v={version_of(_SCRIPT)}",
    "offline": f"/public/offline.js?v={version_of(_OFFLINE)}",
}


@router.get("/public/style.css")
async def style(request: Request) -> Response:
    """The one stylesheet."""
    return stylesheet(request)


@router.get("/public/icons.svg")
async def icons(request: Request) -> Response:
    """All icons in one file; each stands beside its word and never alone."""
    return kept_for_good(request, _ICONS, "image/svg+xml")


@router.get("/public/page.js")
async def script(request: Request) -> Response:
    """What a page does better with a script."""
    return kept_for_good(request, _SCRIPT, JAVASCRIPT)


@router.get("/public/offline.js")
async def offline(request: Request) -> Response:
    """How what is written without a network is kept, sent and erased."""
    return kept_for_good(request, _OFFLINE, JAVASCRIPT)
