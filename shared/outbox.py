"""The outbox relay: pending events go to Kafka, in order per grievance, one relay per shard."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.event_store import EventStore
from shared.events.envelope import StoredEvent
from shared.leases import Leases
from shared.loops import Wakeup, forever

Publish = Callable[[Sequence[tuple[str, StoredEvent]]], Awaitable[None]]

_BATCH = 500
_IDLE_SECONDS = 1.0
_STANDBY_SECONDS = 2.0
#: How far behind the clock of this process another replica's clock may be.
_SKEW = timedelta(seconds=1)


class OutboxRelay:
    """Publishes the pending events of an EventStore.

    Exactly one process holds the lease of a shard and publishes it in order. An event leaves the
    outbox only after Kafka has acknowledged it, so a crash repeats at worst, and consumers refuse
    repeats. `catch_up` is awaited first with each batch: what must not lag behind the events (read
    views) is brought up to date there after a crash.
    """

    def __init__(
        self,
        store: EventStore,
        leases: Leases,
        clock: Clock,
        *,
        publish: Publish,
        topic_of: Callable[[StoredEvent], str],
        catch_up: Callable[[Sequence[StoredEvent]], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._leases = leases
        self._clock = clock
        self._publish = publish
        self._topic_of = topic_of
        self._catch_up = catch_up
        self._wakeup = Wakeup()
        self._held_until = [0.0] * store.shards
        self._oldest: list[datetime | None] = [None] * store.shards

    def nudge(self) -> None:
        """Tell the relay that there are new events."""
        self._wakeup.nudge()

    @property
    def oldest_unsent(self) -> datetime | None:
        """Time of the oldest event seen waiting in the shards held here, as of the last look."""
        return min((time for time in self._oldest if time is not None), default=None)

    async def run(self) -> None:
        """Work on all shards until cancelled; the leases are given back then."""
        shards = range(self._store.shards)
        try:
            await forever("outbox", lambda: self.step(*shards), self._wakeup)
        finally:
            async with asyncio.timeout(2):
                for shard in shards:
                    await self._leases.release(self._lease(shard))

    def _lease(self, shard: int) -> str:
        return f"outbox-{shard}"

    async def step(self, *shards: int) -> float | None:
        """Publish a batch of each shard held; return how long to sleep, None to look again.

        The shards are worked on together: one round to Kafka and one write serve all of them.
        """
        held = [shard for shard in shards if await self._hold(shard)]
        for shard in set(shards) - set(held):
            self._oldest[shard] = None
        if not held:
            return _STANDBY_SECONDS
        until = self._clock.now() + _SKEW * self._clock.speed
        batches = await self._store.pending_in(held, until, _BATCH)
        for shard, batch in zip(held, batches, strict=True):
            self._oldest[shard] = batch[0].time if batch else None
        events = [event for batch in batches for event in batch]
        if not events:
            return _IDLE_SECONDS
        if self._catch_up:
            await self._catch_up(events)
        await self._publish([(self._topic_of(event), event) for event in events])
        await self._store.mark_published(events)
        return None

    async def _hold(self, shard: int) -> bool:
        # Renewed at a third of its life, so that a busy relay does not ask at each batch.
        now = time.monotonic()
        if now < self._held_until[shard]:
            return True
        held = await self._leases.hold(self._lease(shard))
        self._held_until[shard] = now + self._leases.seconds / 3 if held else 0.0
        return held
