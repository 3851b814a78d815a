"""The route of a grievance as its decisions so far: pure, folded from routing's own stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.routing.policy import Policy, corrected, decide, next_step, released
from shared.events import Event
from shared.events.intake import GrievanceSubmitted
from shared.events.ledger import CaseEvent, DeadlineMissed, ReleaseAgreed, TriageCorrected
from shared.events.routing import GrievanceRouted, RouteReason


@dataclass(frozen=True)
class Route:
    """Where a grievance has been routed; before the first decision `sequence` is 0."""

    sequence: int = 0
    last: GrievanceRouted | None = None
    causes: frozenset[str] = frozenset()
    time: datetime | None = None


def fold(stream: Iterable[Event]) -> Route:
    """Return the route that a stream of decisions leads to."""
    route = Route()
    for decision in stream:
        route = evolve(route, decision)
    return route


def evolve(route: Route, decision: Event) -> Route:
    """Return the route after one more decision."""
    assert isinstance(decision.data, GrievanceRouted)
    return Route(
        sequence=decision.sequence,
        last=decision.data,
        causes=route.causes | {decision.cause} if decision.cause else route.causes,
        time=decision.time,
    )


_REASONS: dict[str, RouteReason] = {
    "cf.recours.deadline.missed.v1": "deadline-missed",
    "cf.recours.escalation.requested.v1": "escalation-requested",
    "cf.recours.case.appealed.v1": "appealed",
}


def react(route: Route, event: Event, policy: Policy, now: datetime) -> Event | None:
    """Return the decision that an event calls for, or None: not ours, or decided already."""
    if event.id in route.causes:
        return None
    decision: GrievanceRouted | None = None
    if isinstance(event.data, GrievanceSubmitted):
        decision = decide(event.data, policy) if route.last is None else None
    elif isinstance(event.data, ReleaseAgreed) and route.last:
        decision = released(_as_it_stands(route.last, event.data), event.data, policy)
    elif isinstance(event.data, TriageCorrected) and route.last:
        decision = corrected(_as_it_stands(route.last, event.data), event.data, policy)
    elif event.type in _REASONS and isinstance(event.data, CaseEvent) and route.last:
        decision = _escalate(route.last, event.data, _REASONS[event.type], policy)
    if decision is None:
        return None
    return Event.derived(
        decision,
        subject=event.subject,
        sequence=route.sequence + 1,
        time=max(now, route.time) if route.time else now,
        cause=event.id,
        traceparent=event.traceparent,
    )


def _escalate(
    last: GrievanceRouted, data: CaseEvent, reason: RouteReason, policy: Policy
) -> GrievanceRouted | None:
    if isinstance(data, DeadlineMissed) and not data.escalates:
        return None
    if reason == "appealed":
        # The case may have been closed while its next holder was on the way, and never have come
        # to that one: an appeal goes up from where the case stands.
        last = _as_it_stands(last, data)
    elif data.case.level < last.level:
        # A trigger that speaks of an earlier level has been answered by the move since.
        return None
    return next_step(last, reason, policy, data.case.accused)


def _as_it_stands(last: GrievanceRouted, data: CaseEvent) -> GrievanceRouted:
    """Return the last decision with the holder that the ledger's case really has."""
    case = data.case
    stands = {"level": case.level, "holder": case.holder, "responder": case.responder}
    return last.model_copy(update=stands)
