"""The protected lane: plan, contact, services with their consents, and release by two people."""

from typing import Any

import pytest

from services.ledger import decisions, endings, safety, triage
from services.ledger.case import Service
from services.ledger.drafts import Draft
from services.ledger.stages import Stages
from services.ledger.triage import Correction
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events.codes import Severity
from shared.events.ledger import Actor, CaseRerouted
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import MONDAY, RULES, opened, sight_of

ONE = Actor(sub="focal-1", role="protection", organisation="protection-demo")
TWO = Actor(sub="focal-2", role="protection", organisation="protection-demo")


def protected(severity: Severity = "S1", **route: Any) -> Draft:
    """Return a protected case."""
    lane = {"lane": "protected", "responder": "protection", "holder": "protection-demo"}
    return opened(severity, **lane | {"category": "SGBV", "advocate": None} | route)


def requested(**named: Any) -> Draft:
    """Return a protected case whose release one person has asked for."""
    draft = protected()
    values = {"category": None, "severity": None} | named
    told = safety.decide_request_release(
        draft.case, ONE, values["category"], values["severity"], "t", RULES
    )
    draft.add(told, cause="request", now=MONDAY)
    return draft


def test_a_plan_that_is_recorded_ends_its_date_and_no_other() -> None:
    draft = protected()
    before = {clock.stage for clock in draft.case.clocks}
    draft.add(safety.decide_safety_plan(draft.case, ONE, "p"), cause="plan", now=MONDAY)
    assert before - {clock.stage for clock in draft.case.clocks} == {"safety-plan"}
    assert draft.case.protection.safety_plan == "p"
    draft.react(cases.withdrawn(), MONDAY, RULES)
    told = endings.decide_reopen(draft.case, ONE, "t", MONDAY, RULES)
    assert "safety-plan" not in {clock.stage for clock in told.deadlines}


def test_a_person_who_must_not_be_written_to_is_so_in_every_later_event() -> None:
    draft = protected()
    assert draft.new[-1].data.case.contact == "allowed"  # type: ignore[attr-defined]
    draft.add(safety.decide_safe_contact(draft.case, ONE, "none", "c"), cause="c", now=MONDAY)
    draft.add(decisions.decide_acknowledge(draft.case, ONE), cause="k", now=MONDAY)
    assert [e.data.case.contact for e in draft.new[-2:]] == ["none", "none"]  # type: ignore[attr-defined]
    assert draft.case.protection.safe_contact == "c"


def test_each_service_has_its_own_consent() -> None:
    draft = protected()
    given = (("medical", "environnement-demo", "spoken"), ("legal", None, "fingerprint"))
    for number, (service, to, consent) in enumerate(given):
        told = safety.decide_refer_service(
            draft.case,
            ONE,
            service,  # type: ignore[arg-type]
            to,
            consent,  # type: ignore[arg-type]
            f"t{number}",
            RULES,
        )
        draft.add(told, cause=f"refer-{number}", now=MONDAY)
    assert draft.case.protection.services == (
        Service("medical", "t0", "environnement-demo", "spoken"),
        Service("legal", "t1", None, "fingerprint"),
    )
    assert draft.case.open


@pytest.mark.parametrize("accused", [("environnement-demo",), ("kind:authority",)])
def test_nobody_is_referred_to_a_service_they_accuse(accused: tuple[str, ...]) -> None:
    case = protected(accused=accused).case
    with pytest.raises(Invalid):
        safety.decide_refer_service(
            case, ONE, "medical", "environnement-demo", "spoken", "t", RULES
        )


def test_one_person_alone_releases_nothing() -> None:
    draft = requested(category="WAGES")
    with pytest.raises(Conflict) as refused:
        safety.decide_agree_release(draft.case, ONE)
    assert "Somebody else" in refused.value.detail
    assert draft.case.route is not None
    assert draft.case.route.lane == "protected"
    with pytest.raises(Conflict):
        safety.decide_agree_release(protected().case, TWO)


