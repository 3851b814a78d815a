"""A route as its decisions tell it, and which events call for the next one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.routing.domain import Route, evolve, fold, react
from services.routing.policy import corrected, decide, next_step, released
from shared.events import Event, EventData
from shared.events.ledger import (
    Actor,
    CaseAcknowledged,
    CaseAppealed,
    CaseSummary,
    DeadlineMissed,
    EscalationRequested,
    ReleaseAgreed,
    TriageCorrected,
)
from shared.events.routing import GrievanceRouted
from tests.support.submissions import policy, submission

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
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


def first() -> Event:
    """Return the first decision about the grievance."""
    return decided(fold([]), SUBMITTED)


def routed() -> Route:
    """Return the route after the first decision."""
    return fold([first()])


def data_of(event: Event) -> GrievanceRouted:
    """Return what was decided."""
    assert isinstance(event.data, GrievanceRouted)
    return event.data


def case(**changes: Any) -> CaseSummary:
    """Return the case that the first decision leads to."""
    values = {"state": "routed", "closed_as": None, "stage": None, "due_at": None}
    route = decide(submission(category="WAGES"), policy()).model_dump()
    return CaseSummary.model_validate(values | route | changes)


def missed(*, escalates: bool = True, **changes: Any) -> Event:
    """Return a missed deadline."""
    data = DeadlineMissed(
        case=case(**changes), stage="propose", due_at=NOW, escalates=escalates, renewed=None
    )
    return fact(data, "deadline")


def triaged(**changes: Any) -> TriageCorrected:
    """Return a correction that makes the case more severe."""
    told = {"lane": "open", "category": None, "site": None, "organisation": None, "accused": ()}
    return TriageCorrected.model_validate(
        {"case": case(**changes), "by": BY, "text_id": "t", "severity": "S2"} | told
    )


def let_go(**changes: Any) -> ReleaseAgreed:
    """Return the agreement of two people to a lower severity."""
    return ReleaseAgreed(case=case(**changes), by=BY, category=None, severity="S4")


def appealed(**changes: Any) -> CaseAppealed:
    """Return an appeal."""
    return CaseAppealed(case=case(**changes), message_id=None, deadlines=())


def test_a_submission_is_decided_as_the_first_of_its_stream() -> None:
    decision = first()
    assert decision.subject == "g1"
    assert decision.sequence == 1
    assert decision.time == NOW
    assert decision.cause == SUBMITTED.id
    assert decision.traceparent == TRACE
    assert (data_of(decision).reason, data_of(decision).holder) == ("submitted", "syndicat-demo")


def test_nothing_decided_is_an_empty_route() -> None:
    assert fold([]) == Route(sequence=0, last=None, causes=frozenset(), time=None)


def test_a_route_is_its_last_decision_and_all_causes() -> None:
    second = decided(routed(), missed(), NOW + timedelta(hours=1))
    assert fold([first(), second]) == Route(
        sequence=2,
        last=data_of(second),
        causes=frozenset({SUBMITTED.id, missed().id}),
        time=NOW + timedelta(hours=1),
    )


def test_a_route_followed_decision_by_decision_is_the_route_read_back() -> None:
    second = decided(routed(), missed(), NOW + timedelta(hours=1))
    assert evolve(fold([]), first()) == routed()
    assert evolve(routed(), second) == fold([first(), second])


def test_a_decision_without_a_cause_adds_none() -> None:
    bare = replace(first(), cause=None)
    assert fold([bare]).causes == evolve(fold([]), bare).causes == frozenset()


def test_the_same_event_is_decided_once() -> None:
    assert react(routed(), SUBMITTED, policy(), NOW) is None
    second = decided(routed(), missed())
    assert react(evolve(routed(), second), missed(), policy(), NOW) is None


def test_a_grievance_is_submitted_once_whatever_a_second_event_says() -> None:
    assert react(routed(), fact(submission(category="SGBV"), "again"), policy(), NOW) is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (missed(), "deadline-missed"),
        (fact(EscalationRequested(case=case(), by=BY, text_id="t")), "escalation-requested"),
        (fact(appealed()), "appealed"),
    ],
)
def test_what_calls_for_the_next_holder_moves_the_case_up(event: Event, reason: str) -> None:
    decision = decided(routed(), event)
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
    assert react(routed(), event, policy(), NOW) is None


@pytest.mark.parametrize("event", [missed(), fact(appealed()), fact(triaged()), fact(let_go())])
def test_a_case_that_was_never_routed_here_does_not_move(event: Event) -> None:
    assert react(fold([]), event, policy(), NOW) is None


def test_a_trigger_of_an_earlier_level_was_answered_by_the_move_since() -> None:
    above = evolve(routed(), decided(routed(), missed()))
    late = fact(EscalationRequested(case=case(), by=BY, text_id="t"), "late")
    assert react(above, late, policy(), NOW) is None
    of_now = fact(EscalationRequested(case=case(level=1), by=BY, text_id="t"), "now")
    assert data_of(decided(above, of_now)).level == 2


@pytest.mark.parametrize(
    ("level", "holder", "responder", "heard_by"),
    [
        # It was closed before it came to the company, to which it was on the way.
        (0, "syndicat-demo", "syndicate", "societe-demo"),
        (2, "inspection-travail-demo", "authority", "autorite-centrale-demo"),
        # Nobody is left to appeal to.
        (5, "mediation-demo", "protection", "mediation-demo"),
    ],
)
def test_appeals_corrections_and_releases_are_decided_from_where_the_case_stands(
    level: int, holder: str, responder: str, heard_by: str
) -> None:
    stands = {"level": level, "holder": holder, "responder": responder}
    sent = evolve(routed(), decided(routed(), missed()))
    there = data_of(first()).model_copy(update=stands)
    appeal, correction, release = appealed(**stands), triaged(**stands), let_go(**stands)
    heard = next_step(there, "appealed", policy())
    assert heard.holder == heard_by
    for told, right in (
        (appeal, heard),
        (correction, corrected(there, correction, policy())),
        (release, released(there, release, policy())),
    ):
        assert data_of(decided(sent, fact(told, "told"))) == right


def test_whoever_the_case_has_come_to_accuse_is_passed_over() -> None:
    decision = decided(routed(), missed(accused=("societe-demo",)))
    assert data_of(decision).holder == "inspection-travail-demo"


def test_a_decision_is_never_earlier_than_the_one_before() -> None:
    assert decided(routed(), missed(), NOW - timedelta(hours=1)).time == NOW
    assert decided(routed(), missed(), NOW + timedelta(hours=1)).time == NOW + timedelta(hours=1)
