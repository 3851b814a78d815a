"""A consumer of a topic of its own, what its handler saw, and records that nobody can read."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

from shared.delivery import Consumer, DeadLetters, Handle
from shared.events import Event
from shared.kafka import Record, make_broker, subscribe
from shared.mongo import Database
from shared.observability import Metrics
from tests.integration.kafka_topics import committed, send
from tests.support.clock import FrozenClock
from tests.support.events import message
from tests.support.waiting import eventually

OnRecords = Callable[[Sequence[Record]], Awaitable[None]]

POISON: dict[str, bytes | None] = {
    "not JSON": b"{",
    "no value": None,
    "empty": b"",
    "not text": b"\xff\xfe\x00",
    "deep nesting": b"[" * 200_000,
    "listed place": json.dumps(message("g", 1).to_cloudevent() | {"sequence": []}).encode(),
    "endless place": json.dumps(message("g", 1).to_cloudevent() | {"sequence": 1e999}).encode(),
    "listed subject": json.dumps(message("g", 1).to_cloudevent() | {"subject": ["g"]}).encode(),
    "no event": b'{"hello": 1}',
    "endless number": b'{"specversion": ' + b"9" * 5_000 + b"}",
    "bad data": json.dumps(message("g", 1).to_cloudevent() | {"data": {}}).encode(),
    "bad place": json.dumps(message("g", 1).to_cloudevent() | {"sequence": "x"}).encode(),
}


class Desk:
    """A topic, its consumer and what a handler saw."""

    def __init__(self, db: Database, bootstrap: str, topic: str) -> None:
        self.bootstrap, self.topic, self.group = bootstrap, topic, f"group-{uuid4().hex}"
        self.letters = DeadLetters(db, FrozenClock())
        self.metrics = Metrics("test")
        self.handled: list[Event] = []
        self.batches = 0

    async def see(self, events: list[Event]) -> None:
        """Handle events by remembering them."""
        self.batches += 1
        self.handled += events

    def consumer(self, handle: Handle | None = None, *, deliveries: int = 1) -> Consumer:
        """Return a consumer that calls a handler, `see` unless said otherwise."""
        handlers = {self.topic: handle or self.see}
        return Consumer(handlers, self.letters, self.metrics, deliveries=deliveries)

    def counted(self, outcome: str) -> float:
        """Return how many events the metrics count under an outcome."""
        labels = {"topic": self.topic, "outcome": outcome}
        return self.metrics.registry.get_sample_value("recours_events_consumed_total", labels) or 0

    @asynccontextmanager
    async def consuming(self, on_records: OnRecords) -> AsyncIterator[None]:
        """Consume the topic as a service does, for the length of a block."""
        broker = make_broker(self.bootstrap, "test")
        subscribe(broker, self.topic, group=self.group, on_records=on_records)
        await broker.start()
        try:
            yield
        finally:
            await broker.stop()

    async def done_with(self, records: int) -> None:
        """Wait until the group has committed so many records."""

        async def probe() -> bool:
            return await committed(self.bootstrap, self.group, self.topic) >= records

        await eventually(probe, within=40, what=f"the commit of {records} records")


def stream(length: int) -> list[Event]:
    """Return the first events of one subject."""
    return [message("g", n) for n in range(1, length + 1)]


async def deliver(desk: Desk, consumer: Consumer, values: Sequence[bytes | None]) -> None:
    """Send the values, have them consumed, and wait until the group is done with all of them."""
    await send(desk.bootstrap, desk.topic, values)
    async with desk.consuming(consumer.on_records):
        await desk.done_with(len(values))
