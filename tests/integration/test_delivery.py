"""Delivery over a real Kafka: one bad record or event stops neither its batch nor its topic."""

import json
from collections.abc import Sequence

import pytest

from shared.errors import TransientError
from shared.event_store import EventStore
from shared.events import Event
from shared.kafka import Record
from shared.mongo import Database, StoreUnavailable
from tests.integration.desk import POISON, Desk, deliver, stream
from tests.integration.kafka_topics import new_topic, publishing, send
from tests.support.events import message
from tests.support.waiting import eventually

TOMORROW = json.dumps(message("g", 1).to_cloudevent() | {"type": "cf.recours.new.v9"}).encode()


async def test_poison_goes_aside_and_the_rest_is_handled_in_order(desk: Desk) -> None:
    events = stream(len(POISON) + 1)
    values: list[bytes | None] = [events[0].to_bytes()]
    for event, poison in zip(events[1:], POISON.values(), strict=True):
        values += [poison, event.to_bytes()]
    await deliver(desk, desk.consumer(), values)
    assert desk.handled == events
    letters = await desk.letters.list()
    assert {letter["_id"] for letter in letters} == {
        f"{desk.topic}:0:{2 * n + 1}" for n in range(len(POISON))
    }
    assert all(letter["reason"] and "value" not in letter for letter in letters)
    for n, poison in enumerate(POISON.values()):
        kept = await desk.letters.take(f"{desk.topic}:0:{2 * n + 1}")
        assert kept["value"] == (poison or b"")
    assert (desk.counted("dead-letter"), desk.counted("handled")) == (len(POISON), len(events))


@pytest.mark.parametrize("value", [b"\xff\xfe", None], ids=["not UTF-8", "null"])
async def test_headers_that_cannot_be_read_do_not_matter(desk: Desk, value: bytes | None) -> None:
    (event,) = stream(1)
    headers = [("traceparent", value), ("content-type", value), ("correlation_id", value)]
    await send(desk.bootstrap, desk.topic, [event.to_bytes()], headers)
    async with desk.consuming(desk.consumer().on_records):
        await desk.done_with(1)
    assert desk.handled == [event]
    assert await desk.letters.list() == []


async def test_unknown_types_are_skipped_and_counted(desk: Desk) -> None:
    events = stream(2)
    await deliver(desk, desk.consumer(), [TOMORROW, *(e.to_bytes() for e in events), TOMORROW])
    assert desk.handled == events
    assert await desk.letters.list() == []
    assert desk.counted("unknown-type") == 2


async def test_a_bug_with_one_event_makes_one_dead_letter(desk: Desk) -> None:
    events = stream(7)

    async def handle(batch: list[Event]) -> None:
        if events[3] in batch:
            raise KeyError("a bug, with personal words")
        desk.handled += batch

    await deliver(desk, desk.consumer(handle), [event.to_bytes() for event in events])
    assert desk.handled == events[:3] + events[4:]
    (letter,) = await desk.letters.list()
    assert (letter["_id"], letter["key"]) == (f"{desk.topic}:0:3", "k")
    assert letter["reason"].startswith("KeyError")
    assert "personal" not in letter["reason"], "the text of an error may quote content"


@pytest.mark.parametrize(
    "error", [TransientError("away"), TimeoutError(), StoreUnavailable[0]("x")]
)
async def test_passing_trouble_is_tried_again(desk: Desk, error: Exception) -> None:
    events, failures = stream(4), 0

    async def handle(batch: list[Event]) -> None:
        nonlocal failures
        if failures < 3:
            failures += 1
            raise error
        await desk.see(batch)

    await deliver(desk, desk.consumer(handle), [event.to_bytes() for event in events])
    assert (desk.handled, failures) == (events, 3)
    assert await desk.letters.list() == []


async def test_a_batch_given_back_is_fetched_again(desk: Desk) -> None:
    events, consumer, refusals = stream(5), desk.consumer(), 0

    async def on_records(records: Sequence[Record]) -> None:
        nonlocal refusals
        if refusals < 2:
            refusals += 1
            raise TransientError("still away")
        await consumer.on_records(records)

    await send(desk.bootstrap, desk.topic, [event.to_bytes() for event in events])
    async with desk.consuming(on_records):
        await desk.done_with(len(events))
    assert refusals == 2
    assert list(dict.fromkeys(event.sequence for event in desk.handled)) == [1, 2, 3, 4, 5]


async def test_a_batch_of_several_partitions_given_back_loses_nothing(
    database: Database, kafka_bootstrap: str
) -> None:
    topic = await new_topic(kafka_bootstrap, partitions=3)
    desk = Desk(database, kafka_bootstrap, topic)
    consumer, refused = desk.consumer(), set[int]()
    events = [message(f"g{n}", place) for place in (1, 2, 3) for n in range(12)]

    async def on_records(records: Sequence[Record]) -> None:
        partitions = {record.partition for record in records}
        if partitions - refused:
            refused.update(partitions)
            raise TransientError("still away")
        await consumer.on_records(records)

    async def all_handled() -> bool:
        return {event.id for event in desk.handled} == {event.id for event in events}

    async with publishing(kafka_bootstrap) as publisher:
        await publisher([(topic, event) for event in events])
    async with desk.consuming(on_records):
        await eventually(all_handled, within=40, what="every event handled")
    assert refused == {0, 1, 2}
    for n in range(12):
        places = [event.sequence for event in desk.handled if event.subject == f"g{n}"]
        assert list(dict.fromkeys(places)) == [1, 2, 3]


async def test_every_batch_delivered_twice_has_one_effect(desk: Desk, store: EventStore) -> None:
    events = stream(6)

    async def handle(batch: list[Event]) -> None:
        await desk.see(batch)
        await store.append(batch)

    values = [event.to_bytes() for event in events]
    await deliver(desk, desk.consumer(handle, deliveries=2), [*values, b"{"])
    assert all(desk.handled.count(event) == 2 for event in events)
    assert await store.load("g") == events
    assert [letter["_id"] for letter in await desk.letters.list()] == [f"{desk.topic}:0:6"]


async def test_a_bug_met_twice_makes_one_dead_letter(desk: Desk, store: EventStore) -> None:
    events = stream(6)

    async def handle(batch: list[Event]) -> None:
        if events[4] in batch:
            raise KeyError("a bug")
        await store.append(batch)

    values = [event.to_bytes() for event in events]
    await deliver(desk, desk.consumer(handle, deliveries=2), values)
    assert await store.load("g") == events[:4] + events[5:]
    assert [letter["_id"] for letter in await desk.letters.list()] == [f"{desk.topic}:0:4"]
