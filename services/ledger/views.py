"""The list view of cases: one document per case, which is its entry in the due queue as well."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, Literal

from services.ledger.case import Case, Term
from services.ledger.decisions import Rules
from services.ledger.due import wake_at
from services.ledger.paging import counted, height_of, stretch
from services.ledger.sight import key_of, knows_facts, seen_by
from shared.access import Caller
from shared.due_queue import DueQueue, wake_key
from shared.errors import BadRequest
from shared.mongo import ASCENDING, Change, Collection, Database, Document, insert_new, update_each

#: The due date of a case that has none any more; sorts behind all others.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
#: Sorts before every due key.
_FIRST: Final = "0"
#: Sorts behind every due key.
_END: Final = "a"
#: How many cases are looked at in one go where something is picked from a list.
_LOOKED_AT: Final = 500
#: How often a page is completed, should chance have put too few in a stretch.
_STRETCHES: Final = 10


@dataclass(frozen=True)
class Filters:
    """What a caller asks of the list; a state says by itself whether the case is open.

    `part` is a narrower list, of what is late or of what their own organisation holds; it is read
    as it is, without a queue. Holder, category and site pick from whichever list is read.
    """

    state: str | None = None
    queue: str | None = None
    open: bool = True
    due_before: datetime | None = None
    part: Literal["late", "mine"] | None = None
    holder: str | None = None
    category: str | None = None
    site: str | None = None

    @property
    def picks(self) -> Mapping[str, str]:
        """What is picked from the list, by the field of a case."""
        named = {"holder": self.holder, "category": self.category, "site": self.site}
        return {name: value for name, value in named.items() if value is not None}


def document_of(case: Case, head: str | None, rules: Rules) -> Document:
    """Return the view of a case; `head` is the seal of its last entry."""
    route, clock = case.route, case.next_clock
    assert route is not None
    due_at = clock.due_at if clock else NEVER
    late_since = case.late_since(rules.stages.holders)
    document: Document = {
        "version": case.sequence,
        "head": head,
        "reference": case.reference,
        "state": case.state,
        "open": case.open,
        "closed_as": case.closed_as,
        "lane": route.lane,
        "queue": route.responder,
        "holder": route.holder,
        "severity": route.severity,
        "category": route.category,
        "site": route.site,
        "due_at": due_at,
        "due_key": f"{due_at.isoformat()}|{case.id}",
        "stage": clock.stage if clock else None,
        "seen_by": [
            list_key(key, part) for key in seen_by(case) for part in _lists(case, key, late_since)
        ],
        "height": height_of(case.id),
        "accused": list(route.accused),
        "released_to": list(case.statement.to),
        "closed_at": None if case.open else case.closed_at,
        "late_since": late_since,
        "path": [seat.organisation for seat in case.seats],
        "terms": [_flat(term) for term in case.terms],
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
    }
    if case.person is not None and case.open:
        document["person"] = case.person
    wake = wake_at(case, rules)
    return {**document, "wake": wake_key(wake, case.id)} if wake else document


def _flat(term: Term) -> Document:
    # `asdict` copies what cannot change as well: it was half of the cost of a view (measured).
    return {field.name: getattr(term, field.name) for field in fields(term)}


def list_key(key: str, part: str | None) -> str:
    """Return the name of a caller's list: of all their cases, or of a part of them."""
    return f"{key}>{part}" if part else key


def _lists(case: Case, key: str, late_since: datetime | None) -> Iterator[str | None]:
    """Yield in which of a caller's lists a case stands: all, its queue, what is late, their own."""
    assert case.route is not None
    yield None
    yield case.route.responder
    if late_since is not None:
        yield "late"
    if key.partition(":")[2] == case.route.holder:
        yield "mine"


