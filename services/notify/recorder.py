"""Tells the case what came of notices: appends `notices.settled`, one for all of an event."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from shared.clock import Clock
from shared.errors import TransientError
from shared.event_store import EventStore
from shared.events import Event
from shared.events.notify import NoticeOutcome, NoticesSettled, Settled
from shared.group_commit import GroupCommit
from shared.mongo import Document

_TRIES: Final = 6


@dataclass(frozen=True)
class Fact:
    """The outcome of one delivery, to be recorded in the stream of its grievance."""

    delivery: Document
    outcome: NoticeOutcome


def told(delivery: Document, *, channel: str, attempts: int, twice: bool) -> Fact:
    """Return the fact that a gateway or mail server took a notice."""
    return _fact(delivery, told=True, channel=channel, attempts=attempts, maybe_twice=twice)


def not_told(delivery: Document, *, channel: str, attempts: int, reason: str) -> Fact:
    """Return the fact that a party could not be told, with the reason as a code."""
    return _fact(delivery, told=False, channel=channel, attempts=attempts, reason=reason)


def _fact(delivery: Document, **outcome: object) -> Fact:
    known = {
        "delivery_id": delivery["_id"],
        "notice": delivery["notice"],
        "audience": delivery["audience"],
        "retried_at": delivery.get("retried_at"),
    }
    return Fact(delivery, NoticeOutcome.model_validate(known | outcome))


def settled_event(facts: Sequence[Fact], sequence: int, time: datetime) -> Event:
    """Return the event of the outcomes of one ledger event's notices, at a place of the stream.

    The id follows from that event and the outcomes.
    """
    first = facts[0].delivery
    outcomes = tuple(fact.outcome for fact in facts)
    return Event.derived(
        NoticesSettled(reference=first["reference"], outcomes=outcomes),
        subject=first["subject"],
        sequence=sequence,
        time=time,
        cause=first["event"],
        traceparent=first.get("traceparent"),
        discriminator="|".join(outcome.key for outcome in outcomes),
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
        streams = await self._events.load_many({d["subject"] for d in deliveries})
        on_record = {
            (outcome.delivery_id, outcome.retried_at): "sent" if outcome.told else "failed"
            for stream in streams.values()
            for outcome in _outcomes(stream)
        }
        found = {d["_id"]: on_record.get((d["_id"], d.get("retried_at"))) for d in deliveries}
        return {ident: state for ident, state in found.items() if state}

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
        known = {outcome.key for stream in streams.values() for outcome in _outcomes(stream)}
        new = {fact.outcome.key: fact for fact in facts if fact.outcome.key not in known}
        together: dict[tuple[str, str], list[Fact]] = {}
        for fact in new.values():
            cause = fact.delivery["subject"], fact.delivery["event"]
            together.setdefault(cause, []).append(fact)
        events: list[Event] = []
        now = self._clock.now()
        for (subject, _), some in together.items():
            stream = streams[subject]
            last = stream[-1] if stream else None
            time = max(now, last.time) if last else now
            events.append(settled_event(some, last.sequence + 1 if last else 1, time))
            stream.append(events[-1])
        return events


def _outcomes(stream: Iterable[Event]) -> Iterable[NoticeOutcome]:
    for event in stream:
        yield from cast("Settled", event.data).outcomes
