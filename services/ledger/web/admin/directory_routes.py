"""Organisations, sites and calendar days, with what was said of each."""

from fastapi import APIRouter, Request, Response

from services.ledger.accounts.identity import organisation_id
from services.ledger.accounts.manage import Order
from services.ledger.accounts.register import day_id, site_id
from services.ledger.web.admin import texts
from services.ledger.web.admin.acts import day
from services.ledger.web.admin.lists import listed_page, opened, single_page
from shared.errors import Invalid, NotFound

router = APIRouter(include_in_schema=False)


@router.get("/desk/admin/organisations")
async def all_organisations(request: Request) -> Response:
    """List the directory's organisations as they stand."""
    who, parts, words = await opened(request, "organisations")
    await parts.register.refresh()
    rows = [
        (
            ident,
            [
                body.name,
                words.of(texts.KINDS, body.kind),
                ", ".join(body.emails) or words("no_address"),
                words.of(texts.STATES, "open" if body.open else "closed"),
            ],
        )
        for ident, body in parts.register.directory().organisations.items()
    ]
    columns = [words(name) for name in ("name", "kind", "emails", "state")]
    return listed_page(
        request, who, "organisations", columns, sorted(rows, key=lambda row: row[1]), "add"
    )


@router.get("/desk/admin/organisations/{ident}")
async def one_organisation(request: Request, ident: str) -> Response:
    """Show an organisation, what can be done with it, and what happened to it."""
    who, parts, words = await opened(request, "organisations")
    await parts.register.refresh()
    body = parts.register.directory().find(ident)
    if body is None:
        raise NotFound("There is no such organisation")
    said = await parts.identity.organisations.find(organisation_id(ident))
    issuer = said.state.issuer if said else None
    sites = (await parts.register.all_sites()).sites
    facts = [
        (words("kind"), words.of(texts.KINDS, body.kind)),
        (words("state"), words.of(texts.STATES, "open" if body.open else "closed")),
        (words("emails"), ", ".join(body.emails) or words("no_address")),
        (
            words("where"),
            ", ".join(sites[site].name for site in body.sites if site in sites)
            or words("whole_country"),
        ),
        (words("provider"), issuer or ""),
    ]
    acts = ["describe", "provider"] + (["no-provider"] if issuer else [])
    acts.append("close" if body.open else "reopen")
    order = Order(who.caller)
    history = words.happened(await parts.register.history(order, organisation_id(ident)), ident)
    return single_page(
        request, who, "organisations", ident, body.name, facts, acts, history, note="unapplied"
    )


@router.get("/desk/admin/sites")
async def all_sites(request: Request) -> Response:
    """List the directory's sites as they stand."""
    who, parts, words = await opened(request, "sites")
    rows = [
        (ident, [site.name, site.prefecture or "", site.commune or ""])
        for ident, site in (await parts.register.all_sites()).sites.items()
    ]
    columns = [words(name) for name in ("name", "prefecture", "commune")]
    return listed_page(request, who, "sites", columns, sorted(rows, key=lambda row: row[1]), "add")


@router.get("/desk/admin/sites/{ident}")
async def one_site(request: Request, ident: str) -> Response:
    """Show a site, what can be done with it, and what happened to it."""
    who, parts, words = await opened(request, "sites")
    site = (await parts.register.all_sites()).sites.get(ident)
    if site is None:
        raise NotFound("There is no such site")
    facts = [
        (words("prefecture"), site.prefecture or ""),
        (words("commune"), site.commune or ""),
    ]
    events = await parts.register.history(Order(who.caller), site_id(ident))
    history = words.happened(events, ident)
    return single_page(
        request, who, "sites", ident, site.name, facts, ["describe"], history, note="unapplied"
    )


@router.get("/desk/admin/days")
async def all_days(request: Request) -> Response:
    """List the days that are not as the calendar computes them."""
    who, parts, words = await opened(request, "days")
    calendar = await parts.register.calendar()
    changes = [("holiday", change) for change in calendar.added]
    changes += [("working", change) for change in calendar.removed]
    rows = [
        (change.day.isoformat(), [words.day(change.day), words.of(texts.DAYS, kind), change.why])
        for kind, change in sorted(changes, key=lambda one: one[1].day, reverse=True)
    ]
    columns = [words(name) for name in ("day", "kind", "why")]
    return listed_page(request, who, "days", columns, rows, "add")


@router.get("/desk/admin/days/{ident}")
async def one_day(request: Request, ident: str) -> Response:
    """Show a day, and what was said of it."""
    who, parts, words = await opened(request, "days")
    try:
        when = day(ident, "day")
    except Invalid:
        raise NotFound("There is no such day") from None
    calendar = await parts.register.calendar()
    added = {change.day: ("holiday", change.why) for change in calendar.added}
    removed = {change.day: ("working", change.why) for change in calendar.removed}
    kind, why = (added | removed).get(when, ("computed", ""))
    facts = [(words("kind"), words.of(texts.DAYS, kind)), (words("why"), why)]
    events = await parts.register.history(Order(who.caller), day_id(when))
    history = words.happened(events, ident)
    return single_page(
        request, who, "days", ident, words.day(when), facts, ["describe"], history, note="unapplied"
    )
