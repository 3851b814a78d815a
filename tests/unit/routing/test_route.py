"""A route as its decisions tell it, and which events call for the next one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.routing.domain import Route, evolve, fold, react
from shared.events import Event, EventData
from shared.events.ledger import (
    Actor,
    CaseAcknowledged,
    CaseAppealed,
    CaseSummary,
    DeadlineMissed,
    EscalationRequested,
)
from shared.events.routing import GrievanceRouted
from tests.support.submissions import policy, submission

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOTHING = fold([])
BY = Actor(sub="rep-1", role="representative", organisation="syndicat-demo")


def fact(data: EventData, cause: str = "c") -> Event:
    """Return an event about the grievance."""
    return Event.derived(data, subject="g1", sequence=7, time=NOW, cause=cause, traceparent=TRACE)


def decided(route: Route, event: Event, now: datetime = NOW) -> Event:
    """Return the decision that must come of an event."""
    decision = react(route, event, policy(), now)
    assert decision is not None
    return decision


SUBMITTED = fact(submission(category="WAGES"))
FIRST = decided(NOTHING, SUBMITTED)
ROUTED = fold([FIRST])


def data_of(event: Event) -> GrievanceRouted:
    """Return what was decided."""
    assert isinstance(event.data, GrievanceRouted)
    return event.data


def case(**changes: Any) -> CaseSummary:
    """Return the case that the first decision led to."""
    values = {"state": "routed", "closed_as": None, "stage": None, "due_at": None}
    return CaseSummary.model_validate(values | data_of(FIRST).model_dump() | changes)


def missed(*, escalates: bool = True, **changes: Any) -> Event:
    """Return a missed deadline."""
    data = DeadlineMissed(
        case=case(**changes), stage="propose", due_at=NOW, escalates=escalates, renewed=None
    )
    return fact(data, "deadline")


def test_a_submission_is_decided_as_the_first_of_its_stream() -> None:
    assert FIRST.subject == "g1"
    assert FIRST.sequence == 1
    assert FIRST.time == NOW
    assert FIRST.cause == SUBMITTED.id
    assert FIRST.traceparent == TRACE
    assert (data_of(FIRST).reason, data_of(FIRST).holder) == ("submitted", "syndicat-demo")


def test_nothing_decided_is_an_empty_route() -> None:
    assert Route(sequence=0, last=None, causes=frozenset(), time=None) == NOTHING


def test_a_route_is_its_last_decision_and_all_causes() -> None:
    second = decided(ROUTED, missed(), NOW + timedelta(hours=1))
    assert fold([FIRST, second]) == Route(
        sequence=2,
        last=data_of(second),
        causes=frozenset({SUBMITTED.id, missed().id}),
        time=NOW + timedelta(hours=1),
    )


def test_a_route_followed_decision_by_decision_is_the_route_read_back() -> None:
    second = decided(ROUTED, missed(), NOW + timedelta(hours=1))
    assert evolve(NOTHING, FIRST) == ROUTED
    assert evolve(ROUTED, second) == fold([FIRST, second])


def test_a_decision_without_a_cause_adds_none() -> None:
    bare = replace(FIRST, cause=None)
    assert fold([bare]).causes == evolve(NOTHING, bare).causes == frozenset()


def test_the_same_event_is_decided_once() -> None:
    assert react(ROUTED, SUBMITTED, policy(), NOW) is None
    second = decided(ROUTED, missed())
    assert react(evolve(ROUTED, second), missed(), policy(), NOW) is None


def test_a_grievance_is_submitted_once_whatever_a_second_event_says() -> None:
    assert react(ROUTED, fact(submission(category="SGBV"), "again"), policy(), NOW) is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (missed(), "deadline-missed"),
        (fact(EscalationRequested(case=case(), by=BY, text_id="t")), "escalation-requested"),
        (fact(CaseAppealed(case=case(), message_id=None, deadlines=())), "appealed"),
    ],
)
def test_what_calls_for_the_next_holder_moves_the_case_up(event: Event, reason: str) -> None:
    decision = decided(ROUTED, event)
    assert (decision.sequence, decision.cause) == (2, event.id)
    assert (data_of(decision).reason, data_of(decision).level) == (reason, 1)
    assert data_of(decision).holder == "societe-demo"


@pytest.mark.parametrize(
    "event",
    [
        missed(escalates=False),
        fact(CaseAcknowledged(case=case(), by=BY)),
    ],
)
def test_what_calls_for_nothing_leaves_the_case_where_it_is(event: Event) -> None:
    assert react(ROUTED, event, policy(), NOW) is None


def test_a_case_that_was_never_routed_here_does_not_move() -> None:
    assert react(NOTHING, missed(), policy(), NOW) is None


def test_a_trigger_of_an_earlier_level_was_answered_by_the_move_since() -> None:
    above = evolve(ROUTED, decided(ROUTED, missed()))
    late = fact(EscalationRequested(case=case(), by=BY, text_id="t"), "late")
    assert react(above, late, policy(), NOW) is None
    of_now = fact(EscalationRequested(case=case(level=1), by=BY, text_id="t"), "now")
    assert data_of(decided(above, of_now)).level == 2


def test_whoever_the_case_has_come_to_accuse_is_passed_over() -> None:
    decision = decided(ROUTED, missed(accused=("societe-demo",)))
    assert data_of(decision).holder == "inspection-travail-demo"


def test_a_decision_is_never_earlier_than_the_one_before() -> None:
    assert decided(ROUTED, missed(), NOW - timedelta(hours=1)).time == NOW
    assert decided(ROUTED, missed(), NOW + timedelta(hours=1)).time == NOW + timedelta(hours=1)
