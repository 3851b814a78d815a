"""Figures for monitors, and each organisation's own, as tables and bars."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.ledger.figures import Report
from services.ledger.reports_api import TABLES, Table, csv_of, report_of
from services.ledger.web import charts
from services.ledger.web.codes import STAGES
from services.ledger.web.pages import Names, page
from services.ledger.web.session import language_of, ledger_at, visitor
from services.ledger.web.texts import Words

router = APIRouter(include_in_schema=False)
_DIMENSIONS: Final = ("holder", "site", "category", "month")


@router.get("/desk/figures")
async def figures(request: Request, since: str | None = None, until: str | None = None) -> Response:
    """Show the figures of the cases opened in some months."""
    who, ledger = await visitor(request), ledger_at(request)
    report = await report_of(ledger, who.caller, since or None, until or None)
    words = Words(language_of(request))
    names = Names(ledger, words)
    aged = [row for row in report.ageing if row.open]
    most = max([row.open for row in aged], default=1)
    named: dict[str, Any] = {
        "holder": names.organisation,
        "site": names.site,
        "category": names.category,
        "month": names.month,
    }
    rows_by = [
        (
            by,
            [
                (named[by](row.key) if row.key else words("hidden"), row)
                for row in report.resolution
                if row.by == by
            ],
        )
        for by in _DIMENSIONS
    ]
    return page(
        request,
        "figures.html",
        who=who,
        r=report,
        names=names,
        as_of=names.day(report.as_of),
        stages=STAGES,
        aged=aged,
        most=most,
        tables=list(TABLES),
        dimensions=[
            (f"by_{by}", rows, charts.chart(charts.resolution(rows))) for by, rows in rows_by
        ],
        charts=_charts(report, names, words),
    )


def _charts(report: Report, names: Names, w: Words) -> dict[str, Any]:
    """Return the pictures beside the tables."""
    name = names.organisation
    kept = charts.on_time(
        (f"{name(row.holder)} : {w.of(STAGES, row.stage)}", row) for row in report.on_time
    )
    moved = charts.flow((f"{name(row.previous)} → {name(row.next)}", row) for row in report.flow)
    aged = charts.ageing((name(row.holder), row) for row in report.ageing)
    return {
        "on_time": charts.chart(kept),
        "flow": charts.chart(moved),
        "ageing": {holder: charts.chart(marks) for holder, marks in aged.items()},
    }


@router.get("/desk/figures/{table}.csv")
async def sheet(
    request: Request, table: Table, since: str | None = None, until: str | None = None
) -> Response:
    """Give a table of the figures as CSV."""
    who = await visitor(request)
    report = await report_of(ledger_at(request), who.caller, since or None, until or None)
    headers = {
        "Content-Disposition": f'attachment; filename="recours-{table}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(csv_of(report, table), 200, headers, "text/csv; charset=utf-8")
