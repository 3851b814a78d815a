"""What the Kafka client needs from outside: to see a broken connection, and to be seen to end.

Both reach into aiokafka (0.14), and nothing else here does.
"""

import asyncio
from typing import Any

import aiokafka.conn
from aiokafka import AIOKafkaProducer
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError
from faststream.kafka import KafkaBroker


class Connection(AIOKafkaConnection):  # type: ignore[misc]
    """A connection that is known to be broken as soon as the other side has closed it.

    uvloop raises RuntimeError for what is written then, and the client expects an OSError (its
    issue 1038): when Kafka went away in that moment, the loop that keeps a consumer in its group
    ended for good. Nothing was consumed any more until somebody restarted the service, which said
    that it was ready (found by `make prove`).
    """

    def send(self, request: Any, expect_response: bool = True) -> Any:
        """Send a request and return what its answer is awaited by."""
        self._require_open()
        return super().send(request, expect_response)

    def _send_sasl_token(self, payload: bytes, expect_response: bool = True) -> Any:
        self._require_open()
        return super()._send_sasl_token(payload, expect_response)

    def _require_open(self) -> None:
        if self._writer is not None and self._writer.is_closing():
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} was closed")


def see_broken_connections() -> None:
    """Have every connection that is made from now on be one of these."""
    aiokafka.conn.AIOKafkaConnection = Connection


async def ended(broker: KafkaBroker, producer: AIOKafkaProducer) -> str:
    """Return the name of a loop of the client that has ended, when one has.

    None should while a service runs; one that has failed is not begun again by the client, which
    goes on to answer pings and takes in or sends out nothing.
    """
    loops: dict[asyncio.Future[Any], str] = {
        producer._sender.sender_task: "sender",
        producer.client._sync_task: "metadata",
    }
    for subscriber in broker.subscribers:
        consumer = getattr(subscriber, "consumer", None)
        if consumer is not None:
            loops[consumer._coordinator._coordination_task] = "coordination"
            loops[consumer._fetcher._fetch_task] = "fetcher"
            loops[consumer._client._sync_task] = "metadata"
    done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
    return loops[done.pop()]
