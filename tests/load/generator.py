"""Bounded load on the door: bare HTTP/1.1 connections, so that the generator costs little.

A client library at 50 connections needs more processor time than the service it measures.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlsplit
from uuid import UUID

WORDS = "L'engin de la société a détruit le champ de manioc, trois parcelles derrière la rivière."
_CATEGORIES = ("LAND_CROP_DAMAGE", "WAGES", "WATER_ACCESS", "COMPENSATION", "SURFACE_TAX")


@dataclass
class Answers:
    """What came back: status codes, seconds each answer took, references of what was accepted."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    accepted: list[tuple[str, float]] = field(default_factory=list)
    unnamed: int = 0
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Accepted per second."""
        return self.statuses[201] / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: int) -> float:
        """Return the time in seconds within which `share` percent were answered."""
        return percentile(self.seconds, share)


def percentile(values: list[float], share: int) -> float:
    """Return the value that `share` percent of the values do not pass."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return quantiles(values, n=100, method="inclusive")[share - 1]


def bodies(seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield idempotency keys and grievances, the same ones for the same seed."""
    chance = random.Random(seed)
    while True:
        number = chance.randrange(10_000_000)
        body = {
            "text": f"{WORDS} Parcelle {number}.",
            "language": "fr",
            "category": chance.choice(_CATEGORIES),
            "site": "doungoubou-demo",
            "organisation": "societe-demo",
            "occurred_on": "2026-11",
            "contact": {"name": f"Habitant {number}", "phone": f"+236 7{number:07d}"},
            "consents": {"handle": True, "notices": True},
        }
        key = str(UUID(int=chance.getrandbits(128)))
        yield key, json.dumps(body, ensure_ascii=False).encode()


class Door:
    """One address that grievances are posted to, over kept connections."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._path = parts.path

    def request(self, key: str, body: bytes) -> bytes:
        """Return the bytes of one request."""
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: {self._host}\r\nIdempotency-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection."""
        return await asyncio.open_connection(self._host, self._port)


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Send a request and return status, headers (lower case) and body of the answer."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split(" ", 2)[1]), headers, body


def _note(answers: Answers, begun: float, status: int, headers: dict[str, str]) -> None:
    now = time.time()
    answers.statuses[status] += 1
    answers.seconds.append(now - begun)
    if status == 201:
        answers.accepted.append((headers.get("location", "").rpartition("/")[2], begun))
    elif status not in (429, 503) or "retry-after" not in headers:
        answers.unnamed += 1


async def closed_loop(url: str, *, count: int, connections: int, seed: int) -> Answers:
    """Post `count` grievances over so many connections, each waiting for its answer."""
    door, answers = Door(url), Answers()
    supply = bodies(seed)
    requests = [door.request(*next(supply)) for _ in range(count)]

    async def client() -> None:
        reader, writer = await door.connect()
        while requests:
            request, begun = requests.pop(), time.time()
            status, headers, _ = await exchange(reader, writer, request)
            _note(answers, begun, status, headers)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    answers.elapsed = time.perf_counter() - started
    return answers


async def open_loop(
    url: str, *, rate: float, seconds: float, seed: int, most: int, patience: float = 60.0
) -> Answers:
    """Post at a steady rate whatever the answers take, over at most `most` connections.

    A request that finds no free connection waits; its time counts from when it was due, so that
    a slow system cannot hide behind the generator. What has not been sent `patience` seconds
    after the beginning is not sent any more, as people give up too.
    """
    door, answers = Door(url), Answers()
    idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()
    opened = 0
    supply = bodies(seed)

    async def one(due: float, request: bytes) -> None:
        nonlocal opened
        if idle.empty() and opened < most:
            opened += 1
            pair = await door.connect()
        else:
            pair = await idle.get()
        if time.time() - started > patience:
            idle.put_nowait(pair)
            return
        try:
            status, headers, _ = await exchange(*pair, request)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server lets go of a connection that was idle for 5 s: the same request, same key.
            pair[1].close()
            pair = await door.connect()
            status, headers, _ = await exchange(*pair, request)
        _note(answers, due, status, headers)
        idle.put_nowait(pair)

    started, tasks = time.time(), []
    for number in range(int(rate * seconds)):
        due = started + number / rate
        request = door.request(*next(supply))
        if due > time.time() or number % 100 == 0:
            await asyncio.sleep(max(0.0, due - time.time()))
        tasks.append(asyncio.create_task(one(due, request)))
    await asyncio.gather(*tasks)
    answers.elapsed = time.time() - started
    while not idle.empty():
        idle.get_nowait()[1].close()
    return answers
