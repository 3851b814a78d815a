"""Hurting a running system on purpose, and measuring how long it takes to be well again."""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from tests.prove.filing import words
from tests.prove.place import SITE, Place
from tests.support.system import all_ready
from tests.support.waiting import eventually

SERVICES: Final = ("intake", "routing", "ledger", "notify")
VICTIMS: Final = (*SERVICES, "kafka", "store")
_RECOVERY_SECONDS: Final = 300.0
_PAUSED_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Round:
    """One hurt: `kind` is what was done, `victims` which processes; `pause` is a SIGSTOP."""

    kind: str
    victims: tuple[str, ...]
    pause: bool = False


@dataclass(frozen=True)
class Hurt:
    """A round that was done: when (seconds since the epoch), and how long until all was well.

    `recovered_after` counts from the kill, or from the end of the pause.
    """

    round: Round
    began: float
    ended: float
    recovered_after: float


def kill(victim: str) -> Round:
    """Return the round that kills one process."""
    return Round(f"kill {victim}", (victim,))


def kill_all(victims: Sequence[str] = VICTIMS) -> Round:
    """Return the round that kills everything at once, as a machine that loses power."""
    return Round("kill all at once", tuple(victims))


def pause(victim: str) -> Round:
    """Return the round that stops a process for 20 s: its leases pass to others meanwhile."""
    return Round(f"stop {victim} 20 s", (victim,), pause=True)


async def hurt(
    place: Place,
    this: Round,
    pids: Callable[[str], Sequence[int]],
    seconds: float = _PAUSED_SECONDS,
) -> Hurt:
    """Do one round and wait until all is well again; raises AssertionError when it takes long."""
    victims = [pid for victim in this.victims for pid in pids(victim)]
    began = time.time()
    for pid in victims:
        os.kill(pid, signal.SIGSTOP if this.pause else signal.SIGKILL)
    if this.pause:
        await asyncio.sleep(seconds)
        for pid in victims:
            os.kill(pid, signal.SIGCONT)
    ended = time.time()
    await well(place, this.kind)
    return Hurt(this, began, ended, time.time() - ended)


async def well(place: Place, after: str) -> None:
    """Wait until every replica is ready and a new grievance goes through to its case."""
    await eventually(
        lambda: _all_ready(place), within=_RECOVERY_SECONDS, what=f"all ready after {after}"
    )
    key = uuid4().hex
    place.told.asked.add(f"rest|{key}")
    answer = await place.patient.ask(
        place.intake,
        "POST",
        "/v1/grievances",
        json={"category": "LAND_CROP_DAMAGE", "site": SITE, "text": words()},
        headers={"Idempotency-Key": key},
    )
    reference = answer.json()["reference"]
    place.told.file("rest", key, reference)
    who = place.headers("csr", "societe-demo")

    async def arrived() -> bool:
        path = f"/v1/cases/{reference}"
        return (await place.patient.ask(place.ledger, "GET", path, headers=who)).is_success

    await eventually(arrived, within=_RECOVERY_SECONDS, what=f"a case after {after}")


async def _all_ready(place: Place) -> bool:
    return await all_ready([*place.intake, place.system.routing, *place.ledger, *place.notify])


def recovery_table(hurts: Sequence[Hurt]) -> str:
    """Return the seconds to recovery by kind of hurt, as text."""
    kinds: dict[str, list[float]] = {}
    for one in hurts:
        kinds.setdefault(one.round.kind, []).append(one.recovered_after)
    lines = [f"{'recovery':24} {'n':>3} {'median s':>9} {'max s':>7}"]
    for kind, seconds in kinds.items():
        lines.append(
            f"{kind:24} {len(seconds):3d} {statistics.median(seconds):9.1f} {max(seconds):7.1f}"
        )
    return "\n".join(lines)


def slowest(hurts: Sequence[Hurt]) -> Mapping[str, float]:
    """Return the figures of recovery: median and longest, in seconds."""
    seconds = [one.recovered_after for one in hurts] or [0.0]
    return {
        "recovery_median_s": round(statistics.median(seconds), 1),
        "recovery_max_s": round(max(seconds), 1),
    }
