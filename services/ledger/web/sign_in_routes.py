"""Pages to sign in, to accept an invitation, to set up the second factor, and to leave."""

from collections.abc import Awaitable

from fastapi import APIRouter, Request, Response

from services.ledger.accounts import sign_in as use
from services.ledger.accounts.doors import address_of
from services.ledger.accounts.sessions import Begun
from services.ledger.web.pages import page
from services.ledger.web.session import (
    SIGN_IN,
    Visitor,
    csrf_of,
    forget,
    keep,
    ledger_at,
    require_form,
    require_same_site,
    session_of,
    to,
    visitor,
)
from shared.directory import Organisations
from shared.errors import DomainError, Forbidden, Invalid, TooMany, Unauthorized
from shared.web import fields_of

router = APIRouter(include_in_schema=False)


@router.get(SIGN_IN)
async def ask(request: Request) -> Response:
    """Ask who somebody is."""
    return asked(request)


@router.post(SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Begin a session, also by an invitation; the same answer whatever is wrong."""
    require_same_site(request)
    said = dict(await fields_of(request))
    identity = ledger_at(request).identity
    assert identity is not None
    attempt = use.Attempt(
        said.get("organisation") or None,
        said.get("login", "")[:120],
        address_of(request),
        said.get("code", "").strip()[:40] or None,
    )
    passphrase = said.get("passphrase", "")[:1_000]
    if invitation := said.get("invitation", "").strip()[:100]:
        work = use.accept_invitation(identity, attempt, invitation, passphrase)
    else:
        work = use.sign_in(identity, attempt, passphrase)
    return await _begun(request, work, said)


async def _begun(request: Request, work: Awaitable[Begun], said: dict[str, str]) -> Response:
    try:
        begun = await work
    except TooMany as error:
        return too_often(request, said, error)
    except Invalid as error:
        return asked(request, said, error.detail, 422)
    except Unauthorized:
        return asked(request, said, "wrong", 401)
    path = "/desk/second-factor" if begun.session.must else "/desk"
    return keep(request, to(path), begun.token)


def too_often(request: Request, said: dict[str, str], error: TooMany) -> Response:
    """Ask again, later: the answer says when."""
    response = asked(request, said, "often", 429)
    response.headers.update(error.headers)
    return response


def asked(
    request: Request,
    said: dict[str, str] | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    """Return the page that asks who somebody is, with what was wrong before."""
    bodies = ledger_at(request).policy.current.get(Organisations).organisations
    offices = [(i, body.name) for i, body in bodies.items() if body.open and body.emails]
    invited = "invitation" in request.query_params or bool((said or {}).get("invitation"))
    return page(
        request,
        "sign_in.html",
        status=status,
        problem=problem,
        offices=sorted(offices, key=lambda one: one[1]),
        said=said or {},
        invited=invited,
    )


@router.get("/desk/second-factor")
async def second_factor(request: Request) -> Response:
    """Show the key of a second factor, to be confirmed by its first code."""
    identity, token = ledger_at(request).identity, session_of(request)
    assert identity is not None
    signed = await identity.signed_in(token)
    if signed.session.must is None:
        return to("/desk")
    made = await use.begin_second_factor(identity, signed, None, address_of(request))
    return _factor(request, made.secret, csrf_of(request, token))


@router.post("/desk/second-factor")
async def confirm_second_factor(request: Request) -> Response:
    """Set the second factor up, and show the recovery codes this once."""
    identity, token = ledger_at(request).identity, session_of(request)
    assert identity is not None
    said = dict(await fields_of(request))
    signed = await identity.signed_in(token)
    require_form(request, Visitor(signed.caller, token, csrf_of(request, token)), said)
    try:
        begun, codes = await use.confirm_second_factor(identity, signed, said.get("code", "")[:40])
    except DomainError:
        made = said.get("secret", "")[:80]
        return _factor(request, made, csrf_of(request, token), problem="wrong", status=422)
    return keep(request, page(request, "codes.html", codes=codes), begun.token)


def _factor(
    request: Request, secret: str, csrf: str, *, problem: str | None = None, status: int = 200
) -> Response:
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page(
        request,
        "second_factor.html",
        status=status,
        secret=secret,
        spaced=spaced,
        csrf=csrf,
        problem=problem,
    )


@router.post("/desk/sign-out")
async def sign_out(request: Request) -> Response:
    """End this session, or all of the account's."""
    identity = ledger_at(request).identity
    assert identity is not None
    said = dict(await fields_of(request))
    try:
        who = await visitor(request)
        require_form(request, who, said)
        if said.get("everywhere"):
            signed = await identity.signed_in(who.session)
            cause = f"session:{who.csrf[:16]}"
            await use.sign_out_everywhere(
                identity, signed.account, use.actor_of(signed.account), cause
            )
        await identity.sessions.end(who.session)
    except (Unauthorized, Forbidden):
        pass
    return forget(request, to(SIGN_IN))
