"""How pages go out: rendered on the server, escaped, compressed, kept by no cache.

The form is public and knows no session and no cookie, so there is nothing that another site
could act with: a forged request could only file a complaint of its own. The nonce in the page
makes a repeat the same complaint; following a case needs a key that only its pages hold.
"""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from os import urandom
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request, Response

from services.intake.web.leaving import MADE, made_now
from services.intake.web.static_routes import ADDRESSES
from services.intake.web.texts import Words
from shared.web import HEADERS, compressed, templates_in

TEMPLATES: Final = Path(__file__).parent / "templates"
_KEY_SECONDS: Final = 15 * 60
_NONCE: Final = 12


_TEMPLATES: Final = templates_in(TEMPLATES)
_TEMPLATES.globals["address"] = ADDRESSES
#: Our own scripts and icons, nothing inline; pages work without either.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "worker-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def page(
    request: Request, template: str, language: str, *, status: int = 200, **values: Any
) -> Response:
    """Return a rendered page with the headers that keep it private."""
    words = Words(language)
    values.setdefault("failed", {})
    html = _TEMPLATES.get_template(template).render(
        w=words, lang=language, made=(MADE, made_now()), **values
    )
    headers = {
        **HEADERS,
        "Content-Security-Policy": _POLICY,
        "Content-Language": words.page_language,
    }
    return compressed(request, html.encode(), "text/html; charset=utf-8", headers, status)


class CaseKeys:
    """Keys that open one case from the page in hand for 15 minutes, instead of a cookie.

    Encrypted reference and code: the address stays free of both, and nothing is left behind in
    the browser when the page is closed.
    """

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def make(self, reference: str, code: str) -> str:
        """Return a key for a reference and code that were right."""
        nonce = urandom(_NONCE)
        content = f"{int(time.time()) + _KEY_SECONDS}|{reference}|{code}".encode()
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, content, b"case")).decode()

    def read(self, key: str) -> tuple[str, str] | None:
        """Return reference and code, or None when the key is old or not ours."""
        try:
            raw = urlsafe_b64decode(key.encode())
            content = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], b"case").decode()
        except (BadBase64, InvalidTag, ValueError):
            return None
        until, reference, code = content.split("|")
        return (reference, code) if int(until) >= time.time() else None
