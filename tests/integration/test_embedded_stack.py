"""The embedded servers lose nothing acknowledged when they are killed, and topics stay as given."""

import asyncio
from functools import partial
from itertools import count
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.embedded.kafka import KafkaServer
from deploy.embedded.mongo import MongoServer
from deploy.embedded.process import free_ports
from deploy.topics import load_topics, provision
from shared.mongo import Collection, Database, connect, database
from tests.support.waiting import eventually


async def test_topics_are_created_once_and_grow(kafka_bootstrap: str) -> None:
    """Provisioning again changes nothing; a raised number of partitions is applied."""
    topics = load_topics()
    assert await provision(kafka_bootstrap, topics) == []
    more = topics[-1].model_copy(update={"name": "extra.topic.v1"})
    assert await provision(kafka_bootstrap, [more]) == ["created extra.topic.v1"]
    raised = more.model_copy(update={"partitions": 8})
    assert await provision(kafka_bootstrap, [raised]) == ["extra.topic.v1: 6 → 8 partitions"]
    assert await provision(kafka_bootstrap, [more]) == [], "partitions are never taken away"


async def test_acknowledged_writes_survive_a_killed_store(tmp_path: Path) -> None:
    """What the store acknowledged is there after kill -9 and a new start."""
    server = MongoServer(tmp_path, free_ports(1)[0])
    server.start()
    try:
        client = connect(server.uri)
        await database(client, "t")["things"].insert_many([{"_id": n} for n in range(200)])
        client.close()
        server.kill()
        server.start()
        client = connect(server.uri)
        found = await database(client, "t")["things"].find({}).to_list(None)
        client.close()
        assert {document["_id"] for document in found} == set(range(200))
    finally:
        server.stop()


async def test_a_store_killed_among_its_checkpoints_keeps_what_it_acknowledged(
    tmp_path: Path,
) -> None:
    """Killed while several clients write, so that checkpoints and writes are cut short."""
    server = MongoServer(tmp_path, free_ports(1)[0])
    server.start()
    acknowledged: set[str] = set()
    try:
        for life in range(2):
            before = _checkpoint(tmp_path)
            client = connect(server.uri)
            things = database(client, "t")["things"]
            writers = [
                asyncio.create_task(_write(things, f"{life}-{n}", acknowledged)) for n in range(8)
            ]
            await eventually(
                partial(_checkpoint_after, tmp_path, before), within=60, what="a checkpoint"
            )
            server.kill()
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
            client.close()
            server.start()
        client = connect(server.uri)
        found = await database(client, "t")["things"].find({}, {"_id": 1}).to_list(None)
        client.close()
        assert acknowledged <= {document["_id"] for document in found}
    finally:
        server.stop()


async def _write(things: Collection, name: str, acknowledged: set[str]) -> None:
    for number in count():
        ident = f"{name}-{number}"
        await things.insert_one({"_id": ident, "padding": ident * 40_000})
        acknowledged.add(ident)


def _checkpoint(folder: Path) -> str:
    """Return what the store writes anew with each checkpoint."""
    return (folder / "data" / "WiredTiger.turtle").read_text()


async def _checkpoint_after(folder: Path, before: str) -> bool:
    return _checkpoint(folder) != before


async def test_acknowledged_messages_survive_a_killed_broker(tmp_path: Path) -> None:
    """What Kafka acknowledged is there after kill -9, and the producer goes on by itself."""
    server = KafkaServer(tmp_path, free_ports(1)[0], free_ports(1)[0])
    server.start()
    topic = load_topics()[0].name
    try:
        await provision(server.bootstrap, load_topics()[:1])
        producer = AIOKafkaProducer(bootstrap_servers=server.bootstrap, enable_idempotence=True)
        await producer.start()
        for number in range(20):
            await producer.send_and_wait(topic, b"%d" % number, key=b"one")
        server.kill()
        server.start()
        await producer.send_and_wait(topic, b"20", key=b"one")
        await producer.stop()
        assert await _all_values(server.bootstrap, topic, 21) == [b"%d" % n for n in range(21)]
    finally:
        server.stop()


async def _all_values(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id="check"
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_each_test_has_its_own_database(database: Database) -> None:
    """The fixture's database is empty."""
    await database["things"].insert_one({"_id": 1})
    assert await database["things"].count_documents({}) == 1
