"""Kafka records on every topic that no producer of ours would write."""

import json
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from hypothesis import strategies as st

from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS, NOTIFY_EVENTS, QUEUES
from tests.prove.fuzz_findings import Findings, feed
from tests.prove.fuzz_nasty import TEXTS, broken, deep, spoiled

TOPICS = (INTAKE_EVENTS, LEDGER_EVENTS, NOTIFY_EVENTS, *QUEUES)
_READ_MS = 2_000
_OURS = b'{"specversion":"1.0","id":'
_JUNK = (
    *(b"", b"null", b"[]", b"0", b'"x"', b"{", b"\xff\xfe{\x00}\x00", b"\x00" * 64, b"x" * 900_000),
    *(deep(990).encode(), deep(90_000).encode(), deep(5_000, "{").encode()),
    *(b'{"specversion": "1.0"}', b'{"specversion": "1.0", "type": "cf.recours.case.opened.v9"}'),
)
Record = tuple[str, bytes | None, bytes | None, list[tuple[str, bytes | None]]]


async def fuzz_records(
    bootstrap: str, known: dict[str, list[bytes]], findings: Findings, count: int, round_: int
) -> None:
    """Send records made of real ones, with spoiled values, keys and headers, to every topic."""
    records: list[Record] = []
    feed(_records(known), count, records.append, round_ * 10 + 7)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=1_048_000)
    await producer.start()
    try:
        for topic, key, value, headers in records:
            key = b"" if key is None and value is None else key  # the client takes one at least
            await producer.send(topic, value, key=key, headers=headers)
            findings.took("records")
        await producer.flush()
    finally:
        await producer.stop()


async def real_records(bootstrap: str) -> dict[str, list[bytes]]:
    """Return what our producers have written so far, by topic."""
    found: dict[str, list[bytes]] = {topic: [] for topic in TOPICS}
    consumer = AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        while batches := await consumer.getmany(timeout_ms=_READ_MS):
            for partition, batch in batches.items():
                found[partition.topic] += [one.value for one in batch if _is_ours(one.value)]
    finally:
        await consumer.stop()
    return {topic: values[:200] for topic, values in found.items()}


def _is_ours(value: bytes | None) -> bool:
    return value is not None and value.startswith(_OURS) and len(value) < 20_000


def _records(known: dict[str, list[bytes]]) -> st.SearchStrategy[Record]:
    every = [value for values in known.values() for value in values]

    def values(topic: str) -> st.SearchStrategy[bytes | None]:
        own = st.sampled_from(known[topic] or every)
        return st.one_of(
            spoiled(own.map(json.loads)).map(_written),
            spoiled(own.map(json.loads).flatmap(_renamed)).map(_written),
            own.map(json.loads).flatmap(_renamed).map(_written),
            st.sampled_from(every),
            broken(own),
            st.sampled_from(_JUNK),
            st.none(),
        )

    headers = st.lists(
        st.tuples(st.sampled_from(("traceparent", "content-type", "")), st.none() | st.binary()),
        max_size=2,
    )
    keys = st.none() | st.binary(max_size=40) | st.sampled_from(TEXTS[:4]).map(str.encode)
    return st.sampled_from(TOPICS).flatmap(
        lambda topic: st.tuples(st.just(topic), keys, values(topic), headers)
    )


def _written(event: Any) -> bytes:
    return json.dumps(event).encode()


@st.composite
def _renamed(draw: st.DrawFn, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event about another grievance, or of another moment: it is not a mere repeat."""
    ident = str(uuid4()) if draw(st.booleans()) else draw(st.sampled_from(TEXTS))
    changed = {**event, "id": str(uuid4())}
    name = draw(st.sampled_from(("subject", "time", "sequence", "causationid", "traceparent")))
    times = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z")
    value: Any = draw(st.sampled_from(times)) if name == "time" else ident
    if name == "sequence":
        value = draw(st.sampled_from(("0", "-1", str(2**63), "9" * 5_000, "x", 1.5, None)))
    return {**changed, name: value}
