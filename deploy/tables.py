"""How the command line shows what it was told."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from services.ledger.verify import Report

_console = Console(highlight=False)
_ROWS = 40
_FAULTS = 20
_STATUS = {
    "service": "service",
    "status": "status",
    "checks": "checks",
    "recours_oldest_unsent_event_seconds": "oldest unsent (s)",
    "recours_oldest_due_seconds": "oldest due (s)",
    "recours_consumer_lag": "lag",
    "recours_dead_letters_total": "dead letters",
}


def _show(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(*columns.values())
    for row in rows:
        table.add_row(*(escape(str(row.get(name, ""))) for name in columns))
    _console.print(table)


def show_status(rows: Sequence[Mapping[str, str]]) -> bool:
    """Show a row for each service; return whether all of them are ready."""
    _show(_STATUS, rows)
    return all(row["status"] == "ready" for row in rows)


def show_letters(letters: Sequence[Mapping[str, str]]) -> None:
    """Show dead letters."""
    if not letters:
        _console.print("There are no dead letters.")
        return
    names = ("service", "id", "topic", "grievance", "reason", "at")
    _show({name: name for name in names}, letters)


def show_import(staged: Mapping[str, Any]) -> None:
    """Show what becomes of the rows of a register: the refused ones first."""
    counts = ", ".join(f"{name}: {number}" for name, number in staged["counts"].items())
    _console.print(f"Import {staged['id']} — mapping {staged['mapping']} — {counts}", markup=False)
    rows = [
        {
            "line": row["line"],
            "verdict": row["verdict"],
            "notes": "; ".join(note["text"] for note in [*row["reasons"], *row["warnings"]]),
        }
        for row in sorted(staged["report"], key=lambda row: row["verdict"] == "accepted")
    ]
    _show({"line": "line", "verdict": "verdict", "notes": "notes"}, rows[:_ROWS])
    if len(rows) > _ROWS:
        _console.print(f"… and {len(rows) - _ROWS} more rows")


def show_decisions(told: Mapping[str, Any]) -> None:
    """Tell each decision with its rules; whatever routing adds is shown as it is named."""
    for number, decision in enumerate(told["decisions"], start=1):
        _console.print(f"Decision {number} for {told['reference']}", style="bold")
        for name, value in decision.items():
            if isinstance(value, list):
                _console.print(f"  {name}:")
                for item in value:
                    _console.print(f"    - {_in_words(item)}", markup=False)
            else:
                _console.print(f"  {name}: {_in_words(value)}", markup=False)


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return " · ".join(str(part) for part in value.values() if part not in (None, ""))
    return str(value)


def show_report(report: "Report") -> None:
    """Tell what the check of the record found."""
    verdict = "The record holds" if report.ok else "THE RECORD DOES NOT HOLD"
    _console.print(f"{verdict}: {report.cases} cases, {report.entries} entries checked")
    for fault in report.faults[:_FAULTS]:
        where = f"case {fault.case}, entry {fault.sequence}"
        _console.print(f"  {where}: {fault.kind}: {fault.detail}", markup=False)
    if len(report.faults) > _FAULTS:
        _console.print(f"  … and {len(report.faults) - _FAULTS} more")