def test_two_people_release_a_case_and_routing_gives_it_a_holder() -> None:
    draft = requested(category="wages")
    told = safety.decide_agree_release(draft.case, TWO)
    assert (told.category, told.severity) == ("WAGES", None)
    draft.add(told, cause="agree", now=MONDAY)
    assert draft.case.protection.release is None
    assert draft.case.escalating
    assert not sight_of(draft.case, Caller("r", "representative", "syndicat-demo")).visible
    to = {"responder": "syndicate", "holder": "syndicat-demo", "lane": "open"}
    draft.react(cases.routed("out", reason="corrected", category="WAGES", **to), MONDAY, RULES)
    assert isinstance(draft.new[-1].data, CaseRerouted)
    assert sight_of(draft.case, Caller("r", "representative", "syndicat-demo")).visible
    assert draft.case.clock("safety-plan") is None


@pytest.mark.parametrize("category", ["SGBV", "NO_SUCH"])
def test_a_case_is_released_into_a_category_of_the_open_lane(category: str) -> None:
    with pytest.raises(Invalid):
        requested(category=category)


def test_a_release_says_what_it_is_to_become() -> None:
    with pytest.raises(Invalid):
        requested()
    assert safety.decide_agree_release(requested(severity="S2").case, TWO).severity == "S2"


def test_the_severity_of_a_protected_case_is_not_lowered_by_one_person() -> None:
    case = protected().case
    with pytest.raises(Conflict) as refused:
        triage.decide_correct(case, ONE, Correction(severity="S3"), "t", RULES)
    assert refused.value.members["possible"] == ["request-release"]
    assert triage.decide_correct(protected("S2").case, ONE, Correction(severity="S1"), "t", RULES)


def test_a_protected_case_is_never_inconclusive() -> None:
    draft = protected("S2")
    draft.add(decisions.decide_acknowledge(draft.case, ONE), cause="k", now=MONDAY)
    assert "inconclusive" not in endings.closings(draft.case)
    assert "referred" in endings.closings(draft.case)


def test_a_corrected_case_that_becomes_protected_gets_a_date_for_its_plan() -> None:
    draft = opened(responder="protection", holder="protection-demo")
    told = triage.decide_correct(draft.case, ONE, Correction(category="CHILD"), "t", RULES)
    draft.add(told, cause="correct", now=MONDAY)
    to = {"responder": "protection", "holder": "protection-demo", "lane": "protected"}
    answer = cases.routed("in", reason="corrected", category="CHILD", severity="S1", **to)
    draft.react(answer, MONDAY, RULES)
    assert draft.case.clock("safety-plan")


@pytest.mark.parametrize(
    ("role", "organisation", "lane", "may"),
    [
        ("protection", "protection-demo", "protected", True),
        ("protection", "protection-nationale-demo", "protected", False),
        ("representative", "syndicat-demo", "open", False),
        ("csr", "societe-demo", "open", False),
    ],
)
def test_the_focal_point_that_holds_the_case_keeps_the_person_safe(
    role: Role, organisation: str, lane: str, may: bool
) -> None:
    draft = protected() if lane == "protected" else opened()
    sight = sight_of(draft.case, Caller("x", role, organisation))
    assert ("record-safety-plan" in sight.commands) is may


def test_an_open_case_has_no_safety_plan() -> None:
    with pytest.raises(Conflict):
        safety.decide_safety_plan(opened().case, ONE, "p")


def test_a_policy_that_was_kept_from_before_the_stage_is_still_read() -> None:
    values = RULES.stages.model_dump()
    del values["stages"]["safety-plan"]
    for name in ("remedy", "unreachable", "follow_up"):
        del values[name]
    read = Stages.model_validate(values)
    assert read.stages["safety-plan"] == RULES.stages.stages["safety-plan"]
    assert read.follow_up == ()
