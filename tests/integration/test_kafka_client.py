"""A connection to Kafka that breaks, and a client whose own loops end, on a real broker."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import aiokafka.conn
import pytest
import uvloop
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from shared.kafka import Record, make_broker, subscribe
from shared.kafka_client import Connection
from tests.integration.desk import Desk
from tests.integration.kafka_topics import publishing

#: More turns of the loop than it takes until the client has noticed by itself.
_TURNS = 8


async def break_and_send(bootstrap: str, turns: int) -> None:
    """Break a connection and use it so many turns of the loop later."""
    host, _, port = bootstrap.partition(":")
    connection = await aiokafka.conn.create_conn(host, int(port))
    assert isinstance(connection, Connection)
    connection._writer.transport.abort()
    for _ in range(turns):
        await asyncio.sleep(0)
    with pytest.raises(KafkaConnectionError):
        await connection.send(MetadataRequest([]))
    assert not connection.connected()


@pytest.mark.parametrize("turns", range(_TURNS))
@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_what_is_sent_on_a_broken_connection_is_refused(
    kafka_bootstrap: str, loop: str, turns: int
) -> None:
    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(break_and_send(kafka_bootstrap, turns))


@pytest.mark.parametrize("loop", ["coordination", "fetcher", "metadata", "sender"])
async def test_a_loop_of_the_client_that_ends_is_told(desk: Desk, loop: str) -> None:
    async def ignore(records: Sequence[Record]) -> None:
        pass

    broker = make_broker(desk.bootstrap, "test")
    subscribe(broker, desk.topic, group=desk.group, on_records=ignore)
    (subscriber,) = cast("list[Any]", broker.subscribers)
    async with publishing(desk.bootstrap) as publisher:
        await broker.start()
        try:
            watching = asyncio.create_task(publisher.ended_beside(broker))
            await asyncio.sleep(0)
            assert not watching.done()
            producer = publisher._producer
            assert producer is not None
            {
                "coordination": subscriber.consumer._coordinator._coordination_task,
                "fetcher": subscriber.consumer._fetcher._fetch_task,
                "metadata": subscriber.consumer._client._sync_task,
                "sender": producer._sender.sender_task,
            }[loop].cancel()
            async with asyncio.timeout(10):
                assert await watching == loop
        finally:
            await broker.stop()
