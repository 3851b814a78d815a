"""The credentials of programs, without their secrets."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response

from services.ledger.accounts import credentials
from services.ledger.accounts.manage import Order
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import Credential
from services.ledger.web.admin import texts
from services.ledger.web.admin.lists import listed_page, opened, single_page
from services.ledger.web.admin.views import AdminWords
from shared.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/desk/admin/credentials")
async def all_credentials(request: Request) -> Response:
    """List the credentials of programs, without their secrets."""
    who, parts, words = await opened(request, "credentials")
    known, now = parts.register.directory(), parts.identity.clock.now()
    found = await credentials.listed(parts.identity, Order(who.caller))
    rows = [(one.id, _credential(one, known.name_of, now, words)) for one in found]
    columns = [words(name) for name in ("organisation", "role", "scopes", "until", "state")]
    return listed_page(request, who, "credentials", columns, rows, "issue")


@router.get("/desk/admin/credentials/{ident}")
async def one_credential(request: Request, ident: str) -> Response:
    """Show what a program may do, until when, and what happened to its credential."""
    who, parts, words = await opened(request, "credentials")
    found = await parts.identity.credentials.find(ident)
    if found is None:
        raise NotFound("There is no such credential")
    now = parts.identity.clock.now()
    cells = _credential(found, parts.register.directory().name_of, now, words)
    names = ("organisation", "role", "scopes", "until", "state")
    acts = [] if found.state.revoked else ["rotate", "revoke"]
    history = words.happened(await parts.identity.credentials.history(ident), ident)
    title = f"{cells[0]}, {cells[1]}"
    facts = [(words(name), cell) for name, cell in zip(names, cells, strict=True)]
    return single_page(request, who, "credentials", ident, title, facts, acts, history)


def _credential(
    one: Entry[Credential], name_of: Callable[[str], str], now: datetime, words: AdminWords
) -> list[str]:
    state = one.state
    stands = "revoked" if state.revoked else "serving" if now < state.expires_at else "over"
    return [
        name_of(state.organisation) if state.organisation else words("none"),
        words.of(texts.ROLES, state.role),
        ", ".join(words.of(texts.SCOPES, scope) for scope in state.scopes),
        words.day(state.expires_at),
        words(stands),
    ]
