"""Topics, raw records and connected publishers for tests over a real Kafka."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.events import Event
from shared.events.envelope import parse
from shared.kafka import Publisher


async def new_topic(bootstrap: str, *, partitions: int = 1) -> str:
    """Create a topic of a name nobody else uses and return the name."""
    name = f"test-{uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(name, partitions, 1)])
        assert all(error[1] == 0 for error in answer.topic_errors), answer
    finally:
        await admin.close()
    return name


async def committed(bootstrap: str, group: str, topic: str) -> int:
    """Return how many records of the only partition a group is done with."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    at = offsets.get(TopicPartition(topic, 0))
    return max(at.offset, 0) if at else 0


async def records_of(bootstrap: str, topic: str) -> list[Any]:
    """Return all records of a topic as they are now, each partition in its order."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        parts = consumer.assignment()
        assert parts, f"{topic} has no partitions"
        ends = await consumer.end_offsets(parts)
        found: list[Any] = []
        while any([await consumer.position(part) < ends[part] for part in parts]):
            batches = await consumer.getmany(timeout_ms=200)
            found += [record for batch in batches.values() for record in batch]
        return found
    finally:
        await consumer.stop()


async def published(bootstrap: str, topic: str) -> dict[str, list[Event]]:
    """Return the events on a topic by subject, in the order in which a consumer gets them."""
    streams: dict[str, list[Event]] = {}
    for record in await records_of(bootstrap, topic):
        event = parse(record.value)
        assert record.key == event.subject.encode()
        streams.setdefault(event.subject, []).append(event)
    return streams


async def send(
    bootstrap: str,
    topic: str,
    values: Sequence[bytes | None],
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> None:
    """Put raw values on a topic in order, all under one key."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value, key=b"k", headers=list(headers))
    finally:
        await producer.stop()


@asynccontextmanager
async def publishing(bootstrap: str) -> AsyncIterator[Publisher]:
    """Give a publisher that is connected, as the service runtime makes it."""
    publisher = Publisher(bootstrap, "test")
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()