class CaseViews:
    """The collection `cases`: lists, the due queue, and how it follows the events."""

    def __init__(self, db: Database) -> None:
        self.collection: Collection = db["cases"]

    async def ensure_indexes(self, queue: DueQueue) -> None:
        """Create one index per query shape."""
        for field in ("open", "state"):
            await self.collection.create_index(
                [(name, ASCENDING) for name in ("seen_by", field, "height", "due_key")],
                name=f"page_{field}",
            )
        await self.collection.create_index([("person", ASCENDING)], name="person", sparse=True)
        await self.collection.create_index(
            [("holder", ASCENDING), ("open", ASCENDING)], name="held"
        )
        await queue.ensure_indexes()

    async def project(
        self, new: Sequence[tuple[str, Document]], changed: Sequence[tuple[str, Document]]
    ) -> None:
        """Write views; an older one never replaces a newer one."""
        refused = await insert_new(
            self.collection, [{"_id": gid, **document} for gid, document in new]
        )
        updates = [*changed, *((gid, document) for gid, document in new if gid in refused)]
        await self._update(updates, "$lt")

    async def reset(self, views: Sequence[tuple[str, Document]]) -> None:
        """Write rebuilt views over what is there; what claims a later version is replaced."""
        known = await self.versions([gid for gid, _ in views])
        beyond = [gid for gid, view in views if known.get(gid, 0) > view["version"]]
        if beyond:
            await self.collection.delete_many({"_id": {"$in": beyond}})
        await self.project(
            [item for item in views if item[0] not in known or item[0] in beyond], []
        )
        rest = [item for item in views if item[0] in known and item[0] not in beyond]
        await self._update(rest, "$lte")

    async def _update(self, views: Sequence[tuple[str, Document]], compare: str) -> None:
        changes = {
            gid: Change(view, view["version"], tuple({"wake", "person"} - view.keys()))
            for gid, view in views
        }
        await update_each(self.collection, changes, guard="version", compare=compare)

    async def versions(self, ids: Sequence[str]) -> dict[str, int]:
        """Return which version of each case its view shows."""
        found = await self.collection.find({"_id": {"$in": list(ids)}}, {"version": 1}).to_list(
            None
        )
        return {document["_id"]: document["version"] for document in found}

    async def held_by(self, organisation: str) -> list[str]:
        """Return the ids of the open cases that an organisation holds."""
        found = self.collection.find({"holder": organisation, "open": True}, {"_id": 1})
        return [document["_id"] for document in await found.to_list(None)]

    async def holds_any(self, organisation: str) -> bool:
        """Tell whether an organisation holds an open case."""
        query = {"holder": organisation, "open": True}
        return await self.collection.find_one(query, {"_id": 1}) is not None

    async def sleep_until(self, gid: str, version: int, wake: datetime | None) -> None:
        """Set when a case is looked at next, unless its view has moved on."""
        fields = {"wake": wake_key(wake, gid)} if wake else {}
        change = Change(fields, version, () if wake else ("wake",))
        await update_each(self.collection, {gid: change}, guard="version")

    async def page(
        self, caller: Caller, filters: Filters, cursor: str | None, limit: int
    ) -> tuple[list[Document], str | None]:
        """Return one page of the caller's cases, earliest due first, and where the next begins."""
        key = key_of(caller)
        if key is None:
            return [], None
        after, end = _cursor(cursor), _end(filters)
        scope = _scope(key, caller, filters)

        async def read(height: int, after: str, upto: str) -> list[Document]:
            query = scope | {"height": height, "due_key": {"$gt": after, "$lte": upto}}
            return await self.collection.find(query).sort([("due_key", ASCENDING)]).to_list(None)

        kept: list[Document] = []
        for _ in range(_STRETCHES):
            about = _LOOKED_AT if filters.picks else limit - len(kept)
            found, reached = await stretch(read, "due_key", after, end, about)
            kept += [one for one in found if _is_picked(one, filters, caller)]
            if len(kept) >= limit:
                return kept[:limit], kept[limit - 1]["due_key"]
            if reached is None:
                return kept, None
            after = reached
        return kept, after

    async def count(self, caller: Caller, filters: Filters) -> int | None:
        """Return how many cases a list has, whatever is picked from it; None for many."""
        key = key_of(caller)
        if key is None:
            return 0
        scope = _scope(key, caller, filters) | {"due_key": {"$gt": _FIRST, "$lte": _end(filters)}}

        async def tally(height: int) -> int:
            return await self.collection.count_documents(scope | {"height": height})

        return await counted(tally)


def _scope(key: str, caller: Caller, filters: Filters) -> Document:
    """Return what a list is read by.

    Nothing else stands beside the list's own keys: for one field more the embedded store reads the
    whole collection (measured, 20 s for a million cases).
    """
    scope: Document = {"seen_by": list_key(key, filters.part or filters.queue)}
    scope |= {"state": filters.state} if filters.state else {"open": filters.open}
    if caller.role == "monitor" and caller.organisation is not None:
        # All monitors share one list. The store leaves out what accuses this one's organisation, at
        # that price: neither a cursor nor the number of reads may tell that there is something.
        scope["accused"] = {"$ne": caller.organisation}
    return scope


def _is_picked(document: Document, filters: Filters, caller: Caller) -> bool:
    """Tell whether a case is picked; nobody finds one by what they may not know of it."""
    picks = filters.picks
    facts = bool({"category", "site"} & picks.keys())
    if facts and not knows_facts(caller.role, document.get("released_to", ())):
        return False
    return all(document[name] == value for name, value in picks.items())


def _end(filters: Filters) -> str:
    return filters.due_before.astimezone(UTC).isoformat() if filters.due_before else _END


def _cursor(cursor: str | None) -> str:
    if cursor is None:
        return _FIRST
    if len(cursor) > 120 or not cursor.isascii() or "|" not in cursor:
        raise BadRequest("The cursor is not one that was given out here")
    return cursor


def row_of(document: Document) -> dict[str, Any]:
    """Return the row of a list, without what is internal."""
    due_at = None if document["due_at"] == NEVER else document["due_at"]
    names = ("reference", "state", "queue", "holder", "severity", "category", "site")
    return {name: document[name] for name in names} | {
        "closed_as": document["closed_as"],
        "lane": document["lane"],
        "stage": document["stage"],
        "due_at": due_at,
        "late_since": document.get("late_since"),
        "opened_at": document["opened_at"],
    }
