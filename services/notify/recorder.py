"""Tells the case what came of a notice: appends `party.told` and `party.not-told` in batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.clock import Clock
from shared.errors import TransientError
from shared.event_store import EventStore
from shared.events import Event
from shared.events.envelope import format_time
from shared.events.notify import PartyNotTold, PartyTold
from shared.group_commit import GroupCommit
from shared.mongo import Document

_TRIES = 6


@dataclass(frozen=True)
class Fact:
    """One outcome to be recorded in the stream of a grievance."""

    delivery: Document
    data: PartyTold | PartyNotTold

    def event(self, sequence: int, time: datetime) -> Event:
        """Return the event at a place of the stream; the id follows from delivery and type.

        What the operator let go again has an outcome of its own each time.
        """
        again = self.delivery.get("retried_at")
        ident = self.delivery["_id"]
        return Event.derived(
            self.data,
            subject=self.delivery["subject"],
            sequence=sequence,
            time=time,
            cause=f"{ident}|{format_time(again)}" if again else ident,
            traceparent=self.delivery.get("traceparent"),
        )


def told(delivery: Document, *, channel: str, attempts: int, at: datetime, twice: bool) -> Fact:
    """Return the fact that a gateway or mail server took a notice."""
    return Fact(
        delivery,
        PartyTold(
            reference=delivery["reference"],
            delivery_id=delivery["_id"],
            notice=delivery["notice"],
            audience=delivery["audience"],
            channel=channel,
            attempts=attempts,
            handed_at=at,
            maybe_twice=twice,
        ),
    )


def not_told(delivery: Document, *, channel: str, attempts: int, reason: str) -> Fact:
    """Return the fact that a party could not be told, with the reason as a code."""
    return Fact(
        delivery,
        PartyNotTold(
            reference=delivery["reference"],
            delivery_id=delivery["_id"],
            notice=delivery["notice"],
            audience=delivery["audience"],
            channel=channel,
            attempts=attempts,
            reason=reason,
        ),
    )


class Recorder:
    """Appends facts; those that come while a write is under way share the next one.

    Within this process there is one writer, so that only another replica can take a place in a
    stream first: then the stream is read again.
    """

    def __init__(self, events: EventStore, clock: Clock, nudge: Callable[[], None]) -> None:
        self._events = events
        self._clock = clock
        self._nudge = nudge
        self._commit: GroupCommit[Sequence[Fact], None] = GroupCommit(self._flush, largest=25)

    async def record(self, facts: Sequence[Fact]) -> None:
        """Store facts; a repeat changes nothing."""
        if facts:
            await self._commit.submit(facts)

    async def settled(self, deliveries: Sequence[Document]) -> dict[str, str]:
        """Return `sent` or `failed` for the deliveries whose outcome is on record."""
        ids: dict[str, tuple[str, str]] = {}
        for delivery in deliveries:
            for state, fact in (("sent", _SAMPLE_TOLD), ("failed", _SAMPLE_NOT_TOLD)):
                event = Fact(delivery, fact).event(1, self._clock.now())
                ids[event.id] = (delivery["_id"], state)
        found = await self._events.collection.find({"_id": {"$in": list(ids)}}, {"_id": 1}).to_list(
            None
        )
        return dict(ids[document["_id"]] for document in found)

    async def _flush(self, batches: Sequence[Sequence[Fact]]) -> list[Exception | None]:
        facts = [fact for batch in batches for fact in batch]
        for _ in range(_TRIES):
            streams = await self._events.load_many({fact.delivery["subject"] for fact in facts})
            events = self._placed(facts, streams)
            appended = await self._events.append(events)
            if not appended.conflicts:
                self._nudge()
                return [None] * len(batches)
        raise TransientError("Other writers were faster each time")

    def _placed(self, facts: Sequence[Fact], streams: dict[str, list[Event]]) -> list[Event]:
        events: dict[str, Event] = {}
        known = {event.id for stream in streams.values() for event in stream}
        now = self._clock.now()
        for fact in facts:
            stream = streams[fact.delivery["subject"]]
            last = stream[-1] if stream else None
            time = max(now, last.time) if last else now
            event = fact.event(last.sequence + 1 if last else 1, time)
            if event.id not in known:
                known.add(event.id)
                events[event.id] = event
                stream.append(event)
        return list(events.values())


_SAMPLE_TOLD = PartyTold(
    reference="",
    delivery_id="",
    notice="",
    audience="",
    channel="",
    attempts=0,
    handed_at=datetime.min,
    maybe_twice=False,
)
_SAMPLE_NOT_TOLD = PartyNotTold(
    reference="", delivery_id="", notice="", audience="", channel="", attempts=0, reason=""
)
