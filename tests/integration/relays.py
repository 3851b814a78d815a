"""Outbox relays that run for the length of a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.event_store import EventStore
from shared.events import Event
from shared.leases import Leases
from shared.outbox import OutboxRelay, Publish
from tests.support.clock import FrozenClock
from tests.support.events import START, message

FAR = START + timedelta(days=1)


def relay_of(store: EventStore, leases: Leases, publish: Publish, topic: str) -> OutboxRelay:
    """Return a relay that sends everything to one topic."""
    return OutboxRelay(store, leases, FrozenClock(), publish=publish, topic_of=lambda _: topic)


def stream(subject: str, length: int) -> list[Event]:
    """Return the first events of a subject."""
    return [message(subject, n) for n in range(1, length + 1)]


async def drained(store: EventStore) -> bool:
    """Tell whether nothing waits in the outbox."""
    oldest = [await store.oldest_pending(shard, FAR) for shard in range(store.shards)]
    return not any(oldest)


def draining(store: EventStore, *relays: OutboxRelay) -> Callable[[], Awaitable[bool]]:
    """Return a probe that nudges the relays and tells whether nothing waits any more."""

    async def probe() -> bool:
        for relay in relays:
            relay.nudge()
        return await drained(store)

    return probe


@asynccontextmanager
async def running(*relays: OutboxRelay) -> AsyncIterator[None]:
    """Run the relays; afterwards they are cancelled and must have ended by that only."""
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


def without_repeats(events: Sequence[Event]) -> list[Event]:
    """Return each event once, at the place where it came first."""
    return list({event.id: event for event in events}.values())
