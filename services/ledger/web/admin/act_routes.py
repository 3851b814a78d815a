"""Each act of administrators and leads: asked, checked, confirmed; a secret is shown this once."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.ledger.accounts.manage import Order
from services.ledger.accounts.permits import ROLES_OF
from services.ledger.web.admin import directory, people, programs, texts
from services.ledger.web.admin.acts import NEW, Act, Given, Parts, parts_of
from services.ledger.web.admin.sight import fields_before, require_there
from services.ledger.web.admin.views import AdminWords, admin_page
from services.ledger.web.forms import Field
from services.ledger.web.refusals import told
from services.ledger.web.session import Visitor, language_of, ledger_at, require_form, to, visitor
from shared.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from shared.http import request_hash
from shared.web import fields_of

router = APIRouter(include_in_schema=False)
SUBJECTS: Final[Mapping[str, Mapping[str, Act]]] = {
    "people": people.ACTS,
    "organisations": directory.ORGANISATIONS,
    "sites": directory.SITES,
    "days": directory.DAYS,
    "credentials": programs.ACTS,
}


@router.get("/desk/admin/{subject}/{ident}/{name}")
async def ask(request: Request, subject: str, ident: str, name: str) -> Response:
    """Ask for what an act needs, with what stands now filled in."""
    who, act = await _permitted(request, subject, name)
    parts = parts_of(ledger_at(request))
    before = await fields_before(parts, who.caller, subject, ident)
    return await _form(request, who, _Place(subject, ident, name, act), before)


@router.post("/desk/admin/{subject}/{ident}/{name}")
async def act(request: Request, subject: str, ident: str, name: str) -> Response:
    """Show what was filled in, or carry it out once that is confirmed."""
    who, found = await _permitted(request, subject, name)
    said: dict[str, list[str]] = {}
    for field, value in await fields_of(request):
        said.setdefault(field, []).append(value[:5_000])
    require_form(request, who, {field: values[0] for field, values in said.items()})
    place, go = _Place(subject, ident, name, found), said.get("go", [""])[0]
    if go == "change":
        return await _form(request, who, place, said)
    if go != "confirm":
        return await _check(request, who, place, said)
    nonce = said.get("nonce", [""])[0] or token_hex(16)
    secret = request.app.state.settings.token_key.get_secret_value()
    order = Order(who.caller, request_hash(secret, nonce.encode()))
    try:
        done = await found.run(parts_of(ledger_at(request)), order, ident, said)
    except (Conflict, Invalid) as error:
        return await _form(request, who, place, said, error)
    except Forbidden:
        raise NotFound("There is no such page") from None
    if done.secret is None:
        return to(f"/desk/admin/{subject}/{done.ident}?done=1")
    return admin_page(
        request,
        "admin_secret.html",
        who,
        secret=done.secret,
        told="credential_once" if subject == "credentials" else "invitation_once",
        on=f"/desk/admin/{subject}/{done.ident}",
    )


class _Place:
    """Which act on what: the address that its form is sent to."""

    def __init__(self, subject: str, ident: str, name: str, act: Act) -> None:
        self.subject, self.ident, self.act = subject, ident, act
        self.address = f"/desk/admin/{subject}/{ident}/{name}"
        self.back = f"/desk/admin/{subject}" + ("" if ident == NEW else f"/{ident}")


async def _permitted(request: Request, subject: str, name: str) -> tuple[Visitor, Act]:
    who = await visitor(request)
    require_there(who.caller, subject)
    found = SUBJECTS.get(subject, {}).get(name)
    if found is None:
        raise NotFound("There is no such page")
    return who, found


async def _form(
    request: Request, who: Visitor, place: _Place, said: Given, problem: DomainError | None = None
) -> Response:
    words = AdminWords(language_of(request))
    parts, form = parts_of(ledger_at(request)), place.act.form
    sentence, reasons = told(problem, form, words.place) if problem else (None, [])
    options = {
        field.name: await _choices(field, parts, who, words)
        for field in form.fields
        if field.kind in ("choice", "many")
    }
    return admin_page(
        request,
        "admin_act.html",
        who,
        status=problem.status if problem else 200,
        form=form,
        address=place.address,
        back=place.back,
        said=said,
        options=options,
        nonce=said.get("nonce", [token_hex(16)])[0],
        problem=sentence,
        reasons=reasons,
    )


async def _check(request: Request, who: Visitor, place: _Place, said: Given) -> Response:
    words = AdminWords(language_of(request))
    parts, shown = parts_of(ledger_at(request)), []
    for field in place.act.form.fields:
        values = [value for value in said.get(field.name, []) if value.strip()]
        named = dict(await _choices(field, parts, who, words))
        if values:
            text = "••••" if field.kind == "secret" else ", ".join(named.get(v, v) for v in values)
            shown.append((field.label[words.place], text))
    hidden = [(n, v) for n, values in said.items() for v in values if n not in ("go", "csrf")]
    return admin_page(
        request,
        "admin_check.html",
        who,
        form=place.act.form,
        address=place.address,
        shown=shown,
        hidden=hidden,
    )


async def _choices(
    field: Field, parts: Parts, who: Visitor, words: AdminWords
) -> list[tuple[str, str]]:
    caller, known = who.caller, parts.register.directory()
    mine = known.find(caller.organisation)
    tables: dict[str, dict[str, tuple[str, str]]] = {
        "yes_no": texts.YES_NO,
        "kinds": texts.KINDS,
        "functions": texts.FUNCTIONS,
        "scopes": texts.SCOPES,
        "days": texts.DAYS,
    }
    match field.options:
        case "offices":
            bodies = known.organisations.items()
            offices = [(i, body.name) for i, body in bodies if body.open]
            own = [one for one in offices if one[0] == caller.organisation]
            return own if caller.organisation else sorted(offices, key=lambda one: one[1])
        case "roles":
            fitting: Any = ROLES_OF[mine.kind] if mine else texts.ROLES
            return [(role, words.of(texts.ROLES, role)) for role in fitting]
        case "sites":
            sites = (await parts.register.all_sites()).sites.items()
            return sorted(((i, site.name) for i, site in sites), key=lambda one: one[1])
        case str() as table:
            return [(code, words.of(tables[table], code)) for code in tables[table]]
        case _:
            return []
