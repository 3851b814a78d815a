"""One rehearsal: a system under mixed load is hurt in rounds, comes to rest, and is checked."""

import asyncio
import pickle
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from deploy.demo.world import running_system
from deploy.embedded.layout import Layout
from shared.clock import RehearsalClock, make_clock
from shared.due_queue import wake_key
from shared.mongo import connect, database
from tests.prove import desk, filing
from tests.prove.checks import (
    Verdict,
    check_cases,
    check_clients,
    check_commands,
    check_deadlines,
    check_log,
    check_record,
    check_routes,
    check_writings,
)
from tests.prove.hurting import Hurt, Round, hurt, recovery_table, slowest, well
from tests.prove.notices import check_notices, interruptible
from tests.prove.outside import Seen, look, stuck
from tests.prove.part import Part, Task
from tests.prove.place import Place, place_in
from tests.prove.replicas import Replicas, second_replicas
from tests.prove.told import Told
from tests.support.system import System, free_port_base
from tests.support.waiting import eventually

#: Ten minutes of the rehearsal are four days: warnings and missed dates of S1 to S3 fall into it.
SPEED: Final = 600.0
_FAST: Final = f"2026-11-24T08:00:00+01:00 x{SPEED:g}"
_MORNING: Final = 10
_LEASE: Final = timedelta(seconds=66) * SPEED
#: How many grievances are accepted before a round, and at most until its end.
_BETWEEN: Final = 12
_RATION: Final = 20
_LATE: Final = 30.0
_LAST_ANSWERS: Final = 60.0
_RETRIES_WITHIN: Final = 420.0
_REST_WITHIN: Final = 300.0
#: What the clients do, how many of each there are, and their pause in seconds.
_LOAD: Final = (
    (filing.file_by_rest, 2, 0.5),
    (filing.file_by_kannel, 1, 0.5),
    (filing.file_by_twilio, 1, 0.5),
    (filing.file_by_web, 1, 0.8),
    (filing.file_by_import, 1, 6.0),
    (desk.work_at_desk, 3, 0.2),
    (desk.follow_up, 2, 0.3),
    (desk.tell_delivered, 1, 1.0),
)
_WAYS: Final = ("rest", "kannel", "twilio", "web", "import")


@dataclass(frozen=True)
class Plan:
    """What a rehearsal does: its rounds, and whether each service has two replicas.

    With two replicas every message is delivered twice and every consumer group rebalances.
    `pace` shortens (below 1) or lengthens the pauses of the clients.
    """

    name: str
    rounds: Sequence[Round]
    doubled: bool = False
    pace: float = 1.0

    @property
    def env(self) -> dict[str, str]:
        """The settings of every process of the system."""
        return {"RECOURS_REHEARSE_DOUBLES": "1" if self.doubled else "0"}


async def rehearse(task: Task, plan: Plan) -> Part:
    """Hurt a system in rounds under load and check it from outside when it has come to rest."""
    told, folder, port_base = Told(), task.folder, free_port_base()
    task.tell(f"{plan.name}: starting a system in {folder.name}, domain time x{SPEED:g}")
    hurts: list[Hurt] = []
    with running_system(folder, port_base, clock=_FAST, env=plan.env):
        async with _inside(plan, folder, port_base, told, _FAST) as (place, replicas):
            hurts += await _hurt_under_load(task, plan, place, replicas)
            fast = _clock(folder, _FAST)
            await _retried(task, place, fast)
            until = fast.now()
    rest = _rest_clock(until)
    task.tell(f"{plan.name}: starting again on {rest} to come to rest")
    with running_system(folder, port_base, clock=rest, fresh=False, env=plan.env):
        async with _inside(plan, folder, port_base, told, rest) as (place, _):
            seen = await _at_rest(task, place, _clock(folder, rest))
    (folder / "seen.pickle").write_bytes(pickle.dumps((told, seen, hurts, fast, until)))
    return _part(plan, judge(told, seen, hurts, fast, until), hurts)


@asynccontextmanager
async def _inside(
    plan: Plan, folder: Path, port_base: int, told: Told, clock: str
) -> AsyncIterator[tuple[Place, Replicas | None]]:
    """Give clients their place in a running system, with second replicas when planned."""
    async with AsyncExitStack() as stack:
        replicas = None
        if plan.doubled:
            env = plan.env | {"RECOURS_CLOCK": clock}
            layout = Layout(folder, port_base)
            replicas = await stack.enter_async_context(second_replicas(layout, env))
        system = System(folder, port_base)
        place = await stack.enter_async_context(
            place_in(system, told, replicas.urls if replicas else None)
        )
        await well(place, "the start")
        yield place, replicas


def _pids(system: System, replicas: Replicas | None) -> Callable[[str], Sequence[int]]:
    def pids(victim: str) -> list[int]:
        if victim.endswith("-2"):
            assert replicas is not None
            return [replicas.pid(victim.removesuffix("-2"))]
        return [system.pid(victim)]

    return pids


