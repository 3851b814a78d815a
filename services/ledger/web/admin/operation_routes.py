"""The administrator's first page, the policy in force, and what services could not handle."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from services.ledger.accounts.manage import listed
from services.ledger.deadlines import WorkCalendar
from services.ledger.settings import LedgerSettings
from services.ledger.web.admin.acts import Parts, parts_of
from services.ledger.web.admin.letters import Letters, Own
from services.ledger.web.admin.sight import require_there
from services.ledger.web.admin.untold_routes import undelivered_of
from services.ledger.web.admin.views import AdminWords, admin_page
from services.ledger.web.session import Visitor, language_of, ledger_at, require_form, visitor
from shared.directory import Organisations, Sites
from shared.policy_file import Bundle
from shared.web import fields_of

router = APIRouter(include_in_schema=False)
_MOST_COUNTED = 200
#: What administrators look after, in the order of their first page.
TASKS = (
    "people",
    "organisations",
    "sites",
    "days",
    "credentials",
    "policy",
    "letters",
    "untold",
)


async def _administrator(request: Request) -> tuple[Visitor, Parts, AdminWords]:
    who = await visitor(request)
    require_there(who.caller, "operation")
    return who, parts_of(ledger_at(request)), AdminWords(language_of(request))


@router.get("/desk/admin")
async def home(request: Request) -> Response:
    """Show what there is to look after, and what of it needs a look."""
    who, parts, _ = await _administrator(request)
    found = await listed(parts.identity, who.caller, after="", limit=_MOST_COUNTED)
    letters, away = await _letters(request).all()
    untold = await undelivered_of(request).all()
    unapplied = await _unapplied(parts, ledger_at(request).policy.current)
    waits = {
        "people": sum(entry.state.state == "invited" for entry in found),
        "policy": len(unapplied) + (ledger_at(request).policy.refused is not None),
        "letters": len(letters) + len(away),
        "untold": 1 if untold is None else untold[1],
    }
    return admin_page(
        request, "admin_home.html", who, tasks=[(task, waits.get(task, 0)) for task in TASKS]
    )


@router.get("/desk/admin/policy")
async def policy(request: Request) -> Response:
    """Show which version decides, which waits, and what is described but not in it."""
    who, parts, words = await _administrator(request)
    source = ledger_at(request).policy
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
        unapplied=await _unapplied(parts, source.current),
    )


async def _unapplied(parts: Parts, bundle: Bundle) -> list[tuple[str, str]]:
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


@router.get("/desk/admin/letters")
async def letters(request: Request) -> Response:
    """Show what services could not handle: never what it says, nor about which case."""
    who, _, words = await _administrator(request)
    return await _shown(request, who, words)


@router.post("/desk/admin/letters")
async def retry(request: Request) -> Response:
    """Let a service try one of them again."""
    who, _, words = await _administrator(request)
    said = dict(await fields_of(request))
    require_form(request, who, said)
    handled = await _letters(request).retry(said.get("service", ""), said.get("letter", "")[:200])
    return await _shown(request, who, words, told="retried" if handled else "still_fails")


async def _shown(
    request: Request, who: Visitor, words: AdminWords, told: str | None = None
) -> Response:
    found, away = await _letters(request).all()
    rows = [(one, words.day(one.since)) for one in found]
    return admin_page(request, "admin_letters.html", who, rows=rows, away=away, told=told)


def _letters(request: Request) -> Letters:
    state = request.app.state
    settings: LedgerSettings = state.settings
    urls = {
        "intake": settings.intake_url,
        "routing": settings.routing_url,
        "notify": settings.notify_url,
    }
    own = Own(state.dead_letters, state.consumer)
    return Letters(urls, settings.admin_credential.get_secret_value(), own)
