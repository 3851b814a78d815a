"""How pages go out of any service: one stylesheet, headers that keep them private, compressed."""

import gzip
import hashlib
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.errors import BadRequest

STYLE: Final = (Path(__file__).parent / "style.css").read_bytes()
STYLE_VERSION: Final = hashlib.sha256(STYLE).hexdigest()[:12]
#: Nothing from elsewhere, no script, no frame, no cache, no address told to others (OWASP ASVS).
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Language": "fr",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}


def templates_in(folder: Path) -> Environment:
    """Return the templates of a folder: what they show is escaped, what is missing is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def compressed(
    request: Request, content: bytes, media_type: str, headers: dict[str, str], status: int = 200
) -> Response:
    """Return content, compressed when the browser takes it; 2G is paid by the byte."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, status, headers, media_type)


def stylesheet(request: Request, **headers: Any) -> Response:
    """Return the stylesheet; its address changes with its content, so that it may be kept."""
    return kept_for_good(request, STYLE, "text/css; charset=utf-8", **headers)


def kept_for_good(request: Request, content: bytes, media_type: str, **headers: Any) -> Response:
    """Return what stands at an address of its own version, so that browsers may keep it."""
    kept = {"Cache-Control": "public, max-age=31536000, immutable", **headers}
    return compressed(request, content, media_type, kept)


async def fields_of(request: Request) -> list[tuple[str, str]]:
    """Return the text fields of a form, in their order; raises BadRequest."""
    try:
        data = await request.form()
    except UnicodeError:
        raise BadRequest("The form names a character set that does not fit it") from None
    # Some character sets bring halves of surrogate pairs, which no page can show.
    return [
        (name, value.encode("utf-8", "replace").decode())
        for name, value in data.multi_items()
        if isinstance(value, str)
    ]
