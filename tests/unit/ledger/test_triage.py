"""Triage corrected by a person: what may be named, who is blind at once, and where it goes."""

from typing import Any

import pytest

from services.ledger import triage
from services.ledger.drafts import Draft
from services.ledger.triage import Correction
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events.ledger import CaseRerouted, TriageCorrected
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import MONDAY, RULES, SYNDICATE, hours, opened, sight_of
from tests.unit.ledger.test_decisions import in_state


def correct(draft: Draft, **named: Any) -> TriageCorrected:
    """Correct a case."""
    told = triage.decide_correct(draft.case, SYNDICATE, Correction(**named), "t", RULES)
    draft.add(told, cause="correct", now=MONDAY)
    return draft.new[-1].data  # type: ignore[return-value]


def answered(draft: Draft, **route: Any) -> CaseRerouted:
    """Let routing answer a correction."""
    draft.react(cases.routed("answer", reason="corrected", **route), MONDAY + hours(1), RULES)
    told = draft.new[-1].data
    assert isinstance(told, CaseRerouted)
    return told


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ({"category": "NO_SUCH"}, "category"),
        ({"site": "atlantis"}, "site"),
        ({"organisation": "nobody"}, "organisation"),
        ({"accused": ("police-demo", "nobody")}, "accused.1"),
        ({}, "category"),
        ({"category": "LAND_CROP_DAMAGE", "severity": "S3"}, "category"),
    ],
)
def test_only_what_the_policy_knows_and_what_changes_is_taken(
    named: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        correct(opened(), **named)
    assert refused.value.members["errors"][0]["field"] == field


def test_a_category_is_read_however_it_is_written() -> None:
    assert correct(opened(), category=" wages ").category == "WAGES"


def test_the_accused_are_blind_before_routing_has_answered() -> None:
    draft = opened(accused=("cooperative-demo",))
    told = correct(draft, accused=("societe-demo",))
    assert told.case.accused == ("cooperative-demo", "societe-demo")
    assert not sight_of(draft.case, Caller("c", "csr", "societe-demo")).visible
    assert draft.case.next_clock


def test_a_protected_category_hides_the_case_at_once() -> None:
    draft = opened()
    assert correct(draft, category="SGBV").case.lane == "protected"
    for role, organisation in (("csr", "societe-demo"), ("representative", "syndicat-demo")):
        caller = Caller("x", role, organisation)  # type: ignore[arg-type]
        assert not sight_of(draft.case, caller).visible


def test_a_protected_case_stays_protected() -> None:
    draft = opened("S1", lane="protected", responder="protection", holder="protection-demo")
    assert correct(draft, category="WAGES").lane == "protected"


def test_while_routing_decides_nothing_goes_up_and_nothing_is_corrected_twice() -> None:
    draft = opened("S2")
    correct(draft, severity="S1")
    draft.fire(MONDAY + hours(30), RULES)
    missed = [e.data for e in draft.new if e.type.endswith("deadline.missed.v1")]
    assert missed
    assert not any(m.escalates for m in missed)  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        correct(draft, severity="S3")


def test_another_holder_begins_anew() -> None:
    draft = in_state("in_inquiry")
    correct(draft, category="SURFACE_TAX")
    told = answered(draft, holder="mines-regionales-demo", responder="authority")
    assert told.previous_holder == "societe-demo"
    assert draft.case.state == "routed"
    assert [clock.stage for clock in draft.case.clocks] == ["acknowledge", "inquiry", "propose"]
    assert all(clock.started_at == MONDAY + hours(1) for clock in draft.case.clocks)


def test_the_same_holder_goes_on_where_it_was() -> None:
    draft = in_state("in_inquiry")
    before = draft.case.clocks
    correct(draft, category="COMPENSATION")
    answered(draft, category="COMPENSATION")
    assert (draft.case.state, draft.case.clocks) == ("in_inquiry", before)
    assert not draft.case.escalating
    assert draft.case.route is not None
    assert draft.case.route.category == "COMPENSATION"


def test_an_answer_that_comes_after_the_end_changes_nothing() -> None:
    draft = opened()
    correct(draft, category="WAGES")
    draft.react(cases.withdrawn(), MONDAY, RULES)
    count = len(draft.new)
    draft.react(cases.routed("answer", reason="corrected"), MONDAY, RULES)
    assert len(draft.new) == count


@pytest.mark.parametrize(
    ("role", "organisation", "may"),
    [
        ("representative", "syndicat-demo", True),
        ("csr", "societe-demo", False),
        ("monitor", None, False),
    ],
)
def test_who_corrects(role: Role, organisation: str | None, may: bool) -> None:
    sight = sight_of(opened().case, Caller("x", role, organisation))
    assert ("correct-triage" in sight.commands) is may


def test_what_was_agreed_is_no_longer_triage() -> None:
    with pytest.raises(Conflict):
        correct(in_state("agreed"), category="WAGES")
