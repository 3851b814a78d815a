"""Everywhere that planted words could have got to, one search for each kind of place."""

import struct
from collections.abc import Iterator
from pathlib import Path

import bson
from aiokafka import AIOKafkaConsumer

from deploy.embedded.layout import SERVICES
from shared.mongo import Client, connect
from tests.prove.canary_forms import Finder
from tests.prove.canary_planting import COMPANY
from tests.prove.fuzz_records import TOPICS
from tests.support.system import System

_BATCH_HEADER = struct.Struct(">qiibIh")
_OFFICES = {
    "csr": COMPANY,
    "representative": "syndicat-demo",
    "authority": "inspection-travail-demo",
    "protection": "protection-demo",
    "monitor": "observatoire-demo",
    "administrator": None,
}


async def in_collections(client: Client, finder: Finder) -> tuple[int, list[str]]:
    """Search every document of every database, the vault's own included: it holds ciphertext."""
    documents, hits = 0, []
    for name in await client.list_database_names():
        for collection in await client[name].list_collection_names():
            async for document in client[name][collection].find({}):
                documents += 1
                for hit in finder.found(bson.encode(document)):
                    hits.append(f"collection {name}.{collection}: {hit}")
    return documents, hits


async def in_topics(bootstrap: str, finder: Finder) -> tuple[int, list[str]]:
    """Read every topic from its beginning and search keys, values and headers."""
    records, hits = 0, []
    consumer = AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        while batches := await consumer.getmany(timeout_ms=2_000):
            for partition, batch in batches.items():
                for one in batch:
                    records += 1
                    headers = b"\n".join(name.encode() + (v or b"") for name, v in one.headers)
                    whole = b"\n".join((one.key or b"", one.value or b"", headers))
                    hits += [f"topic {partition.topic}: {hit}" for hit in finder.found(whole)]
    finally:
        await consumer.stop()
    return records, hits


def in_files(data_dir: Path, finder: Finder) -> tuple[int, list[str]]:
    """Search all files of the run, as bytes: Kafka's logs, the store's files, logs, the rest.

    The catcher's file is what people received, and looked at by `in_messages`.
    """
    size, hits = 0, []
    for path in sorted(data_dir.rglob("*")):
        if path.is_file() and path.parent.name != "catcher":
            # Kafka's indexes and the store's journal are allocated ahead, gigabytes of zeros.
            content = path.read_bytes().rstrip(b"\0")
            size += len(content)
            hits += [f"file {path.relative_to(data_dir)}: {hit}" for hit in finder.found(content)]
    return size, hits


def compressed_batches(data_dir: Path) -> int:
    """Return how many batches in Kafka's log files are compressed: a search would not see them."""
    return sum(
        attributes & 0b111 != 0
        for path in (data_dir / "kafka" / "data").rglob("*.log")
        for attributes in _attributes(path.read_bytes())
    )


def _attributes(log: bytes) -> Iterator[int]:
    at = 0
    while at + _BATCH_HEADER.size <= len(log):
        _, length, _, magic, _, attributes = _BATCH_HEADER.unpack_from(log, at)
        if length <= 0 or magic != 2:
            return
        yield attributes
        at += 12 + length


def in_messages(system: System, finder: Finder) -> tuple[int, list[str]]:
    """Search what offices and people received; to whom a message went is known to its carrier."""
    messages = system.everything()
    hits = []
    for message in messages:
        told = f"{message.get('subject')}\n{message['text']}"
        hits += [f"{message['channel']} to {message['to']}: {hit}" for hit in finder.found(told)]
    return len(messages), hits


def in_answers(system: System, references: Iterator[str], finder: Finder) -> list[str]:
    """Search lists, cases and notices as every role sees them, and the metrics."""
    hits = []
    known = list(references)
    for role, organisation in _OFFICES.items():
        who = system.person(role, organisation)
        urls = [f"{system.ledger}/v1/cases?limit=200", f"{system.ledger}/v1/cases?open=false"]
        for reference in known:
            urls.append(f"{system.ledger}/v1/cases/{reference}")
            urls.append(f"{system.notify}/v1/cases/{reference}/deliveries")
        for url in urls:
            text = system.client.get(url, headers=who).text
            hits += [f"answer to {role}: {hit}" for hit in finder.found(text)]
    for service in SERVICES:
        text = system.client.get(f"{getattr(system, service)}/metrics").text
        hits += [f"metrics of {service}: {hit}" for hit in finder.found(text)]
    return hits


def store_client(system: System) -> Client:
    """Return a client of the run's store."""
    return connect(system.mongo_uri)
