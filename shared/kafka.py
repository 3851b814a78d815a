"""The one place that builds Kafka brokers, so that the settings that lose messages are not used."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from aiokafka import AIOKafkaProducer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.errors import TransientError
from shared.events.envelope import CONTENT_TYPE, Event, StoredEvent
from shared.kafka_client import ended, see_broken_connections

INTAKE_EVENTS = "intake.events.v1"
LEDGER_EVENTS = "ledger.events.v1"
NOTIFY_EVENTS = "notify.events.v1"
QUEUES = tuple(
    f"queue.{responder}.v1"
    for responder in ("syndicate", "company", "authority", "protection", "triage")
)

_PUBLISH_TIMEOUT = 20
_BATCH = 500
see_broken_connections()


class Record(Protocol):
    """What is used of a consumed Kafka record."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


def counted_as(topic: str) -> str:
    """Return the name under which metrics count a topic: all queues are one.

    Metrics have no lock, and how many cases go to protection is nobody else's business.
    """
    return "queue" if topic in QUEUES else topic


def queue_topic(responder: str) -> str:
    """Return the topic on which a responder's routed grievances are published."""
    return f"queue.{responder}.v1"


def make_broker(bootstrap: str, service: str) -> KafkaBroker:
    """Return a broker for consuming, which never creates topics."""
    return KafkaBroker(
        bootstrap,
        client_id=f"recours-{service}",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        allow_auto_create_topics=False,
        metadata_max_age_ms=30_000,
        graceful_timeout=10.0,
        logger=logging.getLogger("recours.kafka"),
        log_level=logging.DEBUG,
    )


def subscribe(
    broker: KafkaBroker,
    *topics: str,
    group: str,
    on_records: Callable[[Sequence[Record]], Awaitable[None]],
) -> Any:
    """Consume topics in batches of up to 500 as a group; the offset is committed afterwards.

    When `on_records` raises, the batch is fetched again. Records are handed over unparsed, so
    that one that cannot be read spoils neither its batch nor its partition.
    """

    @broker.subscriber(
        *topics,
        batch=True,
        max_records=_BATCH,
        batch_timeout_ms=20,
        group_id=group,
        auto_offset_reset="earliest",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=1_500,
        no_reply=True,
        parser=_parse_without_headers,
        decoder=_keep_records,
        title=f"{group}: {', '.join(topics)}",
    )
    async def consume(records: list[Any]) -> None:
        await on_records(records)

    return consume


async def _parse_without_headers(
    records: tuple[ConsumerRecord[Any, Any], ...],
    original: Callable[[tuple[ConsumerRecord[Any, Any], ...]], Awaitable[KafkaMessage]],
) -> KafkaMessage:
    # A header that is null or not UTF-8 would make the library skip the message silently.
    bare = tuple(replace(record, headers=()) for record in records)
    return await original(bare)


async def _keep_records(message: KafkaMessage) -> list[ConsumerRecord[Any, Any]]:
    return list(cast("tuple[ConsumerRecord[Any, Any], ...]", message.raw_message))


class Publisher:
    """Publishes events as structured CloudEvents, keyed by grievance.

    On a producer of its own, which spares each event FastStream's path for one message.
    """

    def __init__(self, bootstrap: str, service: str) -> None:
        self._settings = {
            "bootstrap_servers": bootstrap,
            "client_id": f"recours-{service}",
            "enable_idempotence": True,
            "metadata_max_age_ms": 30_000,
        }
        self._producer: AIOKafkaProducer | None = None

    @property
    def connected(self) -> bool:
        """Whether the first connection was made; later ones are made again by themselves."""
        return self._producer is not None

    async def start(self) -> None:
        """Connect (acks=all, idempotent); raises what the client raises while Kafka is away."""
        producer = AIOKafkaProducer(**self._settings)
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def ended_beside(self, broker: KafkaBroker) -> str:
        """Return, when it happens, which of the client's loops has ended: of this or the broker."""
        assert self._producer is not None
        return await ended(broker, self._producer)

    async def stop(self) -> None:
        """Send what is in hand and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def __call__(self, messages: Sequence[tuple[str, Event | StoredEvent]]) -> None:
        """Send events in order and return when Kafka has acknowledged all of them.

        Any failure means that the outcome is unknown: the caller sends all of them again.
        """
        if self._producer is None:
            raise TransientError("Kafka is not connected yet", retry_after=1)
        async with asyncio.timeout(_PUBLISH_TIMEOUT):
            confirmations = []
            for topic, event in messages:
                confirmations.append(
                    await self._producer.send(
                        topic,
                        event.to_bytes(),
                        key=event.subject.encode(),
                        headers=_headers(event),
                    )
                )
            await asyncio.gather(*confirmations)


def _headers(event: Event | StoredEvent) -> list[tuple[str, bytes]]:
    headers = [("content-type", CONTENT_TYPE.encode())]
    if event.traceparent:
        headers.append(("traceparent", event.traceparent.encode()))
    return headers
