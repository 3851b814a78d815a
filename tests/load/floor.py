"""The floor: the least program that does the same durable inserts and Kafka hops.

FastAPI, aiokafka and the driver, group commit and batches of up to 500, and nothing else: no
check, no encryption, no decision, no hash chain. One process per service, as in the real system:
`python -m tests.load.floor route --mongo … --kafka …`; the door is a web application.
"""

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from shared.service import settle_memory
from tests.load.floor_topics import ASKED, OPENED, ROUTED

Document = dict[str, Any]
Database = AsyncIOMotorDatabase[Document]
_BATCH = 500
#: What one case of the real system has notices for: complainant, holder, advocate.
_NOTICES = 3


class Hop:
    """Stores what comes in and sends it on: one insert a collection, one round to Kafka."""

    def __init__(self, db: Database, producer: AIOKafkaProducer, topic: str) -> None:
        self._db, self._producer, self._topic = db, producer, topic

    async def store(self, collections: tuple[str, ...], documents: list[Document]) -> None:
        """Insert the documents durably, one write a collection; the events among them wait."""
        for name in collections:
            marked = {"outbox": True} if name == "events" else {}
            await self._db[name].insert_many([d | marked for d in documents], ordered=False)

    async def send(self, documents: list[Document]) -> None:
        """Publish and take out of the outbox."""
        sent = [
            await self._producer.send(self._topic, d["data"], key=d["_id"].encode())
            for d in documents
        ]
        await asyncio.gather(*sent)
        await self._db["events"].update_many(
            {"_id": {"$in": [d["_id"] for d in documents]}}, {"$unset": {"outbox": ""}}
        )


class Door:
    """Accepts grievances: requests that arrive during a write share the next one."""

    def __init__(self, hop: Hop) -> None:
        self._hop = hop
        self._waiting: list[tuple[Document, asyncio.Future[None]]] = []
        self._arrived, self._stored = asyncio.Event(), asyncio.Queue[list[Document]]()

    async def take(self, document: Document) -> None:
        """Return when the document is durable."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((document, future))
        self._arrived.set()
        await future

    async def write(self) -> None:
        """Write what waits, again and again."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while batch := self._waiting[:_BATCH]:
                del self._waiting[:_BATCH]
                documents = [document for document, _ in batch]
                await self._hop.store(("keys", "vault", "events"), documents)
                for _, future in batch:
                    future.set_result(None)
                self._stored.put_nowait(documents)

    async def relay(self) -> None:
        """Send on what is stored."""
        while True:
            documents = await self._stored.get()
            while not self._stored.empty() and len(documents) < _BATCH:
                documents = documents + self._stored.get_nowait()
            await self._hop.send(documents)


async def producer_of(kafka: str) -> AIOKafkaProducer:
    """Return a started idempotent producer, as the services use."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True)
    await producer.start()
    return producer


async def consume(
    kafka: str, group: str, topic: str, work: Callable[[list[Document]], Awaitable[None]]
) -> None:
    """Hand over batches as documents; offsets are committed after the work."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    try:
        while True:
            found = await consumer.getmany(timeout_ms=1000, max_records=_BATCH)
            records = [record for batch in found.values() for record in batch]
            if records:
                await work([{"_id": r.key.decode(), "data": r.value} for r in records])
                await consumer.commit()
    finally:
        await consumer.stop()


def database_of(mongo: str, name: str) -> Database:
    """Return a database of the floor."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(mongo)
    return client[f"floor_{name}"]


async def run_hop(role: str, mongo: str, kafka: str) -> None:
    """Be one of the services behind the door until killed."""
    db, producer = database_of(mongo, role), await producer_of(kafka)

    async def route(documents: list[Document]) -> None:
        hop = Hop(db, producer, ROUTED)
        await hop.store(("events",), documents)
        await hop.send(documents)

    async def case(documents: list[Document]) -> None:
        hop = Hop(db, producer, OPENED)
        await hop.store(("events", "cases"), documents)
        await hop.send(documents)

    async def tell(documents: list[Document]) -> None:
        notices = [
            {"_id": f"{d['_id']}-{n}", "case": d["_id"], "data": d["data"]}
            for d in documents
            for n in range(_NOTICES)
        ]
        await db["deliveries"].insert_many(notices, ordered=False)

    settle_memory()
    work, topic = {"route": (route, ASKED), "case": (case, ROUTED), "tell": (tell, OPENED)}[role]
    await consume(kafka, f"floor-{role}", topic, work)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settle_memory()
    mongo, kafka = os.environ["MONGO_URI"], os.environ["KAFKA_BOOTSTRAP"]
    db, producer = database_of(mongo, "door"), await producer_of(kafka)
    app.state.door = Door(Hop(db, producer, ASKED))

    async def status(documents: list[Document]) -> None:
        await db["status"].insert_many(documents, ordered=False)

    tasks = [
        asyncio.create_task(app.state.door.write()),
        asyncio.create_task(app.state.door.relay()),
        asyncio.create_task(consume(kafka, "floor-door", OPENED, status)),
    ]
    yield
    for task in tasks:
        task.cancel()


app = FastAPI(lifespan=_lifespan)


@app.post("/v1/grievances")
async def file(request: Request) -> Response:
    """Take a grievance: 201 when it is durable."""
    body = await request.json()
    ident = str(uuid4())
    await app.state.door.take({"_id": ident, "data": json.dumps(body).encode()})
    where = {"Location": f"/v1/grievances/{ident}"}
    return JSONResponse({"reference": ident}, status_code=201, headers=where)


def main() -> None:
    """Run one hop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=("route", "case", "tell"))
    parser.add_argument("--mongo", required=True)
    parser.add_argument("--kafka", required=True)
    given = parser.parse_args()
    asyncio.run(run_hop(given.role, given.mongo, given.kafka))


if __name__ == "__main__":
    main()
