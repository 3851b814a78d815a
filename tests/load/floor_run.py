"""Runs the floor's four processes on the servers of a running system."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from deploy.embedded.process import free_ports
from deploy.topics import Topic, provision
from shared.mongo import Client, connect
from tests.load.floor_topics import TOPICS

_READY_SECONDS = 30.0


@dataclass(frozen=True)
class Floor:
    """The running floor: where to post, and where its notices are counted."""

    url: str
    mongo: Client

    async def queued(self) -> int:
        """Return how many cases have their notices written down."""
        return await self.mongo["floor_tell"]["deliveries"].estimated_document_count() // 3


@contextlib.asynccontextmanager
async def running_floor(mongo_uri: str, bootstrap: str) -> AsyncIterator[Floor]:
    """Start the floor on fresh topics and databases, and end it."""
    await provision(
        bootstrap, [Topic(name=t, partitions=6, replication=1, config={}) for t in TOPICS]
    )
    mongo = connect(mongo_uri)
    port = free_ports(1)[0]
    children = await asyncio.to_thread(_spawned, mongo_uri, bootstrap, port)
    try:
        await _answers(f"http://127.0.0.1:{port}")
        yield Floor(f"http://127.0.0.1:{port}/v1/grievances", mongo)
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            await asyncio.to_thread(child.wait)
        for role in ("door", "route", "case", "tell"):
            await mongo.drop_database(f"floor_{role}")
        mongo.close()


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_READY_SECONDS):
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await client.get(f"{url}/openapi.json")
                return
            await asyncio.sleep(0.1)


def _spawned(mongo_uri: str, bootstrap: str, port: int) -> list[subprocess.Popen[bytes]]:
    options = ["--port", str(port), "--no-access-log", "--log-level", "error", "--loop", "uvloop"]
    door = ["-m", "uvicorn", "tests.load.floor:app", "--host", "127.0.0.1", *options]
    hops = [
        ["-m", "tests.load.floor", role, "--mongo", mongo_uri, "--kafka", bootstrap]
        for role in ("route", "case", "tell")
    ]
    environment = os.environ | {"MONGO_URI": mongo_uri, "KAFKA_BOOTSTRAP": bootstrap}
    return [
        subprocess.Popen([sys.executable, *command], env=environment) for command in (door, *hops)
    ]
