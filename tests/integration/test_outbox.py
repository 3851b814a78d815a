"""The outbox relay over a real store and Kafka: order per subject, with one relay or two."""

from shared.clock import real_time
from shared.event_store import EventStore
from shared.leases import Leases
from shared.mongo import Database
from tests.integration.kafka_topics import new_topic, published, publishing
from tests.integration.relays import drained, draining, relay_of, running, stream, without_repeats
from tests.support.waiting import eventually


async def test_each_subject_arrives_in_its_order(
    store: EventStore, database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap, partitions=3)
    streams = {f"g{n}": stream(f"g{n}", 6) for n in range(12)}
    await store.append([event for events in streams.values() for event in events])
    async with publishing(kafka_bootstrap) as publisher:
        relay = relay_of(store, Leases(database), publisher, topic)
        async with running(relay):
            await eventually(draining(store, relay), what="an empty outbox")
    assert await published(kafka_bootstrap, topic) == streams


async def test_two_relays_of_one_store_share_the_work(
    store: EventStore, database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap, partitions=3)
    streams = {f"g{n}": stream(f"g{n}", 8) for n in range(12)}
    async with publishing(kafka_bootstrap) as one, publishing(kafka_bootstrap) as other:
        first = relay_of(store, Leases(database), one, topic)
        second = relay_of(store, Leases(database), other, topic)
        async with running(second):
            async with running(first):
                for place in range(4):
                    await store.append([events[place] for events in streams.values()])
                    first.nudge()
            # The first has stopped and given its leases back: the second does the rest.
            for place in range(4, 8):
                await store.append([events[place] for events in streams.values()])
            await eventually(draining(store, second), what="an empty outbox")
    assert {
        subject: without_repeats(events)
        for subject, events in (await published(kafka_bootstrap, topic)).items()
    } == streams


async def test_two_relays_that_both_believe_in_their_lease_only_repeat(
    store: EventStore, database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap, partitions=3)
    streams = {f"g{n}": stream(f"g{n}", 20) for n in range(6)}
    async with publishing(kafka_bootstrap) as one, publishing(kafka_bootstrap) as other:
        relays = [
            relay_of(store, Leases(database), one, topic),
            # For this one the leases of others have always run out.
            relay_of(store, Leases(database, time=lambda: real_time() + 60), other, topic),
        ]
        for shard in range(store.shards):
            for relay in relays:
                assert await relay.step(shard) is not None
        async with running(*relays):
            for place in range(20):
                await store.append([events[place] for events in streams.values()])
                for relay in relays:
                    relay.nudge()
            await eventually(draining(store, *relays), what="an empty outbox")
    found = await published(kafka_bootstrap, topic)
    assert {subject: without_repeats(events) for subject, events in found.items()} == streams


async def test_the_order_holds_across_batches(database: Database, kafka_bootstrap: str) -> None:
    topic = await new_topic(kafka_bootstrap)
    store = EventStore(database, source="intake", shards=1)
    await store.ensure_indexes()
    streams = {f"g{n}": stream(f"g{n}", 2) for n in range(300)}
    await store.append([event for events in streams.values() for event in events])
    async with publishing(kafka_bootstrap) as publisher:
        relay = relay_of(store, Leases(database), publisher, topic)
        assert await relay.step(0) is None
        assert not await drained(store), "one batch is smaller than this outbox"
        assert await relay.step(0) is None
    assert await drained(store)
    assert await published(kafka_bootstrap, topic) == streams
