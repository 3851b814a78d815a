"""The inbox: what is due, by when, overdue first; found by reference; downloaded as CSV."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.ledger.answers import case_row
from services.ledger.bodies import CaseRow
from services.ledger.paging import MOST_COUNTED
from services.ledger.store import Ledger
from services.ledger.views import Filters, row_of
from services.ledger.web.codes import SEVERITIES, STAGES, STATES
from services.ledger.web.pages import Names, page
from services.ledger.web.session import Visitor, language_of, ledger_at, to, visitor
from services.ledger.web.texts import Words
from shared.directory import Organisations, Sites
from shared.errors import NotFound
from shared.ids import normal_reference
from shared.taxonomy import Taxonomy

router = APIRouter(include_in_schema=False)
_PAGE: Final = 50
_SHEET: Final = 1_000
_SHEET_PAGE: Final = 200
_PARTS: Final[Mapping[str, Literal["late", "mine"]]] = {"overdue": "late", "mine": "mine"}
_PICKED: Final = ("state", "category", "site", "holder")
_OPEN: Final = STATES.keys() - {"received", "closed"}
VIEWS: Final = ("all_open", "overdue", "week", "mine", "ended")


@dataclass(frozen=True)
class Looked:
    """What of the cases somebody looks at: a view, picked by what the address says."""

    view: str
    picked: Mapping[str, str]

    def address(self, path: str, **more: str) -> str:
        """Return an address that shows the same; its parts are escaped."""
        return f"{path}?{urlencode({'vue': self.view, **self.picked, **more})}"

    def filters(self, now: datetime) -> Filters:
        """Return what is asked of the list."""
        return Filters(
            open=self.view != "ended",
            due_before=now + timedelta(days=7) if self.view == "week" else None,
            part=_PARTS.get(self.view),
            **self.picked,
        )


def looked(request: Request, vue: str = "all_open") -> Looked:
    """Read what somebody looks at from the address; what nobody can pick is left out."""
    view = vue if vue in VIEWS else "all_open"
    given = {name: request.query_params.get(name) for name in _PICKED}
    options = options_of(request, view)
    picked = {
        name: value
        for name, value in given.items()
        if value and value in dict(options.get(name, ()))
    }
    return Looked(view, picked)


def options_of(request: Request, view: str) -> dict[str, list[tuple[str, str]]]:
    """Return what can be picked from a view, each with its words, by the name in the address."""
    policy, words = ledger_at(request).policy.current, Words(language_of(request))
    names = Names(ledger_at(request), words)
    states = [(code, words.of(STATES, code)) for code in STATES if code in _OPEN]
    kinds = [(code, names.category(code)) for code in policy.get(Taxonomy).categories]
    sites = [(code, names.site(code)) for code in policy.get(Sites).sites]
    bodies = [(code, names.organisation(code)) for code in policy.get(Organisations).organisations]
    named = {"category": kinds, "site": sites, "holder": bodies}
    by_words = {name: sorted(some, key=lambda one: one[1]) for name, some in named.items()}
    return by_words if view == "ended" else {"state": states} | by_words


What = Annotated[Looked, Depends(looked)]


@router.get("/desk")
async def inbox(request: Request, what: What, cursor: str | None = None) -> Response:
    """Show the cases that somebody may see, the most urgent first."""
    who, ledger = await visitor(request), ledger_at(request)
    if who.caller.role == "administrator":
        return to("/desk/admin")
    found, after = await _read(ledger, who, what, cursor, _PAGE)
    words = Words(language_of(request))
    rows = [_shown(row, who, Names(ledger, words), words, ledger.clock.now()) for row in found]
    return page(
        request,
        "inbox.html",
        who=who,
        rows=rows,
        view=what.view,
        views=await _counts(ledger, who),
        picked=what.picked,
        options=options_of(request, what.view),
        sheet=what.address("/desk/cases.csv"),
        next=what.address("/desk", cursor=after) if after else None,
        form=_form_of(request, who),
    )


async def _counts(ledger: Ledger, who: Visitor) -> dict[str, str]:
    """Return somebody's views and how many cases each has; what has ended is not counted.

    Nothing is ever with whoever is of no organisation. What a monitor of an organisation may count
    is not read at the cost of a page (`views`), so that it goes without.
    """
    now = ledger.clock.now()
    views = [view for view in VIEWS if view != "mine" or who.caller.organisation]
    counted = [view for view in views if view != "ended" and not _of_a_body(who)]
    lengths = await asyncio.gather(
        *(ledger.views.count(who.caller, Looked(view, {}).filters(now)) for view in counted)
    )
    said = (f"{MOST_COUNTED}+" if length is None else str(length) for length in lengths)
    return dict.fromkeys(views, "") | dict(zip(counted, said, strict=True))


def _of_a_body(who: Visitor) -> bool:
    return who.caller.role == "monitor" and who.caller.organisation is not None


def _form_of(request: Request, who: Visitor) -> str | None:
    """Return where whoever helps complainants files for somebody: on the form that all use."""
    if who.caller.role not in ("representative", "protection"):
        return None
    address: str = request.app.state.settings.form_url
    return address.rstrip("/")


@router.get("/desk/cases.csv")
async def sheet(request: Request, what: What) -> Response:
    """Give the first thousand rows of a view as CSV, as they are found."""
    who, ledger = await visitor(request), ledger_at(request)
    headers = {
        "Content-Disposition": 'attachment; filename="dossiers.csv"',
        "Cache-Control": "no-store",
    }
    first = await _read(ledger, who, what, None, _SHEET_PAGE)
    lines = _lines(ledger, who, what, first)
    return StreamingResponse(lines, 200, headers, "text/csv; charset=utf-8")


async def _lines(
    ledger: Ledger, who: Visitor, what: Looked, first: tuple[list[CaseRow], str | None]
) -> AsyncIterator[str]:
    rows, cursor = first
    yield _written([CaseRow.model_fields])
    told = 0
    while rows or cursor:
        yield _written(row.model_dump(mode="json").values() for row in rows[: _SHEET - told])
        told += len(rows)
        if cursor is None or told >= _SHEET:
            return
        rows, cursor = await _read(ledger, who, what, cursor, _SHEET_PAGE)


def _written(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@router.get("/desk/find")
async def find(request: Request, reference: str = "") -> Response:
    """Go to a case by its reference."""
    who = await visitor(request)
    try:
        return to(f"/desk/cases/{normal_reference(reference[:40])}")
    except (NotFound, ValueError):
        return page(request, "message.html", who=who, status=404, text="not_here")


async def _read(
    ledger: Ledger, who: Visitor, what: Looked, cursor: str | None, limit: int
) -> tuple[list[CaseRow], str | None]:
    filters = what.filters(ledger.clock.now())
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
