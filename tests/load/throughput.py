"""How much goes in and through: the real system and the floor in turn, on the same servers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import psutil

from shared.mongo import Client, connect, database
from tests.load.figures import Tell
from tests.load.floor_run import Floor, running_floor
from tests.load.generator import Answers, closed_loop
from tests.load.row import Row
from tests.support.system import System

CONNECTIONS = 50
_BEHIND_THE_DOOR = ("routing", "ledger", "notify")
_SETTLED_SHARE = 0.5


@dataclass(frozen=True)
class Rates:
    """Grievances a second: accepted at the door, and with the notices of the case written down."""

    accepted: float
    through: float


class Notices:
    """Looks whether cases have their notices written down, which is the end of the way."""

    def __init__(self, mongo_uri: str) -> None:
        self.mongo: Client = connect(mongo_uri)
        self._deliveries = database(self.mongo, "recours_notify")["deliveries"]

    async def missing(self, references: Sequence[str]) -> set[str]:
        """Return the references without any notice yet."""
        left = set(references)
        for start in range(0, len(references), 1000):
            part = list(references[start : start + 1000])
            found = await self._deliveries.find(
                {"reference": {"$in": part}}, {"_id": 0, "reference": 1}
            ).to_list(None)
            left -= {document["reference"] for document in found}
        return left

    async def written_down(self, answers: Answers, within: float) -> float:
        """Wait until every accepted grievance has its notices; return when (epoch seconds)."""
        references = [reference for reference, _ in answers.accepted]
        deadline = time.time() + within
        # The last ones first: while they are missing there is no use in asking for all.
        while await self.missing(references[-CONNECTIONS:]):
            _before(deadline, "the last notices")
            await asyncio.sleep(0.05)
        while left := await self.missing(references):
            _before(deadline, f"{len(left)} notices")
            await asyncio.sleep(0.1)
        return time.time()


def _before(deadline: float, what: str) -> None:
    if time.time() > deadline:
        raise TimeoutError(f"{what} were not written down in time")


@contextlib.contextmanager
def paused(pids: Sequence[int]) -> Iterator[None]:
    """Let processes stand still meanwhile."""
    processes = [psutil.Process(pid) for pid in pids]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def quiet(pids: Sequence[int], tell: Tell, within: float = 180.0) -> None:
    """Wait until processes have hardly anything to do any more."""
    processes = [psutil.Process(pid) for pid in pids]
    deadline = time.time() + within
    while time.time() < deadline:
        before = sum(sum(process.cpu_times()[:2]) for process in processes)
        await asyncio.sleep(2)
        if sum(sum(process.cpu_times()[:2]) for process in processes) - before < _SETTLED_SHARE:
            return
    tell("still at work after the waiting time; going on")


async def door(url: str, pids: Sequence[int], count: int, seed: int) -> float:
    """Return what the door alone accepts a second, while all behind it stands still."""
    with paused(pids):
        answers = await closed_loop(url, count=count, connections=CONNECTIONS, seed=seed)
    _all_accepted(answers, count)
    return answers.rate


async def through(
    url: str, count: int, seed: int, arrived: Callable[[Answers], Awaitable[float]]
) -> Rates:
    """Return what goes in and all the way through, with everything at work at once."""
    begun = time.time()
    answers = await closed_loop(url, count=count, connections=CONNECTIONS, seed=seed)
    _all_accepted(answers, count)
    return Rates(answers.rate, count / (await arrived(answers) - begun))


def _all_accepted(answers: Answers, count: int) -> None:
    if answers.statuses[201] != count:
        raise RuntimeError(f"not all was accepted: {dict(answers.statuses)}")


@contextlib.asynccontextmanager
async def both(system: System) -> AsyncIterator[tuple[Floor, Notices]]:
    """Run the floor beside the system, and look at the notices of both."""
    notices = Notices(system.mongo_uri)
    try:
        async with running_floor(system.mongo_uri, system.kafka_bootstrap) as floor:
            yield floor, notices
    finally:
        notices.mongo.close()


async def measure(
    system: System, *, count: int, runs: int, tell: Tell
) -> tuple[list[Rates], list[Rates], list[float], list[float]]:
    """Return rates of the real system and of the floor, then what each door accepts alone."""
    url = f"{system.intake}/v1/grievances"
    pids = [system.pid(name) for name in _BEHIND_THE_DOOR]
    everything = [*pids, system.pid("intake"), system.pid("store"), system.pid("kafka")]
    real: list[Rates] = []
    bare: list[Rates] = []
    doors: list[float] = []
    bare_doors: list[float] = []
    async with both(system) as (floor, notices):
        for run in range(runs + 1):
            sizes = count if run else count // 8
            seed = time.time_ns()
            bare.append(await through(floor.url, sizes, seed, floor.arrived))
            real.append(
                await through(url, sizes, seed, lambda a: notices.written_down(a, within=600))
            )
            await quiet(everything, tell)
            bare_doors.append(await door(floor.url, floor.behind, sizes, seed + 1))
            doors.append(await door(url, pids, sizes, seed + 1))
            await quiet(everything, tell)
            tell(
                f"{'warm-up' if not run else f'run {run}'}: through {real[-1].through:.0f}/s "
                f"(floor {bare[-1].through:.0f}), the door alone {doors[-1]:.0f}/s "
                f"(floor {bare_doors[-1]:.0f})"
            )
    return real[1:], bare[1:], doors[1:], bare_doors[1:]


def rows(
    real: Sequence[Rates], bare: Sequence[Rates], doors: Sequence[float], floors: Sequence[float]
) -> list[Row]:
    """Return the rows of what goes in and through; ratios are taken run by run."""
    return [
        _rate_row("accepted at the door, durable, vault and event", doors, floors, 1000),
        _rate_row(
            "accepted → routed → dated case → notices written down",
            [rates.through for rates in real],
            [rates.through for rates in bare],
            500,
        ),
    ]


def _rate_row(name: str, values: Sequence[float], floors: Sequence[float], least: int) -> Row:
    value, ratio = median(values), median(v / f for v, f in zip(values, floors, strict=True))
    return Row(
        name=name,
        value=round(value),
        unit="/s",
        floor=round(median(floors)),
        ratio=round(ratio, 2),
        goal=f"ratio ≥ 0.5 and ≥ {least:,}/s on two cores",
        ok=ratio >= 0.5 and value >= least,
    )


async def full(system: System, *, count: int, runs: int, tell: Tell) -> list[float]:
    """Return what goes all the way through a second, run by run, after a warm-up."""
    url = f"{system.intake}/v1/grievances"
    everything = [system.pid(n) for n in (*_BEHIND_THE_DOOR, "intake", "store", "kafka")]
    notices = Notices(system.mongo_uri)
    rates = []
    try:
        for run in range(runs + 1):
            sizes = count if run else count // 8
            found = await through(
                url, sizes, time.time_ns(), lambda a: notices.written_down(a, within=600)
            )
            rates.append(found.through)
            tell(f"{'warm-up' if not run else f'run {run}'}: through {found.through:.0f}/s")
            await quiet(everything, tell)
    finally:
        notices.mongo.close()
    return rates[1:]
