"""The people who may sign in, for administrators and the lead of an organisation."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from services.ledger.accounts import manage
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import Account
from services.ledger.accounts.sign_in import secrets_of
from services.ledger.web.admin import people, texts
from services.ledger.web.admin.acts import day
from services.ledger.web.admin.lists import listed_page, opened, single_page
from services.ledger.web.admin.views import AdminWords

router = APIRouter(include_in_schema=False)
_PAGE: Final = 100


@router.get("/desk/admin/people")
async def all_people(
    request: Request,
    organisation: str = "",
    after: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """List the accounts that the caller manages, those of one organisation when one is chosen."""
    who, parts, words = await opened(request, "people")
    wanted = organisation[:80]
    found = await manage.listed(
        parts.identity, who.caller, after=after, limit=_PAGE, organisation=wanted or None
    )
    known = parts.register.directory()
    rows = [(entry.id, _person(entry, known.name_of, words)) for entry in found]
    bodies = sorted((body.name, ident) for ident, body in known.organisations.items())
    more = f"?organisation={wanted}&after={found[-1].id}" if len(found) == _PAGE else None
    return listed_page(
        request,
        who,
        "people",
        [words(name) for name in ("login", "organisation", "role", "state")],
        sorted(rows, key=lambda row: (row[1][1], row[1][0])),
        "invite",
        filters=[(i, name) for name, i in bodies] if who.caller.role == "administrator" else [],
        chosen=wanted,
        more=more,
    )


def _person(entry: Entry[Account], name_of: Callable[[str], str], words: AdminWords) -> list[str]:
    state = entry.state
    return [
        secrets_of(entry).login,
        name_of(state.organisation) if state.organisation else words("none"),
        words.of(texts.ROLES, state.role) + (f" · {words('lead')}" if state.lead else ""),
        words.of(texts.STATES, state.state),
    ]


@router.get("/desk/admin/people/{ident}")
async def one_person(request: Request, ident: str) -> Response:
    """Show an account, what can be done with it, and what happened to it."""
    who, parts, words = await opened(request, "people")
    entry = await manage.find(parts.identity, who.caller, ident)
    state = entry.state
    login, organisation, role, stands = _person(entry, parts.register.directory().name_of, words)
    away = words.day(day(state.away_until, "until")) if state.away_until else ""
    facts = [
        (words("organisation"), organisation),
        (words("role"), role),
        (words("state"), stands),
        (words("secured"), words.of(texts.YES_NO, "true" if state.secured else "false")),
        (words("away"), away),
    ]
    acts = people.possible(state.state, administrator=who.caller.role == "administrator")
    history = words.happened(await parts.identity.accounts.history(ident), ident)
    return single_page(request, who, "people", ident, login, facts, acts, history)
