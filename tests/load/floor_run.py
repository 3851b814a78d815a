"""Runs the floor's four processes on the servers of a running system."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from deploy.embedded.process import free_ports
from deploy.topics import Topic, provision
from shared.mongo import Client, connect
from tests.load.figures import until
from tests.load.floor_topics import TOPICS
from tests.load.generator import Answers

_READY_SECONDS = 30.0
_ARRIVED_SECONDS = 300.0


@dataclass
class Floor:
    """The running floor: where to post, its hops' processes, where its notices are counted."""

    url: str
    behind: list[int]
    mongo: Client
    _before: int = 0

    async def queued(self) -> int:
        """Return how many cases have their notices written down."""
        return await self.mongo["floor_tell"]["deliveries"].estimated_document_count() // 3

    async def arrived(self, answers: Answers) -> float:
        """Wait until what was accepted has its notices; return when (epoch seconds)."""
        wanted = self._before + answers.statuses[201]

        async def all_there() -> bool:
            return await self.queued() >= wanted

        await until(all_there, _ARRIVED_SECONDS, "the floor's notices")
        self._before = wanted
        return time.time()


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
        hops = [child.pid for child in children[1:]]
        yield Floor(f"http://127.0.0.1:{port}/v1/grievances", hops, mongo)
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
