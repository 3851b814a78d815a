"""The inbox: what is due, by when, overdue first; found by reference; downloaded as CSV."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response

from services.ledger.answers import case_row
from services.ledger.bodies import CaseRow
from services.ledger.store import Ledger
from services.ledger.views import Filters, row_of
from services.ledger.web.pages import Names, page
from services.ledger.web.session import Visitor, language_of, ledger_at, to, visitor
from services.ledger.web.texts import SEVERITIES, STAGES, STATES, Words
from shared.errors import NotFound
from shared.ids import normal_reference

router = APIRouter(include_in_schema=False)
_PAGE: Final = 50
_SHEET: Final = 1_000
_PARTS: Final[Mapping[str, Literal["late", "mine"]]] = {"overdue": "late", "mine": "mine"}
VIEWS: Final = ("all_open", "overdue", "week", "mine", "ended")


@router.get("/desk")
async def inbox(request: Request, vue: str = "all_open", cursor: str | None = None) -> Response:
    """Show the cases that somebody may see, the most urgent first."""
    who, ledger = await visitor(request), ledger_at(request)
    if who.caller.role == "administrator":
        return to("/desk/admin")
    view = vue if vue in VIEWS else "all_open"
    found, after = await _read(ledger, who, view, cursor, _PAGE)
    words = Words(language_of(request))
    rows = [_shown(row, who, Names(ledger, words), words, ledger.clock.now()) for row in found]
    return page(
        request,
        "inbox.html",
        who=who,
        rows=rows,
        view=view,
        views=VIEWS,
        next=after,
        form=_form_of(request, who),
    )


def _form_of(request: Request, who: Visitor) -> str | None:
    """Return where whoever helps complainants files for somebody: on the form that all use."""
    if who.caller.role not in ("representative", "protection"):
        return None
    address: str = request.app.state.settings.form_url
    return address.rstrip("/")


@router.get("/desk/cases.csv")
async def sheet(request: Request, vue: str = "all_open") -> Response:
    """Give the first thousand rows of a view as CSV."""
    who, ledger = await visitor(request), ledger_at(request)
    found, cursor = await _read(ledger, who, vue if vue in VIEWS else "all_open", None, 200)
    while cursor and len(found) < _SHEET:
        more, cursor = await _read(ledger, who, vue, cursor, 200)
        found += more
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(CaseRow.model_fields)
    writer.writerows(row.model_dump(mode="json").values() for row in found)
    headers = {
        "Content-Disposition": 'attachment; filename="dossiers.csv"',
        "Cache-Control": "no-store",
    }
    return Response(written.getvalue(), 200, headers, "text/csv; charset=utf-8")


@router.get("/desk/find")
async def find(request: Request, reference: str = "") -> Response:
    """Go to a case by its reference."""
    who = await visitor(request)
    try:
        return to(f"/desk/cases/{normal_reference(reference[:40])}")
    except (NotFound, ValueError):
        return page(request, "message.html", who=who, status=404, text="not_here")


async def _read(
    ledger: Ledger, who: Visitor, view: str, cursor: str | None, limit: int
) -> tuple[list[CaseRow], str | None]:
    now = ledger.clock.now()
    filters = Filters(
        open=view != "ended",
        due_before=now + timedelta(days=7) if view == "week" else None,
        part=_PARTS.get(view),
    )
    documents, cursor = await ledger.views.page(who.caller, filters, cursor, limit)
    rows = [case_row(row_of(d), d.get("released_to", ()), who.caller.role) for d in documents]
    # What is late comes first, also when its next date is further away than another's.
    return sorted(rows, key=lambda row: row.late_since is None), cursor


def _shown(row: CaseRow, who: Visitor, names: Names, w: Words, now: datetime) -> dict[str, Any]:
    mine = row.holder == who.caller.organisation
    return {
        "reference": row.reference,
        "chip": names.chip(row.due_at, row.late_since, now),
        "category": names.category(row.category) or w("hidden"),
        "site": names.site(row.site) or w("hidden"),
        "state": w.of(STATES, row.state),
        "severity": w.of(SEVERITIES, row.severity),
        "since": names.day(row.opened_at),
        "asked": w.of(STAGES, row.stage) if mine else "",
        "holder": names.organisation(row.holder),
    }
