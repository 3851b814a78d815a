"""Looking at a running system from outside: its APIs, its stores, Kafka and the gateway."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.layout import read_state
from deploy.topics import load_topics
from services.ledger.verify import Report, verify_database
from shared.due_queue import wake_key
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS, NOTIFY_EVENTS, QUEUES
from shared.mongo import Client, Document, connect, database
from tests.prove.place import OFFICERS, Place

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "intake": (LEDGER_EVENTS,),
    "routing": (INTAKE_EVENTS, LEDGER_EVENTS),
    "ledger": (*QUEUES, INTAKE_EVENTS, NOTIFY_EVENTS),
    "notify": (LEDGER_EVENTS,),
}
#: Due queues: database, collection, and how soon due counts as waiting.
_DUE: Final = (
    ("ledger", "cases", timedelta(0)),
    ("notify", "deliveries", timedelta(minutes=2)),
    ("intake", "imports", timedelta(0)),
)
_READERS: Final = 8


@dataclass(frozen=True)
class Seen:
    """A system at rest, as it looks from outside.

    `cases` are what the ledger's API tells of each reference; `listed` how often its lists name
    it; the rest are documents of the stores and the messages of the gateway. `stuck` says what
    waits though nothing should, `verified` what the checks of the record said.
    """

    now: datetime
    cases: Mapping[str, Mapping[str, Any]]
    listed: Sequence[str]
    intake: Sequence[Document]
    routing: Sequence[Document]
    ledger: Sequence[Document]
    notify: Sequence[Document]
    log: Sequence[Mapping[str, Any]]
    views: Sequence[Document]
    deliveries: Sequence[Document]
    messages: Sequence[Mapping[str, Any]]
    stuck: Sequence[str]
    verified: Sequence[str]


async def look(place: Place, now: datetime) -> Seen:
    """Read everything that the checks compare; `now` is the system's time."""
    client = connect(place.system.mongo_uri)
    try:
        listed = await _listed(place)
        stores = {
            name: await _all(client, *name.split("."))
            for name in (
                "intake.events",
                "routing.events",
                "ledger.events",
                "notify.events",
                "ledger.cases",
                "notify.deliveries",
            )
        }
        return Seen(
            now=now,
            cases=await _cases(place, [view["reference"] for view in stores["ledger.cases"]]),
            listed=listed,
            intake=stores["intake.events"],
            routing=stores["routing.events"],
            ledger=stores["ledger.events"],
            notify=stores["notify.events"],
            log=await _log(place),
            views=stores["ledger.cases"],
            deliveries=stores["notify.deliveries"],
            messages=await asyncio.to_thread(place.system.everything),
            stuck=await stuck(place, now),
            verified=await _verified(place, client),
        )
    finally:
        client.close()


async def _all(client: Client, service: str, collection: str) -> list[Document]:
    documents: list[Document] = (
        await database(client, f"recours_{service}")[collection].find({}).to_list(None)
    )
    return documents


async def _listed(place: Place) -> list[str]:
    """Return every reference in the lists of all offices, as often as it stands in one list."""
    found: set[str] = set()
    twice: list[str] = []
    for role, organisation in OFFICERS:
        who = place.headers(role, organisation)
        for open_ in ("true", "false"):
            mine = await _pages(place, who, open_)
            twice += [reference for reference in set(mine) if mine.count(reference) > 1]
            found.update(mine)
    return [*found, *twice]


async def _pages(place: Place, who: dict[str, str], open_: str) -> list[str]:
    references: list[str] = []
    cursor = None
    while True:
        query = {"limit": "200", "open": open_} | ({"cursor": cursor} if cursor else {})
        answer = await place.patient.ask(
            place.ledger, "GET", "/v1/cases", params=query, headers=who
        )
        page = answer.json()
        references += [case["reference"] for case in page["cases"]]
        cursor = page["next"]
        if not cursor:
            return references


async def _cases(place: Place, references: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read each case as the first office that may see it."""
    headers = [place.headers(role, organisation) for role, organisation in OFFICERS]
    wanted, found = list(references), {}

    async def read() -> None:
        while wanted:
            reference = wanted.pop()
            for who in headers:
                answer = await place.patient.ask(
                    place.ledger, "GET", f"/v1/cases/{reference}", headers=who
                )
                if answer.status_code == 200:
                    found[reference] = answer.json()
                    break

    await asyncio.gather(*(read() for _ in range(_READERS)))
    return found


async def _verified(place: Place, client: Client) -> list[str]:
    """Return what is wrong with the record: by the command line, and by the check itself."""
    result = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.recours", "verify"],
        env={"DATA_DIR": str(place.system.data_dir), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    wrong = [f"recours verify: {result.stdout[-400:]}"] if result.returncode else []
    report: Report = await verify_database(database(client, "recours_ledger"))
    return wrong + [f"{fault.case} {fault.sequence}: {fault.kind}" for fault in report.faults]


async def stuck(place: Place, now: datetime) -> list[str]:
    """Return what waits although nothing should: outboxes, due queues, dead letters, lag."""
    client = connect(place.system.mongo_uri)
    try:
        found: list[str] = []
        for service in GROUPS:
            db = database(client, f"recours_{service}")
            waiting = await db["events"].count_documents({"outbox": {"$gte": ""}})
            letters = await db["dead_letters"].count_documents({})
            found += [f"{service}: {waiting} events in the outbox"] if waiting else []
            found += [f"{service}: {letters} dead letters"] if letters else []
        for service, collection, soon in _DUE:
            due = {"wake": {"$gte": "0", "$lte": wake_key(now + soon, "~")}}
            count = await database(client, f"recours_{service}")[collection].count_documents(due)
            found += [f"{service}: {count} due in {collection}"] if count else []
    finally:
        client.close()
    return found + await _lags(place)


def _bootstrap(place: Place) -> str:
    state = read_state(place.system.data_dir)
    assert state is not None, "the run has ended"
    return str(state["kafka_bootstrap"])


def _partitions() -> list[TopicPartition]:
    return [
        TopicPartition(topic.name, number)
        for topic in load_topics()
        for number in range(topic.partitions)
    ]


@asynccontextmanager
async def _reader(place: Place) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a consumer that belongs to no group, at the beginning of every partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=_bootstrap(place), auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(_partitions())
        yield consumer
    finally:
        await consumer.stop()


async def _log(place: Place) -> list[dict[str, Any]]:
    """Read every event that Kafka holds: topic, subject, sequence and id."""
    found: list[dict[str, Any]] = []
    async with _reader(place) as consumer:
        ends = await consumer.end_offsets(_partitions())
        left = {partition for partition, end in ends.items() if end > 0}
        while left:
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                for record in records:
                    event = json.loads(record.value)
                    found.append(
                        {
                            "topic": record.topic,
                            "id": event["id"],
                            "subject": event["subject"],
                            "sequence": int(event["sequence"]),
                        }
                    )
            left = {p for p in left if await consumer.position(p) < ends[p]}
    return found


async def _lags(place: Place) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=_bootstrap(place))
    await admin.start()
    try:
        async with _reader(place) as consumer:
            ends = await consumer.end_offsets(_partitions())
        found = []
        for group, topics in GROUPS.items():
            committed = await admin.list_consumer_group_offsets(group)
            for partition, end in ends.items():
                done = committed[partition].offset if partition in committed else 0
                if partition.topic in topics and end > max(done, 0):
                    found.append(f"{group}: {end - max(done, 0)} behind on {partition.topic}")
        return found
    finally:
        await admin.close()
