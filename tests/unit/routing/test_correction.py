"""A case corrected by a person is routed again, and nothing becomes less safe by it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.routing.domain import fold, react
from services.routing.policy import corrected, decide, released
from shared.events import Event
from shared.events.codes import Severity
from shared.events.ledger import Actor, CaseSummary, ReleaseAgreed, TriageCorrected
from shared.events.routing import GrievanceRouted, RuleHit
from tests.support.submissions import policy, submission
from tests.unit.routing.test_explanations import with_category

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


EVERYBODY = tuple(policy().organisations.organisations)
FIELDS = {
    "category": "catégorie",
    "site": "site",
    "organisation": "mise en cause",
    "severity": "gravité",
}


def rightly(route: GrievanceRouted, *said: RuleHit, **changed: str) -> GrievanceRouted:
    """Return a first decision as the outcome of a correction that changed this from → to."""
    rules = [*said, RuleHit(rule="corrected", why="tri corrigé par une personne")]
    rules += [
        RuleHit(rule=f"corrected.{name}", why=f"{FIELDS[name]} : {change}")
        for name, change in changed.items()
    ]
    return route.model_copy(update={"reason": "corrected", "rules": (*rules, *route.rules)})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"category": "SGBV"}, {"category": "OTHER → SGBV"}),
        ({"category": "COOP_GOV"}, {"category": "OTHER → COOP_GOV"}),
        ({"organisation": "police-demo"}, {"organisation": "- → police-demo"}),
        ({"accused": ("police-demo", "societe-demo")}, {}),
        ({"accused": EVERYBODY}, {}),
        (
            {"category": "WAGES", "site": "site-demo-2", "organisation": "societe-demo"},
            {
                "category": "OTHER → WAGES",
                "site": "doungoubou-demo → site-demo-2",
                "organisation": "- → societe-demo",
            },
        ),
    ],
)
def test_a_corrected_case_goes_where_it_would_have_gone_to_begin_with(
    changes: dict[str, Any], told: dict[str, str]
) -> None:
    """Whatever was decided about it before; the first rules say what was changed."""
    given = {"organisation": None, "representative": "syndicat-demo-2"}
    right = first(**given | changes)
    before = first(**given).model_copy(
        update={
            "level": 9,
            "holder": "societe-demo",
            "responder": "company",
            "ladder_end": not right.ladder_end,
            "final": not right.final,
            "policy_version": "p-000000000000",
        }
    )
    assert again(before, **changes) == rightly(right, **told)


def test_what_a_person_says_is_to_be_sorted_out_goes_to_triage() -> None:
    """Also where that category has a ladder of its own."""
    before = first(category="WAGES")
    rules = with_category("OTHER", ladder=("company", "central"))
    after = corrected(before, told(before, category="OTHER"), rules)
    assert (after.holder, after.responder) == ("syndicat-demo", "triage")


def test_the_trace_names_only_what_is_another_than_before() -> None:
    after = again(first(category="WAGES", site=None), category="WAGES", site=None, severity="S2")
    assert [(hit.rule, hit.why) for hit in after.rules[:3]] == [
        ("corrected", "tri corrigé par une personne"),
        ("corrected.severity", "gravité : S3 → S2"),
        ("triage", "à trier : site inconnu"),
    ]


def test_what_is_not_named_stays() -> None:
    before = first(category="LAND_CROP_DAMAGE")
    after = again(before, severity="S2")
    assert after.severity == "S2"
    same = {"category", "site", "organisation", "accused", "holder", "level", "advocate"}
    assert before.model_dump(include=same) == after.model_dump(include=same)


@pytest.mark.parametrize(
    ("level", "changes", "holder"),
    [
        (1, {"severity": "S2"}, "commune-demo"),
        (2, {"severity": "S2"}, "autorite-centrale-demo"),
        # The last resort stands beside the ladder.
        (3, {"severity": "S2"}, "societe-demo"),
        (1, {"category": "COMPENSATION"}, "societe-demo"),
        (1, {"site": "site-demo-2"}, "societe-demo"),
        (1, {"organisation": "cooperative-demo"}, "cooperative-demo"),
    ],
)
def test_a_correction_that_leaves_the_ladder_leaves_the_case_where_it_climbed(
    level: int, changes: dict[str, Any], holder: str
) -> None:
    before = first(category="LAND_CROP_DAMAGE").model_copy(update={"level": level})
    assert again(before, **changes).holder == holder


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
    after = again(before, category="WAGES", lane="open")
    assert (after.lane, after.holder, after.severity) == ("protected", "protection-demo", "S1")


def test_a_correction_protects_a_case_by_its_own_word() -> None:
    after = again(first(category="WAGES"), severity="S2", lane="protected")
    assert (after.lane, after.holder, after.severity) == ("protected", "protection-demo", "S2")
    assert after.advocate is None


@pytest.mark.parametrize(
    ("category", "before", "told_category", "told_severity", "after"),
    [
        # In the open lane a person says what it is; without their word it only becomes worse.
        ("POLLUTION", "S2", "PAYSLIP_CONTRACT", None, "S2"),
        ("POLLUTION", "S2", "PAYSLIP_CONTRACT", "S4", "S4"),
        ("PAYSLIP_CONTRACT", "S4", "POLLUTION", None, "S2"),
        ("PAYSLIP_CONTRACT", "S4", "POLLUTION", "S1", "S1"),
        # What becomes protected is never milder than anything that was said.
        ("WAGES", "S1", "CORRUPTION", "S3", "S1"),
        ("WAGES", "S3", "CORRUPTION", "S1", "S1"),
        ("WAGES", "S3", "CORRUPTION", "S4", "S2"),
        ("WAGES", "S3", "CORRUPTION", None, "S2"),
        # What is protected already is as severe as the person says.
        ("SGBV", "S1", "CORRUPTION", "S3", "S3"),
        ("CORRUPTION", "S2", "SGBV", None, "S1"),
    ],
)
def test_the_severity_falls_only_when_the_person_says_so_and_never_into_protection(
    category: str,
    before: Severity,
    told_category: str,
    told_severity: Severity | None,
    after: Severity,
) -> None:
    route = first(category=category).model_copy(update={"severity": before})
    assert again(route, category=told_category, severity=told_severity).severity == after


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
    why = "protection levée ou gravité abaissée par deux personnes"
    assert let_go(first(category="SGBV"), "WAGES", "S3") == rightly(
        first(category="WAGES"),
        RuleHit(rule="released", why=why),
        category="SGBV → WAGES",
        severity="S1 → S3",
    )


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
