"""A case corrected by a person is routed again, and nothing becomes less safe by it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.routing.domain import fold, react
from services.routing.policy import corrected, decide, released
from shared.events import Event
from shared.events.ledger import Actor, CaseSummary, ReleaseAgreed, TriageCorrected
from shared.events.routing import GrievanceRouted
from tests.support.submissions import policy, submission

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
BY = Actor(sub="rep-1", role="representative", organisation="syndicat-demo")


def first(**codes: Any) -> GrievanceRouted:
    """Return the first decision about a grievance at the demonstration site."""
    values = {"category": "OTHER", "site": "doungoubou-demo", "organisation": "societe-demo"}
    return decide(submission(**values | codes), policy())


def told(before: GrievanceRouted, **changes: Any) -> TriageCorrected:
    """Return a correction of a case as it stands."""
    case = CaseSummary.model_validate(
        before.model_dump() | {"state": "routed", "closed_as": None, "stage": None, "due_at": None}
    )
    values: dict[str, Any] = {
        "case": case,
        "by": BY,
        "text_id": "t",
        "lane": before.lane,
        "category": None,
        "site": None,
        "organisation": None,
        "severity": None,
        "accused": (),
    }
    return TriageCorrected.model_validate(values | changes)


def again(before: GrievanceRouted, **changes: Any) -> GrievanceRouted:
    """Return the route after a correction."""
    return corrected(before, told(before, **changes), policy())


EVERYBODY = tuple(sorted(policy().organisations.organisations))


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "LAND_CROP_DAMAGE"},
        {"category": "SURFACE_TAX"},
        {"category": "SGBV"},
        {"category": "COOP_GOV"},
        {"category": "WAGES", "organisation": "cooperative-demo"},
        {"category": "LAND_CROP_DAMAGE", "accused": ("societe-demo", "syndicat-demo")},
        {"category": "LAND_CROP_DAMAGE", "accused": ("police-demo",)},
        {"category": "LAND_CROP_DAMAGE", "accused": EVERYBODY},
        {"category": "WAGES", "organisation": "police-demo"},
    ],
    ids=str,
)
def test_a_case_corrected_goes_where_it_would_have_gone_if_filed_so(
    changes: dict[str, Any],
) -> None:
    after = again(first(), **changes).model_dump(exclude={"reason", "rules"})
    assert after == first(**changes).model_dump(exclude={"reason", "rules"})
    said = [hit for hit in again(first(), **changes).rules if "corrected" not in hit.rule]
    assert tuple(said) == first(**changes).rules


def test_another_site_leads_to_its_company_and_the_syndicate_that_speaks_goes_on() -> None:
    changes = {"category": "POLLUTION", "site": "site-demo-2", "organisation": "societe-demo"}
    after, filed = again(first(), **changes), first(**changes)
    apart = {"reason", "rules", "advocate"}
    assert after.model_dump(exclude=apart) == filed.model_dump(exclude=apart)
    assert (after.advocate, filed.advocate) == ("syndicat-demo", "syndicat-demo-2")


def test_the_trace_names_what_was_changed_and_nothing_else() -> None:
    before = first(site=None)
    same = {"category": "OTHER", "organisation": "societe-demo"}
    hits = again(before, **same, site="doungoubou-demo", severity="S3").rules
    said = {hit.rule: hit.why for hit in hits if hit.rule.startswith("corrected")}
    assert said == {
        "corrected": "tri corrigé par une personne",
        "corrected.site": "site : - → doungoubou-demo",
        "corrected.severity": "gravité : S4 → S3",
    }


def test_a_case_above_its_ladder_is_routed_from_its_beginning() -> None:
    before = first(category="LAND_CROP_DAMAGE")
    ladder = len(policy().taxonomy.categories["LAND_CROP_DAMAGE"].ladder)
    beside = before.model_copy(
        update={"level": ladder, "holder": "protection-demo", "responder": "protection"}
    )
    after = again(beside, severity="S2")
    assert (after.level, after.holder, after.responder) == (0, "societe-demo", "company")


def test_what_was_grave_before_is_no_milder_in_protection() -> None:
    before = first(category="WAGES").model_copy(update={"severity": "S1"})
    assert again(before, category="ILLEGAL_TAX").severity == "S1"
    assert again(before, category="ILLEGAL_TAX", severity="S4").severity == "S1"
    milder = before.model_copy(update={"severity": "S4"})
    assert again(milder, category="ILLEGAL_TAX", severity="S1").severity == "S1"
    assert again(milder, category="ILLEGAL_TAX").severity == "S2"


def test_a_correction_on_its_way_meets_the_case_where_it_stands() -> None:
    sent = first(category="LAND_CROP_DAMAGE").model_copy(
        update={"level": 2, "holder": "mines-regionales-demo", "responder": "authority"}
    )
    stands = first(category="LAND_CROP_DAMAGE")
    route = fold([Event.derived(sent, subject="g1", sequence=1, time=NOW, cause="c")])
    asked = Event.derived(
        told(stands, severity="S2"), subject="g1", sequence=2, time=NOW, cause="d"
    )
    decision = react(route, asked, policy(), NOW)
    assert decision is not None
    assert isinstance(decision.data, GrievanceRouted)
    assert (decision.data.level, decision.data.holder, decision.data.responder) == (
        0,
        "societe-demo",
        "company",
    )


def test_a_category_leads_to_its_ladder_and_the_trace_says_who_changed_what() -> None:
    before = first()
    assert before.responder == "triage"
    after = again(before, category="LAND_CROP_DAMAGE")
    assert (after.reason, after.level, after.holder) == ("corrected", 0, "societe-demo")
    assert after.severity == "S3"
    assert [hit.rule for hit in after.rules][:3] == [
        "corrected",
        "corrected.category",
        "category.LAND_CROP_DAMAGE",
    ]
    assert "OTHER → LAND_CROP_DAMAGE" in after.rules[1].why
    assert after.policy_version == policy().version


def test_what_is_not_named_stays() -> None:
    before = first(category="LAND_CROP_DAMAGE")
    after = again(before, severity="S2")
    assert after.severity == "S2"
    same = {"category", "site", "organisation", "accused", "holder", "level", "advocate"}
    assert before.model_dump(include=same) == after.model_dump(include=same)


def test_a_correction_that_leaves_the_ladder_leaves_the_case_where_it_climbed() -> None:
    before = first(category="LAND_CROP_DAMAGE").model_copy(
        update={"level": 1, "holder": "commune-demo", "responder": "authority"}
    )
    assert again(before, severity="S2").holder == "commune-demo"
    assert again(before, site="site-demo-2").holder == "societe-demo"


def test_a_newly_accused_holder_is_passed_over() -> None:
    before = first(category="LAND_CROP_DAMAGE")
    after = again(before, accused=("societe-demo",))
    assert after.holder == "commune-demo"
    assert after.accused == ("societe-demo",)
    assert again(after, accused=("commune-demo",)).accused == ("commune-demo", "societe-demo")


def test_an_accused_advocate_no_longer_speaks_for_the_complainant() -> None:
    before = first(category="LAND_CROP_DAMAGE")
    assert before.advocate == "syndicat-demo"
    assert again(before, accused=("syndicat-demo",)).advocate is None


@pytest.mark.parametrize(
    "changes",
    [{"category": "SGBV"}, {"accused": ("police-demo",)}, {"organisation": "police-demo"}],
)
def test_danger_leads_to_protection(changes: dict[str, Any]) -> None:
    after = again(first(category="LAND_CROP_DAMAGE"), **changes, severity="S4")
    assert (after.lane, after.severity, after.holder) == ("protected", "S1", "protection-demo")
    assert after.advocate is None


def test_a_protected_case_stays_protected_and_at_its_holder() -> None:
    before = first(category="SGBV")
    after = again(before, category="WAGES")
    assert (after.lane, after.holder, after.severity) == ("protected", "protection-demo", "S1")


def test_the_severity_falls_only_when_the_person_says_so() -> None:
    before = first(category="POLLUTION")
    assert before.severity == "S2"
    assert again(before, category="PAYSLIP_CONTRACT").severity == "S2"
    assert again(before, category="PAYSLIP_CONTRACT", severity="S4").severity == "S4"


def test_codes_that_the_policy_does_not_know_change_nothing() -> None:
    before = first(category="LAND_CROP_DAMAGE")
    after = again(before, category="NO_SUCH", site="atlantis", organisation="nobody")
    same = {"category", "site", "organisation", "holder"}
    assert before.model_dump(include=same) == after.model_dump(include=same)


def test_a_correction_is_decided_once() -> None:
    submitted = Event.derived(
        submission(category="OTHER", site="doungoubou-demo"),
        subject="g1",
        sequence=1,
        time=NOW,
        cause="c",
    )
    one = react(fold([]), submitted, policy(), NOW)
    assert one is not None
    assert isinstance(one.data, GrievanceRouted)
    data = told(one.data, category="WAGES")
    event = Event.derived(data, subject="g1", sequence=2, time=NOW, cause="d")
    two = react(fold([one]), event, policy(), NOW)
    assert two is not None
    assert isinstance(two.data, GrievanceRouted)
    assert (two.data.reason, two.data.category, two.sequence) == ("corrected", "WAGES", 2)
    assert react(fold([one, two]), event, policy(), NOW) is None
    assert react(fold([]), event, policy(), NOW) is None


def let_go(before: GrievanceRouted, category: str | None, severity: str | None) -> GrievanceRouted:
    """Return the route after two people agreed."""
    case = told(before).case
    agreed = ReleaseAgreed.model_validate(
        {"case": case, "by": BY, "category": category, "severity": severity}
    )
    return released(before, agreed, policy())


def test_two_people_take_a_case_out_of_protection() -> None:
    after = let_go(first(category="SGBV"), "WAGES", "S3")
    assert (after.lane, after.holder, after.severity) == ("open", "syndicat-demo", "S3")
    assert after.advocate == "syndicat-demo"
    assert [hit.rule for hit in after.rules][:2] == ["released", "corrected"]


def test_two_people_lower_the_severity_and_leave_the_case_protected() -> None:
    after = let_go(first(category="SGBV"), None, "S2")
    assert (after.lane, after.holder, after.severity) == ("protected", "protection-demo", "S2")


def test_a_release_into_a_protected_category_releases_nothing() -> None:
    assert let_go(first(category="SGBV"), "CHILD", None).lane == "protected"


def test_a_release_is_decided_by_routing() -> None:
    submitted = Event.derived(
        submission(category="SGBV", site="doungoubou-demo"),
        subject="g1",
        sequence=1,
        time=NOW,
        cause="c",
    )
    one = react(fold([]), submitted, policy(), NOW)
    assert one is not None
    assert isinstance(one.data, GrievanceRouted)
    agreed = ReleaseAgreed.model_validate(
        {"case": told(one.data).case, "by": BY, "category": "WAGES", "severity": None}
    )
    event = Event.derived(agreed, subject="g1", sequence=2, time=NOW, cause="d")
    two = react(fold([one]), event, policy(), NOW)
    assert two is not None
    assert isinstance(two.data, GrievanceRouted)
    assert two.data.lane == "open"
