"""Checks the record: every case's chain, and that no entry or case has gone."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from services.ledger.chain import Entry, Fault, check
from shared.events.envelope import format_time
from shared.mongo import ASCENDING, Collection, Database, Document

_MOST_FAULTS: Final = 1_000
_BATCH: Final = 500


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
    seen: set[str] = set()
    batch: list[tuple[str, list[Entry]]] = []
    async for case, record in _records(db):
        cases, entries = cases + 1, entries + len(record)
        seen.add(case)
        batch.append((case, record))
        if len(batch) == _BATCH:
            faults += await _checked(db, batch)
            batch = []
    faults += await _checked(db, batch)
    faults += await _vanished(db, seen)
    return Report(not faults, cases, entries, tuple(faults[:_MOST_FAULTS]))


async def _checked(db: Database, batch: list[tuple[str, list[Entry]]]) -> list[Fault]:
    ids = [case for case, _ in batch]
    views = await db["cases"].find({"_id": {"$in": ids}}, {"version": 1, "head": 1}).to_list(None)
    known = {view["_id"]: view for view in views}
    faults: list[Fault] = []
    for case, record in batch:
        if _found(case, record, known.get(case, {})):
            faults += await _found_again(db, case)
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


async def _vanished(db: Database, seen: set[str]) -> list[Fault]:
    faults = []
    async for view in db["cases"].find({}, {"_id": 1}):
        if (
            view["_id"] not in seen
            and await db["events"].find_one({"subject": view["_id"]}) is None
        ):
            faults.append(Fault(view["_id"], 1, "missing", "the whole record of the case is gone"))
    return faults


async def _records(db: Database) -> AsyncIterator[tuple[str, list[Entry]]]:
    """Yield each case with its entries, in the order of the stream index."""
    case: str | None = None
    record: list[Entry] = []
    cursor = db["events"].find({}).sort([("subject", ASCENDING), ("sequence", ASCENDING)])
    async for document in cursor:
        if case is not None and document["subject"] != case:
            yield case, record
            record = []
        case = document["subject"]
        record.append(stored_entry(document))
    if case is not None:
        yield case, record


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
