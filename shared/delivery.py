"""What stands between Kafka and a handler: parsing, retry in place, dead letters, log context."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import structlog
from pydantic import ValidationError

from shared.clock import Clock
from shared.errors import Conflict, DomainError, NotFound, TransientError
from shared.events.envelope import Event, EventData, UnknownType, parse, parse_wanted
from shared.kafka import Record, counted_as
from shared.loops import backoff
from shared.mongo import ASCENDING, Collection, Database, Document, StoreUnavailable, insert_new
from shared.observability import Metrics, describe
from shared.tracing import current, trace_id_of

Handle = Callable[[list[Event]], Awaitable[None]]

log = structlog.get_logger("recours.delivery")

_RETRY_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 1.0
_TRANSIENT = (TransientError, TimeoutError, *StoreUnavailable)


class DeadLetters:
    """Messages that cannot be handled, kept with the reason until they are replayed or dropped."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._collection: Collection = db["dead_letters"]
        self._clock = clock

    async def ensure_indexes(self) -> None:
        """Create the index by time."""
        await self._collection.create_index([("at", ASCENDING)], name="at")

    async def put(self, record: Record, error: BaseException) -> None:
        """Keep a record's bytes and why it failed; putting it twice keeps it once."""
        document: Document = {
            "_id": f"{record.topic}:{record.partition}:{record.offset}",
            "topic": record.topic,
            "key": (record.key or b"").decode(errors="replace"),
            "value": record.value or b"",
            "reason": _reason(error),
            "at": self._clock.now(),
        }
        await insert_new(self._collection, [document])

    async def list(self, limit: int = 100) -> list[Document]:
        """Return the oldest dead letters, without their content."""
        cursor = self._collection.find({}, {"value": 0}).sort([("at", ASCENDING)]).limit(limit)
        return await cursor.to_list(None)

    async def take(self, letter: str) -> Document:
        """Return one dead letter; raises NotFound."""
        found: Document | None = await self._collection.find_one({"_id": letter})
        if found is None:
            raise NotFound("There is no dead letter with this id")
        return found

    async def drop(self, letter: str) -> None:
        """Remove a dead letter; raises NotFound."""
        result = await self._collection.delete_one({"_id": letter})
        if not result.deleted_count:
            raise NotFound("There is no dead letter with this id")


def _reason(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        # The first part of a place is a field; later ones may be keys of a map, and say anything.
        return "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'][:1])}: {problem['type']}"
            for problem in error.errors(include_input=False, include_url=False)[:5]
        )
    return describe(error)


class Consumer:
    """Hands batches of records to the handlers of their topics, at least once and in order.

    Passing trouble (the store or a service away) is retried in place for up to a minute and then
    given back to Kafka. A batch that fails otherwise is handled one event at a time; the event
    that fails is put among the dead letters and the others go on. Events of types that are not in
    `reads` (all by default) are passed over before they are validated: most of what a service
    takes from a topic may be meant for others.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handle],
        dead_letters: DeadLetters,
        metrics: Metrics,
        *,
        reads: Sequence[type[EventData]] | None = None,
        deliveries: int = 1,
    ) -> None:
        self._handlers = handlers
        self._reads = None if reads is None else frozenset(data.type for data in reads)
        self._dead_letters = dead_letters
        self._metrics = metrics
        self._deliveries = deliveries

    async def on_records(self, records: Sequence[Record]) -> None:
        """Handle a batch; returning means that all of it is done with."""
        by_topic: dict[str, list[Record]] = {}
        for record in records:
            by_topic.setdefault(record.topic, []).append(record)
        try:
            for topic, batch in by_topic.items():
                readable = await self._readable(batch)
                for _ in range(self._deliveries):
                    await self._handle(topic, readable)
                self._metrics.consumed.labels(counted_as(topic), "handled").inc(len(readable))
        except Exception:
            # Kafka hands the batch out again at once; without a pause that would be a hot loop.
            await asyncio.sleep(_PAUSE_SECONDS)
            raise

    async def replay(self, letter: str) -> None:
        """Handle a dead letter again and drop it when that succeeds; raises Conflict when not."""
        document = await self._dead_letters.take(letter)
        try:
            event = self._parsed(document["value"])
        except (UnknownType, ValueError, RecursionError) as error:
            raise Conflict(
                f"Still unreadable: {_reason(error)}. Drop it when it is junk."
            ) from error
        try:
            if event is not None:
                await self._call(document["topic"], [event])
        except (DomainError, *_TRANSIENT):
            raise
        except Exception as error:  # whatever made it a dead letter may do so again
            raise Conflict(f"It still fails: {describe(error)}") from error
        await self._dead_letters.drop(letter)

    def _parsed(self, raw: bytes) -> Event | None:
        return parse(raw) if self._reads is None else parse_wanted(raw, self._reads)

    async def _readable(self, records: list[Record]) -> list[tuple[Record, Event]]:
        readable = []
        for record in records:
            try:
                event = self._parsed(record.value or b"")
                if event is not None:
                    readable.append((record, event))
            except UnknownType:
                # Producers are deployed first: a type from tomorrow is none of our business yet.
                self._metrics.consumed.labels(counted_as(record.topic), "unknown-type").inc()
            except (ValueError, RecursionError) as error:
                await self._put_aside(record, error)
        return readable

    async def _handle(self, topic: str, batch: list[tuple[Record, Event]]) -> None:
        if not batch:
            return
        try:
            await self._with_retry(topic, [event for _, event in batch])
            return
        except _TRANSIENT:
            raise
        except Exception as error:  # a bug or bad data in one event must not stop the others
            failure = error
        if len(batch) == 1:
            await self._put_aside(batch[0][0], failure)
            return
        log.warning("batch failed, going on one by one", topic=topic, error=describe(failure))
        for one in batch:
            await self._handle(topic, [one])

    async def _with_retry(self, topic: str, events: list[Event]) -> None:
        attempt, waited = 0, 0.0
        while True:
            try:
                await self._call(topic, events)
                return
            except _TRANSIENT as error:
                attempt += 1
                if waited > _RETRY_SECONDS:
                    raise
                if attempt in (1, 10):
                    log.warning("handler waits", topic=topic, error=describe(error))
                pause = backoff(attempt)
                waited += pause
                await asyncio.sleep(pause)

    async def _call(self, topic: str, events: list[Event]) -> None:
        trace = events[0].traceparent if len(events) == 1 else None
        token = current.set(trace)
        try:
            with structlog.contextvars.bound_contextvars(
                topic=topic,
                events=len(events),
                **({"grievance": events[0].subject} if len(events) == 1 else {}),
            ):
                await self._handlers[topic](events)
        finally:
            current.reset(token)

    async def _put_aside(self, record: Record, error: BaseException) -> None:
        await self._dead_letters.put(record, error)
        self._metrics.dead_letters.labels(counted_as(record.topic)).inc()
        self._metrics.consumed.labels(counted_as(record.topic), "dead-letter").inc()
        log.error(
            "dead letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=_reason(error),
            trace_id=trace_id_of(current.get()),
        )
