"""The event store: one inserted document per event, which is also its own outbox entry."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from shared.events.envelope import Event, StoredEvent, UnknownType, format_time, typed_data
from shared.group_commit import READ_PATIENCE, GroupCommit
from shared.ids import shard_of
from shared.mongo import ASCENDING, Collection, Database, Document, insert_new

#: How many events a process keeps as they were read.
_REMEMBERED = 5_000
_CONTENT = ("subject", "sequence", "type", "time", "data", "cause", "traceparent", "chain")
#: Lower bound for scans by time: a two-sided range is what the index serves at once.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Appended:
    """What became of appended events.

    `repeats` were there already under the same id; `conflicts` lost the race for their place in
    the stream to another event: reload and decide again.
    """

    stored: list[Event]
    repeats: list[Event]
    conflicts: list[Event]

    @property
    def lost(self) -> set[str]:
        """The subjects of which not everything was stored."""
        return {event.subject for event in (*self.conflicts, *self.repeats)}


class EventStore:
    """Streams of one service, a stream per subject, in the collection `events` or another.

    `(subject, sequence)` is unique, so two writers can never both append at one place. An event
    to be published carries its place in `outbox` until the relay has sent it.
    """

    def __init__(
        self, db: Database, *, source: str, shards: int = 4, collection: str = "events"
    ) -> None:
        self.collection: Collection = db[collection]
        self.source = source
        self.shards = shards
        self._known: dict[str, tuple[tuple[Any, ...], Event]] = {}
        self._loads: GroupCommit[str, list[Event]] = GroupCommit(
            self._load_each, patience=READ_PATIENCE
        )

    async def ensure_indexes(self) -> None:
        """Create the indexes: one for the stream, one for the outbox."""
        await self.collection.create_index(
            [("subject", ASCENDING), ("sequence", ASCENDING)], unique=True, name="stream"
        )
        # Sparse and of one field: it holds only what waits, and both servers scan a range of it.
        # A partial index of several fields was not used by the embedded server (measured).
        await self.collection.create_index([("outbox", ASCENDING)], name="outbox", sparse=True)

    async def load(self, subject: str) -> list[Event]:
        """Return the stream of a subject in order."""
        return await self._loads.submit(subject)

    async def load_many(self, subjects: Iterable[str]) -> dict[str, list[Event]]:
        """Return the streams of many subjects in one read; an unknown subject has an empty one."""
        kept = await self._documents_of(subjects)
        return {subject: self._stream(documents) for subject, documents in kept.items()}

    async def _load_each(self, subjects: Sequence[str]) -> list[list[Event] | Exception]:
        """Return the streams for callers who do not know of each other, nor of each other's faults.

        One read for all who ask meanwhile: commands that come together read their cases together,
        which took two of three reads off the ledger (measured).
        """
        kept = await self._documents_of(subjects)
        streams: list[list[Event] | Exception] = []
        for subject in subjects:
            try:
                streams.append(self._stream(kept[subject]))
            except (UnknownType, ValueError) as error:
                streams.append(error)
        return streams

    async def _documents_of(self, subjects: Iterable[str]) -> dict[str, list[Document]]:
        kept: dict[str, list[Document]] = {subject: [] for subject in subjects}
        if len(kept) == 1:
            query: Document = {"subject": next(iter(kept))}
        else:
            query = {"subject": {"$in": list(kept)}}
        for document in await self.collection.find(query).to_list(None) if kept else []:
            kept[document["subject"]].append(document)
        return kept

    def _stream(self, documents: Sequence[Document]) -> list[Event]:
        return sorted(map(self._read, documents), key=lambda event: event.sequence)

    def _read(self, document: Document) -> Event:
        # To validate a case's record again for each command was a tenth of the ledger's time
        # (measured). What is stored is compared: it may have been put back from a backup meanwhile.
        stored = tuple(document.get(name) for name in _CONTENT)
        known = self._known.get(document["_id"])
        if known is None or known[0] != stored:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[document["_id"]] = (stored, from_document(document, self.source))
        return known[1]

    async def find(self, event_id: str) -> Event | None:
        """Return one event by its id."""
        document = await self.collection.find_one({"_id": event_id})
        return from_document(document, self.source) if document else None

    async def find_document(self, event_id: str) -> Document | None:
        """Return the stored document of one event, with what is not published."""
        found: Document | None = await self.collection.find_one({"_id": event_id})
        return found

    async def append(
        self,
        events: Sequence[Event],
        *,
        publish: Callable[[Event], bool] = lambda _: True,
        extra: Callable[[Event], Document] | None = None,
    ) -> Appended:
        """Insert events; a repeat or a lost race never disturbs the events of other subjects.

        All first events of the subjects go in one write. A later event of a subject is inserted
        only when the ones before it were, as it was decided on top of them. `extra` adds fields
        that are stored beside the event and never published.
        """
        stored: list[Event] = []
        refused: list[Event] = []
        stopped: set[str] = set()
        for wave in _waves(events):
            ready = [event for event in wave if event.subject not in stopped]
            refused += [event for event in wave if event.subject in stopped]
            duplicates = await insert_new(
                self.collection, [self._document(event, publish, extra) for event in ready]
            )
            for event in ready:
                (refused if event.id in duplicates else stored).append(event)
            stopped |= {event.subject for event in refused}
        known = await self._known_ids([event.id for event in refused])
        return Appended(
            stored,
            [event for event in refused if event.id in known],
            [event for event in refused if event.id not in known],
        )

    def _document(
        self,
        event: Event,
        publish: Callable[[Event], bool],
        extra: Callable[[Event], Document] | None,
    ) -> Document:
        document = to_document(event)
        if publish(event):
            document["outbox"] = self._place(shard_of(event.subject, self.shards), event)
        return document | extra(event) if extra else document

    @staticmethod
    def _place(shard: int, event: Event) -> str:
        """Return where an event waits: by shard, then time, then its place in the stream."""
        return f"{shard:03d}|{format_time(event.time)}|{event.sequence:08d}"

    async def _known_ids(self, ids: list[str]) -> set[str]:
        if not ids:
            return set()
        found = await self.collection.find({"_id": {"$in": ids}}, {"_id": 1}).to_list(None)
        return {document["_id"] for document in found}

    async def pending(self, shard: int, until: datetime, limit: int) -> list[StoredEvent]:
        """Return unpublished events of a shard, oldest first, each stream in its order."""
        bounds = {"$gte": f"{shard:03d}|", "$lt": f"{shard:03d}|{format_time(until)}~"}
        documents = (
            await self.collection.find({"outbox": bounds})
            .sort([("outbox", ASCENDING)])
            .limit(limit)
            .to_list(None)
        )
        return [stored_event(document, self.source) for document in documents]

    async def pending_in(
        self, shards: Sequence[int], until: datetime, limit: int
    ) -> list[list[StoredEvent]]:
        """Return the unpublished events of each of several shards, oldest first, `limit` of each.

        By one read while little waits: an outbox is looked at far more often than it is full, and a
        read for each shard was a fifth of all that the services asked of the store (measured).
        """
        low, high = min(shards), max(shards)
        documents = (
            await self.collection.find({"outbox": {"$gte": f"{low:03d}|", "$lt": f"{high:03d}|~"}})
            .sort([("outbox", ASCENDING)])
            .limit(limit)
            .to_list(None)
        )
        if len(documents) >= limit:
            return await asyncio.gather(*(self.pending(shard, until, limit) for shard in shards))
        ends = {f"{shard:03d}": f"{shard:03d}|{format_time(until)}~" for shard in shards}
        found: dict[str, list[StoredEvent]] = {shard: [] for shard in ends}
        for document in documents:
            shard = document["outbox"].partition("|")[0]
            if shard in ends and document["outbox"] < ends[shard]:
                found[shard].append(stored_event(document, self.source))
        return list(found.values())

    async def mark_published(self, events: Sequence[StoredEvent]) -> None:
        """Take published events out of the outbox."""
        await self.collection.update_many(
            {"_id": {"$in": [event.id for event in events]}}, {"$unset": {"outbox": ""}}
        )

    async def oldest_pending(self, shard: int, until: datetime) -> datetime | None:
        """Return the time of the oldest unpublished event of a shard."""
        found = await self.pending(shard, until, 1)
        return found[0].time if found else None


def _waves(events: Sequence[Event]) -> list[list[Event]]:
    waves: list[list[Event]] = []
    seen: dict[str, int] = {}
    for event in events:
        rank = seen.get(event.subject, 0)
        seen[event.subject] = rank + 1
        if rank == len(waves):
            waves.append([])
        waves[rank].append(event)
    return waves


def to_document(event: Event) -> Document:
    """Return the stored form of an event."""
    document: Document = {
        "_id": event.id,
        "subject": event.subject,
        "sequence": event.sequence,
        "type": event.type,
        "time": event.time,
        "data": event.data.model_dump(mode="json"),
    }
    for name in ("cause", "traceparent", "chain"):
        value: Any = getattr(event, name)
        if value is not None:
            document[name] = value
    return document


def from_document(document: Document, source: str) -> Event:
    """Return the event of a stored document; raises UnknownType when a newer program wrote it."""
    return Event(
        id=document["_id"],
        source=source,
        subject=document["subject"],
        sequence=document["sequence"],
        time=document["time"],
        data=typed_data(document["type"], document["data"]),
        cause=document.get("cause"),
        traceparent=document.get("traceparent"),
        chain=document.get("chain"),
    )


def stored_event(document: Document, source: str) -> StoredEvent:
    """Return what is published of a stored event."""
    return StoredEvent(
        id=document["_id"],
        source=source,
        type=document["type"],
        subject=document["subject"],
        sequence=document["sequence"],
        time=document["time"],
        data=document["data"],
        cause=document.get("cause"),
        traceparent=document.get("traceparent"),
        chain=document.get("chain"),
    )


def monotonic(event: Event, previous: Event | None) -> Event:
    """Return the event with a time not before its predecessor's, so that streams sort by time."""
    if previous is not None and event.time < previous.time:
        return replace(event, time=previous.time)
    return event
