"""HTTP of the reports: the figures as JSON, and each table as CSV with HXL tags."""

import csv
import io
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.ledger.api import Parts, Who
from services.ledger.figures import Ageing, Flow, OnTime, Overdue, Report, Resolution
from services.ledger.reports import Months
from services.ledger.store import Ledger
from shared.access import Caller
from shared.errors import Forbidden, Invalid

router = APIRouter(tags=["reports"])

Table = Literal["on_time", "resolution", "ageing", "overdue", "flow"]
#: What a row of each table is.
TABLES: Final[dict[Table, type[BaseModel]]] = {
    "on_time": OnTime,
    "resolution": Resolution,
    "ageing": Ageing,
    "overdue": Overdue,
    "flow": Flow,
}
Month = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$")]
#: The HXL tag of each column (hxlstandard.org 1.1); a reader of open data knows them.
TAGS: Final = {
    "holder": "#org+holder",
    "previous": "#org+previous",
    "next": "#org+next",
    "stage": "#activity+stage",
    "by": "#meta+dimension",
    "key": "#meta+value",
    "reference": "#meta+id",
    "site": "#loc+site",
    "category": "#subject+category",
    "late_since": "#date+due",
    "from_days": "#meta+days+min",
    "upto_days": "#meta+days+max",
    "share": "#indicator+kept+pct",
    "median_days": "#indicator+days+median",
    "ninetieth_days": "#indicator+days+p90",
    "most_days": "#indicator+days+max",
    "dates": "#affected+dates",
    "kept": "#affected+dates+kept",
    "cases": "#affected+cases",
    "open": "#affected+cases+open",
    "closed": "#affected+cases+closed",
}


async def report_of(ledger: Ledger, caller: Caller, since: str | None, until: str | None) -> Report:
    """Return the report a caller asks for; raises Forbidden for whoever reads no cases."""
    if caller.role == "administrator" or (caller.role != "monitor" and not caller.organisation):
        raise Forbidden("Reports are for those who work on cases, and for monitors")
    if (since is None) != (until is None):
        raise Invalid(
            "Give the first and the last month, or neither",
            errors=[{"field": "since, until", "reason": "one of two"}],
        )
    months = Months(since, until) if since is not None and until is not None else None
    return await ledger.reports.report(caller, months)


@router.get("/v1/reports")
async def read_report(
    caller: Who,
    ledger: Parts,
    response: Response,
    since: Month = None,
    until: Month = None,
) -> Report:
    """Return the figures of the cases opened in some months; the last twelve unless asked."""
    response.headers["Cache-Control"] = "no-store"
    return await report_of(ledger, caller, since, until)


@router.get("/v1/reports/{table}.csv", response_class=Response)
async def read_table(
    table: Table, caller: Who, ledger: Parts, since: Month = None, until: Month = None
) -> Response:
    """Return one table of the report as CSV: a row of names, one of HXL tags, then the values."""
    report = await report_of(ledger, caller, since, until)
    name = f"recours-{table}-{report.since}-{report.until}.csv"
    return Response(
        csv_of(report, table),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def csv_of(report: Report, table: Table) -> str:
    """Return a table of a report as CSV."""
    rows: list[BaseModel] = getattr(report, table)
    names = list(TABLES[table].model_fields)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(names)
    writer.writerow([TAGS[name] for name in names])
    writer.writerows(list(row.model_dump(mode="json").values()) for row in rows)
    return written.getvalue()
