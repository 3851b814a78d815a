"""How long one grievance takes under a steady light load, and how a burst is borne."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import uuid4

from aiokafka import AIOKafkaConsumer

from shared.events.envelope import parse
from shared.events.routing import GrievanceRouted
from shared.kafka import QUEUES
from tests.load.figures import Tell, until
from tests.load.generator import Answers, open_loop, percentile
from tests.load.row import Row
from tests.load.throughput import Notices
from tests.support.system import System

_REFERENCE = re.compile(r"\b[2-9A-Z]{8}\b")
_RATE = 50.0
_CONNECTIONS = 200
_BURST_CONNECTIONS = 2_000
_PROBE_SECONDS = 5.0
_NORMAL_AGAIN = 60.0


@contextlib.asynccontextmanager
async def queue_arrivals(bootstrap: str) -> AsyncIterator[dict[str, float]]:
    """Note when each grievance reaches its party's queue (epoch seconds), as a party would."""
    seen: dict[str, float] = {}
    consumer = AIOKafkaConsumer(
        *QUEUES, bootstrap_servers=bootstrap, group_id=f"bench-{uuid4().hex}"
    )
    await consumer.start()

    async def assigned() -> bool:
        return bool(consumer.assignment())

    # Its place is known before anything is sent, so that nothing is missed.
    await until(assigned, 30, "partitions of the queues")
    await consumer.seek_to_end()
    for partition in consumer.assignment():
        await consumer.position(partition)

    async def listen() -> None:
        async for record in consumer:
            event = parse(record.value or b"")
            if isinstance(event.data, GrievanceRouted) and event.data.reason == "submitted":
                seen.setdefault(event.data.reference, time.time())

    listening = asyncio.create_task(listen())
    try:
        yield seen
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await consumer.stop()


def first_messages(system: System) -> dict[str, float]:
    """Return when each case was first written of to anybody (epoch seconds), from the catcher."""
    first: dict[str, float] = {}
    for message in system.everything():
        at = datetime.fromisoformat(message["at"]).timestamp()
        words = f"{message.get('subject', '')} {message['text']}"
        for reference in _REFERENCE.findall(words.replace("Ref ", " ")):
            first[reference] = min(at, first.get(reference, at))
    return first


async def steady(system: System, *, seconds: float, tell: Tell) -> list[Row]:
    """Return how long submissions take to the queue and to the gateway at 50 a second."""
    url = f"{system.intake}/v1/grievances"
    async with queue_arrivals(system.kafka_bootstrap) as seen:
        answers = await open_loop(
            url, rate=_RATE, seconds=seconds, seed=time.time_ns(), most=_CONNECTIONS
        )
        begun = dict(answers.accepted)

        async def all_queued() -> bool:
            return begun.keys() <= seen.keys()

        await until(all_queued, 30, "every case in a queue")
        told: dict[str, float] = {}
        deadline = time.time() + 60
        while not begun.keys() <= told.keys() and time.time() < deadline:
            await asyncio.sleep(0.5)
            told = await asyncio.to_thread(first_messages, system)
    queued = [seen[reference] - at for reference, at in begun.items()]
    handed = [told.get(reference, deadline) - at for reference, at in begun.items()]
    p50, p95 = answers.percentile(50) * 1e3, answers.percentile(95) * 1e3
    tell(f"answered in p50 {p50:.0f}, p95 {p95:.0f} ms")
    return [
        _time_row("submit → in the party's queue, at 50/s, p95", queued, 250, "< 250 ms"),
        _time_row("submit → handed to mail or SMS gateway, at 50/s, p95", handed, 1000, "< 1 s"),
    ]


def _time_row(name: str, taken: list[float], most_ms: float, goal: str) -> Row:
    value = percentile(taken, 95) * 1e3
    return Row(name, round(value), "ms", None, None, goal, value < most_ms)


async def burst(system: System, *, sustained: float, seconds: float, tell: Tell) -> list[Row]:
    """Offer ten times the sustained rate; return what was told, kept, and when it was over."""
    url = f"{system.intake}/v1/grievances"
    normal = (await _probe(url)).percentile(95)
    answers = await open_loop(
        url,
        rate=10 * sustained,
        seconds=seconds,
        seed=time.time_ns(),
        most=_BURST_CONNECTIONS,
        patience=seconds,
    )
    ended = time.time()
    told = dict(sorted(answers.statuses.items()))
    tell(f"of {sum(told.values()):,} sent in {seconds:.0f} s were answered {told}")
    calm = await _calm_again(url, normal, ended)
    notices = Notices(system.mongo_uri)
    try:
        await notices.written_down(answers, within=1200)
        lost = 0
    except TimeoutError:
        lost = len(await notices.missing([reference for reference, _ in answers.accepted]))
    finally:
        notices.mongo.close()
    tell(f"{answers.statuses[201]:,} accepted went all the way {time.time() - ended:.0f} s after")
    return [
        Row("burst: neither accepted nor told to come again", answers.unnamed, "requests", None,
            None, "0", answers.unnamed == 0),
        Row("burst: accepted and lost", lost, "grievances", None, None, "0", lost == 0),
        Row("burst: back to normal answers after", round(calm, 1), "s", None, None,
            "≤ 60 s", calm <= _NORMAL_AGAIN),
    ]  # fmt: skip


async def _probe(url: str) -> Answers:
    return await open_loop(
        url, rate=_RATE, seconds=_PROBE_SECONDS, seed=time.time_ns(), most=_CONNECTIONS
    )


async def _calm_again(url: str, normal: float, ended: float) -> float:
    """Return seconds from the end of a burst until answers come as before (within a half)."""
    while time.time() - ended < 5 * _NORMAL_AGAIN:
        began = time.time()
        answers = await _probe(url)
        accepted_all = set(answers.statuses) == {201}
        if accepted_all and answers.percentile(95) <= max(1.5 * normal, 0.05):
            return began - ended
    return time.time() - ended
