"""Checks the record: every case's chain, and that no entry or case has gone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from services.ledger.chain import Entry, Fault, check
from shared.events.envelope import format_time
from shared.mongo import ASCENDING, Collection, Database, Document
from shared.ranges import in_ranges

_MOST_FAULTS: Final = 1_000
#: How many cases are checked at a time.
_ABOUT: Final = 300


@dataclass(frozen=True)
class Report:
    """What a check of the record found; `ok` means that every entry is as it was written."""

    ok: bool
    cases: int
    entries: int
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self) | {"faults": [asdict(fault) for fault in self.faults]}


async def verify_database(db: Database) -> Report:
    """Read the whole record of a ledger database and check it, case by case.

    The list views tell how long each case's record was, so that a record cut short at its end is
    found as well. Works on a copy of the database as it does on the running one.
    """
    cases = entries = 0
    faults: list[Fault] = []

    async def read(low: str, high: str) -> list[tuple[str, list[Entry]]]:
        within = {"$gte": low, "$lt": high}
        records = await _records(db["events"], within)
        faults.extend(await _checked(db, records, within))
        return list(records.items())

    async for part in in_ranges(read, about=_ABOUT):
        cases += len(part)
        entries += sum(len(record) for _, record in part)
    return Report(not faults, cases, entries, tuple(faults[:_MOST_FAULTS]))


async def _checked(
    db: Database, records: Mapping[str, list[Entry]], within: Document
) -> list[Fault]:
    """Check the records of the cases in a range of ids, and that none of these has gone."""
    views = await db["cases"].find({"_id": within}, {"version": 1, "head": 1}).to_list(None)
    known = {view["_id"]: view for view in views}
    faults: list[Fault] = []
    for case, record in records.items():
        if _found(case, record, known.get(case, {})):
            faults += await _found_again(db, case)
    for case in known.keys() - records.keys():
        if await db["events"].find_one({"subject": case}) is None:
            faults.append(Fault(case, 1, "missing", "the whole record of the case is gone"))
    return faults


def _found(case: str, record: list[Entry], view: Document) -> list[Fault]:
    return check(case, record, view.get("version", 0)) or _head(case, record, view)


async def _found_again(db: Database, case: str) -> list[Fault]:
    """Look once more, at the view first: a case that went on meanwhile only looked cut short."""
    view = await db["cases"].find_one({"_id": case}, {"version": 1, "head": 1})
    record = await record_of(db["events"], case)
    return _found(case, record, view or {})


def _head(case: str, record: list[Entry], view: Document) -> list[Fault]:
    """Compare the seal of the entry that the view was made from."""
    head = view.get("head")
    at = next((entry for entry in record if entry.sequence == view.get("version")), None)
    if head is None or at is None or at.chain == head:
        return []
    detail = "the whole record from here on is not the one that was projected"
    return [Fault(case, at.sequence, "changed", detail)]


async def _records(events: Collection, within: Document) -> dict[str, list[Entry]]:
    """Return the entries of each case in a range of ids, in their order."""
    documents = (
        await events.find({"subject": within})
        .sort([("subject", ASCENDING), ("sequence", ASCENDING)])
        .to_list(None)
    )
    records: dict[str, list[Entry]] = {}
    for document in documents:
        records.setdefault(document["subject"], []).append(stored_entry(document))
    return records


async def record_of(events: Collection, case: str) -> list[Entry]:
    """Return the stored record of one case."""
    documents = await events.find({"subject": case}).sort([("sequence", ASCENDING)]).to_list(None)
    return [stored_entry(document) for document in documents]


def stored_entry(document: Document) -> Entry:
    """Return the entry of a stored event."""
    # The stored values are checked as they are, not as a newer program would read them.
    time = document["time"]
    return Entry(
        id=document["_id"],
        subject=document["subject"],
        sequence=document["sequence"],
        type=document["type"],
        time=format_time(time) if isinstance(time, datetime) else str(time),
        data=document["data"],
        cause=document.get("cause"),
        chain=document.get("chain"),
    )
