"""The policy in force, the versions before and after it, and what each of them changed."""

from datetime import datetime
from itertools import pairwise

from fastapi import APIRouter, Request, Response

from services.ledger.deadlines import WorkCalendar
from services.ledger.web.admin.acts import Parts, parts_of
from services.ledger.web.admin.sight import require_there
from services.ledger.web.admin.views import AdminWords, admin_page
from services.ledger.web.session import Visitor, language_of, ledger_at, visitor
from shared.directory import Organisations, Sites
from shared.errors import NotFound
from shared.policy_changes import changes
from shared.policy_file import Bundle, PolicyError, PolicySource

router = APIRouter(include_in_schema=False)


async def _administrator(request: Request) -> tuple[Visitor, AdminWords]:
    who = await visitor(request)
    require_there(who.caller, "operation")
    return who, AdminWords(language_of(request))


@router.get("/desk/admin/policy")
async def policy(request: Request) -> Response:
    """Show which version decides, which waits, and what is described but not in it."""
    who, words = await _administrator(request)
    source, parts = ledger_at(request).policy, parts_of(ledger_at(request))
    coming = source.coming
    starts = words.day(coming.starts_at) if coming and coming.starts_at else ""
    versions = [
        (version, words.day(datetime.fromisoformat(since)) if since else None)
        for version, since in await source.versions()
    ]
    return admin_page(
        request,
        "admin_policy.html",
        who,
        version=source.current.version,
        versions=versions,
        refused=source.refused,
        coming=(coming.version, starts) if coming else None,
        unapplied=await unapplied(parts, source.current),
    )


@router.get("/desk/admin/policy/{version}")
async def changed(request: Request, version: str) -> Response:
    """Show what a version changed in the one before it, in words."""
    who, words = await _administrator(request)
    source = ledger_at(request).policy
    before = await _before(source, version)
    if before is None:
        raise NotFound("There is no version before this one")
    try:
        old, new = await source.get(before), await source.get(version)
    except PolicyError:
        said = None
    else:
        said = [one.in_words(words.language) for one in changes(old, new)]
    return admin_page(
        request, "admin_policy_diff.html", who, version=version, before=before, said=said
    )


async def _before(source: PolicySource, version: str) -> str | None:
    """Return the version that a kept or coming one follows."""
    if source.coming and source.coming.version == version:
        return source.current.version
    in_force = [name for name, since in await source.versions() if since]
    return next((older for newer, older in pairwise(in_force) if newer == version), None)


async def unapplied(parts: Parts, bundle: Bundle) -> list[tuple[str, str]]:
    """Return address and name of what is described and not in the policy in force."""
    await parts.register.refresh()
    found: list[tuple[str, str]] = []
    bodies = bundle.get(Organisations).organisations
    for ident, body in parts.register.directory().organisations.items():
        if bodies.get(ident) != body:
            found.append((f"organisations/{ident}", body.name))
    sites = bundle.get(Sites).sites
    for ident, site in (await parts.register.all_sites()).sites.items():
        if sites.get(ident) != site:
            found.append((f"sites/{ident}", site.name))
    calendar, described = bundle.get(WorkCalendar), await parts.register.calendar()
    known = {*calendar.added, *calendar.removed}
    days = {change.day for change in {*described.added, *described.removed} ^ known}
    return found + [(f"days/{day.isoformat()}", day.isoformat()) for day in sorted(days)]