async def _hurt_under_load(
    task: Task, plan: Plan, place: Place, replicas: Replicas | None
) -> list[Hurt]:
    """Do the rounds while the load runs; afterwards every client gets its last answer."""
    load = [
        asyncio.create_task(
            desk.forever(
                place, act, seconds * plan.pace, rationed=act.__module__ == filing.__name__
            )
        )
        for act, number, seconds in _LOAD
        for _ in range(number)
    ]
    hurts, dice = [], random.Random(5)
    try:
        for number, this in enumerate(plan.rounds, 1):
            before = len(place.told.accepted)
            place.ration = before + _RATION
            await eventually(partial(_more, place, before + _BETWEEN), within=90, what="load")
            await asyncio.sleep(dice.uniform(0, 1))
            one = await hurt(place, this, _pids(place.system, replicas))
            hurts.append(one)
            task.tell(
                f"{plan.name}: round {number}/{len(plan.rounds)} {this.kind}: well after "
                f"{one.recovered_after:.1f} s, {len(place.told.accepted)} accepted"
            )
    finally:
        await _ended(place, load)
    return hurts


async def _ended(place: Place, load: Sequence[asyncio.Task[None]]) -> None:
    """Let every client get its last answer; one that never does is told as wrong."""
    place.stop.set()
    asyncio.get_running_loop().call_later(_LAST_ANSWERS, place.patient.over.set)
    _, hanging = await asyncio.wait(load, timeout=2 * _LAST_ANSWERS)
    for client in hanging:
        client.cancel()
        place.told.wrong.append("a client never came to an end")


async def _more(place: Place, wanted: int) -> bool:
    return len(place.told.accepted) >= wanted


def _clock(folder: Path, spec: str) -> RehearsalClock:
    clock = make_clock(spec, data_dir=folder, production=False)
    assert isinstance(clock, RehearsalClock)
    return clock


def _rest_clock(until: datetime) -> str:
    """Return a clock that stands nearly still on a later morning, when text messages may leave.

    What a process claimed just before it died is due by then: a lease of 60 s is ten hours.
    """
    day = (until + _LEASE + timedelta(hours=24 - _MORNING)).astimezone(ZoneInfo("Africa/Bangui"))
    morning = day.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return f"{morning.isoformat()} x0.001"


async def _retried(task: Task, place: Place, clock: RehearsalClock) -> None:
    """Wait until what was interrupted or could not be sent during a round has been tried again.

    These delays are real time: the jump that follows would look like days of failures to it.
    """
    task.tell("waiting for what notify tries again")
    client = connect(place.system.mongo_uri)
    deliveries = database(client, "recours_notify")["deliveries"]
    failed = {"wake": {"$gte": "0"}, "attempts.0": {"$exists": True}}
    begun = {
        "wake": {"$gte": "0", "$lte": wake_key(clock.now() + _LEASE, "~")},
        "state": "attempting",
    }

    async def none_left() -> bool:
        waiting = await deliveries.count_documents(failed)
        return waiting + await deliveries.count_documents(begun) == 0

    try:
        await eventually(none_left, within=_RETRIES_WITHIN, what="tried again")
    except AssertionError as error:  # what is left is found by the checks
        task.tell(str(error))
    finally:
        client.close()


async def _at_rest(task: Task, place: Place, clock: RehearsalClock) -> Seen:
    """Wait until nothing is under way any more, then look; what stays stuck is seen as stuck."""
    began = time.monotonic()
    calm, looks = 0, 0
    while calm < 2 and time.monotonic() - began < _REST_WITHIN:
        waiting = await stuck(place, clock.now())
        calm, looks = 0 if waiting else calm + 1, looks + 1
        if waiting and looks % 10 == 0:
            task.tell(f"not at rest yet: {'; '.join(waiting)}")
        await asyncio.sleep(1)
    task.tell(f"looked at after {time.monotonic() - began:.0f} s of rest")
    return await look(place, clock.now())


def judge(
    told: Told,
    seen: Seen,
    hurts: Sequence[Hurt],
    clock: RehearsalClock,
    until: datetime,
    ways: Sequence[str] = _WAYS,
) -> Verdict:
    """Compare what clients were told with what is there; `until` is where the clock was left.

    A date may be as late as the longest time during which something was away, and 30 s.
    """
    longest = max((one.ended - one.began + one.recovered_after for one in hurts), default=0.0)
    verdict = Verdict()
    check_cases(verdict, told, seen)
    check_commands(verdict, told, seen)
    check_writings(verdict, told, seen)
    check_deadlines(verdict, seen, until=until, speed=clock.speed, most_late=longest + _LATE)
    check_routes(verdict, seen)
    check_notices(verdict, told, seen, interruptible(hurts, clock))
    check_log(verdict, seen)
    check_record(verdict, seen)
    check_clients(verdict, told, ways)
    return verdict


def _part(plan: Plan, verdict: Verdict, hurts: Sequence[Hurt]) -> Part:
    figures: Mapping[str, float] = {"rounds": len(hurts), **verdict.figures, **slowest(hurts)}
    counts = "\n".join(f"{name:24} {value:>8g}" for name, value in figures.items())
    table = f"{recovery_table(hurts)}\n\n{counts}"
    return Part(plan.name, figures, tuple(verdict.failures), table)
