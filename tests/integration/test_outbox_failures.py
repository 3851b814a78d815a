"""The outbox relay when it or Kafka fails: events are repeated at worst, never lost."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.clock import real_time
from shared.errors import TransientError
from shared.event_store import EventStore
from shared.events.envelope import StoredEvent
from shared.ids import shard_of
from shared.kafka import Publisher
from shared.leases import Leases
from shared.mongo import Database
from tests.integration.kafka_topics import new_topic, published, publishing, records_of
from tests.integration.relays import drained, draining, relay_of, running, stream, without_repeats
from tests.support.events import START
from tests.support.waiting import eventually


async def test_a_relay_killed_before_it_could_mark_repeats_and_loses_nothing(
    store: EventStore, database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap)
    events, shard = stream("g", 3), shard_of("g", store.shards)
    await store.append(events)
    async with publishing(kafka_bootstrap) as publisher:
        acknowledged = asyncio.Event()

        async def publish_and_hang(messages: Sequence[tuple[str, StoredEvent]]) -> None:
            await publisher(messages)
            acknowledged.set()
            await asyncio.Event().wait()

        dead = relay_of(store, Leases(database), publish_and_hang, topic)
        step = asyncio.create_task(dead.step(shard))
        async with asyncio.timeout(20):
            await acknowledged.wait()
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        assert not await drained(store)

        during = relay_of(store, Leases(database), publisher, topic)
        assert await during.step(shard) is not None, "the lease of the dead one still runs"
        after = relay_of(store, Leases(database, time=lambda: real_time() + 11), publisher, topic)
        assert await after.step(shard) is None
    assert await drained(store)
    assert await published(kafka_bootstrap, topic) == {"g": events + events}


async def test_failing_publication_is_tried_again_until_it_works(
    store: EventStore, database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap)
    events, shard = stream("g", 5), shard_of("g", store.shards)
    await store.append(events)
    failures = 0
    async with publishing(kafka_bootstrap) as publisher:

        async def publish(messages: Sequence[tuple[str, StoredEvent]]) -> None:
            nonlocal failures
            if failures < 3:
                failures += 1
                await publisher(messages[:failures])  # only a part of the batch goes out
                raise TransientError("the connection broke")
            await publisher(messages)

        relay = relay_of(store, Leases(database), publish, topic)
        with pytest.raises(TransientError):
            await relay.step(shard)
        assert relay.oldest_unsent == START
        assert not await drained(store)
        async with running(relay):
            await eventually(draining(store, relay), what="an empty outbox")
    assert without_repeats((await published(kafka_bootstrap, topic))["g"]) == events


async def test_events_wait_while_kafka_is_not_connected(
    store: EventStore, database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap)
    await store.append(stream("g", 2))
    publisher = Publisher(kafka_bootstrap, "test")
    relay = relay_of(store, Leases(database), publisher, topic)
    async with running(relay):

        async def seen_waiting() -> bool:
            return relay.oldest_unsent is not None

        await eventually(seen_waiting, what="a look at the outbox")
        assert not await drained(store)
        await publisher.start()
        try:
            await eventually(draining(store, relay), what="an empty outbox")
        finally:
            await publisher.stop()
    (first, _) = await records_of(kafka_bootstrap, topic)
    assert dict(first.headers)["content-type"].startswith(b"application/cloudevents+json")
