"""Use cases of routing: decide for a batch of events in one read and one write."""

from collections.abc import Awaitable, Callable, Sequence

from services.routing.domain import evolve, fold, react
from services.routing.policy import Policy
from shared.clock import Clock
from shared.errors import TransientError
from shared.event_store import EventStore
from shared.events import Event

_TRIES = 5

#: The policy for a grievance: in force now (None), or with the rules of an earlier version.
PolicyOf = Callable[[str | None], Awaitable[Policy]]


async def route(
    events: Sequence[Event],
    *,
    store: EventStore,
    clock: Clock,
    policy: PolicyOf,
    nudge: Callable[[], None],
) -> None:
    """Decide where the grievances of a batch go and store the decisions.

    Deciding again on what another replica has decided meanwhile is repeated on the fresh stream.
    """
    todo = list(events)
    for _ in range(_TRIES):
        decisions = await _decide(todo, store, clock, policy)
        if not decisions:
            return
        appended = await store.append(decisions)
        nudge()
        lost = {event.subject for event in appended.conflicts}
        if not lost:
            return
        todo = [event for event in todo if event.subject in lost]
    raise TransientError("Another replica decides on the same grievances")


async def _decide(
    events: Sequence[Event], store: EventStore, clock: Clock, policy: PolicyOf
) -> list[Event]:
    streams = await store.load_many({event.subject for event in events})
    routes = {subject: fold(stream) for subject, stream in streams.items()}
    decisions = []
    for event in events:
        route = routes[event.subject]
        rules = await policy(route.last.policy_version if route.last else None)
        decision = react(route, event, rules, clock.now())
        if decision:
            routes[event.subject] = evolve(routes[event.subject], decision)
            decisions.append(decision)
    return decisions
