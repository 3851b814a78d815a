"""The administrator's first page, and what services could not handle."""

from fastapi import APIRouter, Request, Response

from services.ledger.accounts.manage import listed
from services.ledger.settings import LedgerSettings
from services.ledger.web.admin.acts import Parts, parts_of
from services.ledger.web.admin.letters import Letters, Own
from services.ledger.web.admin.policy_routes import unapplied
from services.ledger.web.admin.sight import require_there
from services.ledger.web.admin.untold_routes import undelivered_of
from services.ledger.web.admin.views import AdminWords, admin_page
from services.ledger.web.session import Visitor, language_of, ledger_at, require_form, visitor
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
    waiting = await unapplied(parts, ledger_at(request).policy.current)
    waits = {
        "people": sum(entry.state.state == "invited" for entry in found),
        "policy": len(waiting) + (ledger_at(request).policy.refused is not None),
        "letters": len(letters) + len(away),
        "untold": 1 if untold is None else untold[1],
    }
    return admin_page(
        request, "admin_home.html", who, tasks=[(task, waits.get(task, 0)) for task in TASKS]
    )


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
