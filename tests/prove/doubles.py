"""Part 2: two replicas of each service, every message twice, every group rebalancing."""

from tests.prove.hurting import SERVICES, VICTIMS, Round, kill, kill_all, pause
from tests.prove.part import Part, Task
from tests.prove.rehearsal import Plan, rehearse


def rounds(*, short: bool) -> list[Round]:
    """Return the rounds: one replica of each service is paused, so that the other takes over.

    What comes back after 20 s still believes in its leases and partitions. In the long form the
    other replica is killed too, then everything at once.
    """
    if short:
        return [pause("ledger"), kill("notify-2"), kill("intake")]
    planned = [pause(service) for service in SERVICES]
    planned += [pause(f"{service}-2") for service in SERVICES]
    planned += [kill(victim) for victim in VICTIMS]
    planned += [kill(f"{service}-2") for service in SERVICES]
    return [*planned, kill_all((*VICTIMS, *(f"{service}-2" for service in SERVICES)))]


async def run(task: Task) -> Part:
    """Run the load over two replicas under constant disorder and check as after the kills."""
    plan = Plan("doubles", rounds(short=task.short), doubled=True, pace=3 if task.short else 1)
    return await rehearse(task, plan)
