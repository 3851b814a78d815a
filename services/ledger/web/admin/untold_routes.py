"""The page of what could not be told: whom it was for, why, and to try it again."""

from fastapi import APIRouter, Request, Response

from services.ledger.settings import LedgerSettings
from services.ledger.web.admin.sight import require_there
from services.ledger.web.admin.untold import Undelivered
from services.ledger.web.admin.views import AdminWords, admin_page
from services.ledger.web.codes import AUDIENCES, CHOICES, UNTOLD
from services.ledger.web.pages import Names
from services.ledger.web.session import Visitor, language_of, ledger_at, require_form, visitor
from shared.web import fields_of

router = APIRouter(include_in_schema=False)


def undelivered_of(request: Request) -> Undelivered:
    """Return what notify could not tell."""
    settings: LedgerSettings = request.app.state.settings
    return Undelivered(settings.notify_url, settings.admin_credential.get_secret_value())


@router.get("/desk/admin/untold")
async def untold(request: Request) -> Response:
    """Show what could not be told: never what it says, nor about which case."""
    return await _shown(request, await _administrator(request))


@router.post("/desk/admin/untold")
async def retry(request: Request) -> Response:
    """Let one of them leave again."""
    who = await _administrator(request)
    said = dict(await fields_of(request))
    require_form(request, who, said)
    leaves = await undelivered_of(request).retry(said.get("notice", "")[:100])
    return await _shown(request, who, told="leaves_again" if leaves else "leaves_not")


async def _administrator(request: Request) -> Visitor:
    who = await visitor(request)
    require_there(who.caller, "operation")
    return who


async def _shown(request: Request, who: Visitor, told: str | None = None) -> Response:
    words = AdminWords(language_of(request))
    names = Names(ledger_at(request), words)
    found = await undelivered_of(request).all()
    notices, total = found or ([], 0)
    rows = [
        {
            "ident": one.ident,
            "day": words.day(one.since),
            "whom": names.organisation(one.recipient) or words.of(AUDIENCES, one.audience),
            "how": words.of(CHOICES, one.channel),
            "why": words.of(UNTOLD, one.reason) if one.reason in UNTOLD else words("refused_there"),
            "code": one.reason,
        }
        for one in notices
    ]
    return admin_page(
        request,
        "admin_untold.html",
        who,
        rows=rows,
        total=total,
        away=found is None,
        told=told,
    )
