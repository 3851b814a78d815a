"""Part 1: every process killed and paused under mixed load, nothing lost and nothing doubled."""

import random
from typing import Final

from tests.prove.hurting import VICTIMS, Round, kill, kill_all, pause
from tests.prove.part import Part, Task
from tests.prove.rehearsal import Plan, rehearse

_KILLS_OF_EACH: Final = 4


def rounds(*, short: bool) -> list[Round]:
    """Return the rounds: each victim and all at once, killed four times and paused once.

    The short form kills each once. What can put off a text message comes first in it, so that
    the minute after which it is tried again passes while the others are hurt.
    """
    if short:
        first = [kill("intake"), kill_all()]
        return first + [kill(victim) for victim in VICTIMS if victim != "intake"]
    once = [kill_all(), *(kill(victim) for victim in VICTIMS)]
    planned: list[Round] = []
    dice = random.Random(3)
    for turn in range(_KILLS_OF_EACH):
        planned += dice.sample(once, len(once))
        planned += [pause(victim) for victim in VICTIMS[turn::_KILLS_OF_EACH]]
    return planned


async def run(task: Task) -> Part:
    """Kill and pause every process in rounds, and check what became of all that was accepted."""
    return await rehearse(
        task, Plan("kills", rounds(short=task.short), pace=3 if task.short else 1)
    )
