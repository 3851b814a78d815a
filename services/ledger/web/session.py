"""Who sits at the desk: the session's cookie, and the token that each form must carry."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.ledger.store import Ledger
from shared.access import Caller
from shared.errors import Forbidden, TransientError, Unauthorized

SIGN_IN: Final = "/desk/sign-in"
LANGUAGE: Final = "langue"
_YEAR: Final = 365 * 24 * 3600
_SAME: Final = (None, "same-origin", "none")


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in, with the token that their forms carry."""

    caller: Caller
    session: str
    csrf: str


def ledger_at(request: Request) -> Ledger:
    """Return the ledger, once the store has answered; raises TransientError."""
    ledger: Ledger | None = request.app.state.parts
    if ledger is None or ledger.identity is None:
        raise TransientError("The service is starting", retry_after=2)
    return ledger


def cookie_name(request: Request) -> str:
    """Return the cookie's name: bound to this host and to TLS where the service is public."""
    return "__Host-desk" if request.app.state.settings.production else "desk"


def keep(request: Request, response: Response, token: str) -> Response:
    """Let the browser keep a session until it is closed; no script ever reads it."""
    response.set_cookie(
        cookie_name(request),
        token,
        httponly=True,
        samesite="strict",
        secure=request.app.state.settings.production,
        path="/",
    )
    return response


def forget(request: Request, response: Response) -> Response:
    """Let the browser forget the session."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.app.state.settings.production
    )
    return response


def session_of(request: Request) -> str:
    """Return the session that the browser sent, empty without one."""
    return request.cookies.get(cookie_name(request), "")


async def visitor(request: Request) -> Visitor:
    """Return who is signed in; raises Unauthorized, and Forbidden for a second factor to be set."""
    ledger, token = ledger_at(request), session_of(request)
    if not token or ledger.identify is None:
        raise Unauthorized("Sign in first")
    caller = await ledger.identify(token, request.method, "/desk")
    return Visitor(caller, token, csrf_of(request, token))


def csrf_of(request: Request, token: str) -> str:
    """Return what a form of this session carries, which no other site can know."""
    secret = request.app.state.settings.token_key.get_secret_value()
    return hmac.new(secret.encode(), f"desk|{token}".encode(), hashlib.sha256).hexdigest()


def require_same_site(request: Request) -> None:
    """Refuse a form that another site sent; raises Forbidden."""
    if request.headers.get("sec-fetch-site") not in _SAME:
        raise Forbidden("The form did not come from this site")


def require_form(request: Request, who: Visitor, said: dict[str, str]) -> None:
    """Refuse a form that is not one of this session; raises Forbidden."""
    require_same_site(request)
    if not hmac.compare_digest(said.get("csrf", "").encode(), who.csrf.encode()):
        raise Forbidden("The form is not one of this session")


def language_of(request: Request) -> str:
    """Return the language: as just chosen, as kept, or French."""
    chosen = request.query_params.get(LANGUAGE) or request.cookies.get(LANGUAGE, "")
    return "en" if chosen == "en" else "fr"


def keep_language(request: Request, response: Response) -> Response:
    """Keep a language that was just chosen."""
    if LANGUAGE in request.query_params:
        response.set_cookie(
            LANGUAGE, language_of(request), max_age=_YEAR, samesite="lax", httponly=True
        )
    return response


def to(path: str) -> RedirectResponse:
    """Return the answer that sends the browser on."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
