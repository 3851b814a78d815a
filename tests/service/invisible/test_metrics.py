"""Metrics have no lock: they do not tell how many cases go to protection."""

from dataclasses import dataclass

import pytest
from prometheus_client import generate_latest

from shared.delivery import Consumer, DeadLetters
from shared.events import Event
from shared.kafka import QUEUES
from shared.mongo import Database
from shared.observability import Metrics
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases


@dataclass
class _Record:
    """A record as Kafka hands it out."""

    topic: str
    value: bytes | None
    partition: int = 0
    offset: int = 0
    key: bytes | None = None


async def metrics_after(database: Database, topic: str, values: list[bytes]) -> str:
    """Return what the metrics of a service tell when it has consumed these values."""
    metrics = Metrics("ledger")

    async def handle(events: list[Event]) -> None:
        assert events

    letters = DeadLetters(database, FrozenClock())
    consumer = Consumer({topic: handle}, letters, metrics)
    await consumer.on_records([_Record(topic, value, offset=n) for n, value in enumerate(values)])
    lines = generate_latest(metrics.registry).decode().splitlines()
    return "\n".join(line for line in lines if "_created" not in line)


@pytest.mark.parametrize("topic", QUEUES)
async def test_no_queue_is_counted_by_itself(database: Database, topic: str) -> None:
    values = [cases.routed().to_bytes(), b"not an event"]
    told = await metrics_after(database, topic, values)
    assert told == await metrics_after(database, "queue.company.v1", values)
    assert 'recours_events_consumed_total{outcome="handled",topic="queue"} 1.0' in told
    assert "protection" not in told
