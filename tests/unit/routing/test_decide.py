"""The routing decision: one row per category, and every rule of immediate risk and recusal."""

import pytest

from services.routing.policy import decide, next_step
from tests.support.submissions import policy, submission

CATEGORIES = [
    ("LAND_EVICTION", "syndicat-demo", "syndicate", "S2", "open"),
    ("LAND_CROP_DAMAGE", "societe-demo", "company", "S3", "open"),
    ("COMPENSATION", "societe-demo", "company", "S3", "open"),
    ("WATER_ACCESS", "societe-demo", "company", "S2", "open"),
    ("POLLUTION", "societe-demo", "company", "S2", "open"),
    ("SITE_REHAB", "societe-demo", "company", "S3", "open"),
    ("ACCIDENT_OHS", "societe-demo", "company", "S2", "open"),
    ("HEALTH_CARE", "societe-demo", "company", "S2", "open"),
    ("WAGES", "syndicat-demo", "syndicate", "S3", "open"),
    ("BUYING_PRICE", "syndicat-demo", "syndicate", "S3", "open"),
    ("PAYSLIP_CONTRACT", "syndicat-demo", "syndicate", "S4", "open"),
    ("PRO_CARD", "syndicat-demo", "syndicate", "S4", "open"),
    ("SOCIAL_SECURITY", "syndicat-demo", "syndicate", "S3", "open"),
    ("SURFACE_TAX", "mines-regionales-demo", "authority", "S3", "open"),
    ("ILLEGAL_TAX", "protection-demo", "protection", "S2", "protected"),
    ("CORRUPTION", "protection-demo", "protection", "S2", "protected"),
    ("CONCESSION", "syndicat-demo", "syndicate", "S3", "open"),
    ("SOCIAL_PROMISES", "societe-demo", "company", "S4", "open"),
    ("INFO_CONSENT", "societe-demo", "company", "S4", "open"),
    ("INDIGENOUS", "protection-demo", "protection", "S2", "open"),
    ("PASTORAL", "syndicat-demo", "syndicate", "S3", "open"),
    ("SECURITY_FORCE", "protection-demo", "protection", "S1", "protected"),
    ("ARMED_GROUP", "protection-demo", "protection", "S1", "protected"),
    ("SGBV", "protection-demo", "protection", "S1", "protected"),
    ("CHILD", "protection-demo", "protection", "S1", "protected"),
    ("FORCED_LABOUR", "protection-demo", "protection", "S1", "protected"),
    ("DISCRIMINATION", "syndicat-demo", "syndicate", "S3", "open"),
    ("UNION_RIGHTS", "syndicat-demo", "syndicate", "S2", "open"),
    ("RETALIATION", "protection-demo", "protection", "S1", "protected"),
    ("COOP_GOV", "protection-demo", "protection", "S3", "open"),
    ("MECHANISM", "protection-demo", "protection", "S3", "open"),
    ("OTHER", "syndicat-demo", "triage", "S4", "open"),
]


@pytest.mark.parametrize(("category", "holder", "queue", "severity", "lane"), CATEGORIES)
def test_every_category_has_its_first_holder(
    category: str, holder: str, queue: str, severity: str, lane: str
) -> None:
    route = decide(submission(category=category), policy())
    assert (route.holder, route.responder, route.severity, route.lane) == (
        holder,
        queue,
        severity,
        lane,
    )
    assert route.rules
    assert route.policy_version == policy().version


def test_the_table_above_is_the_whole_taxonomy() -> None:
    assert {row[0] for row in CATEGORIES} == set(policy().taxonomy.categories)


@pytest.mark.parametrize(
    "sign",
    [
        "life",
        "sexual_violence",
        "child",
        "forced_labour",
        "detention",
        "armed",
        "security_force",
        "reprisal",
    ],
)
def test_a_danger_sign_overrides_the_category(sign: str) -> None:
    route = decide(submission(category="PAYSLIP_CONTRACT", danger_signs=(sign,)), policy())
    assert (route.lane, route.severity, route.responder) == ("protected", "S1", "protection")
    assert route.advocate is None


def test_a_danger_answer_overrides_the_category() -> None:
    route = decide(submission(category="WAGES", danger=True), policy())
    assert (route.lane, route.severity) == ("protected", "S1")


def test_an_unknown_sign_of_a_newer_intake_changes_nothing() -> None:
    route = decide(submission(category="WAGES", danger_signs=("from-tomorrow",)), policy())
    assert (route.lane, route.severity) == ("open", "S3")


@pytest.mark.parametrize("field", ["organisation", "accused"])
def test_naming_the_police_by_any_field_takes_the_protected_lane(field: str) -> None:
    named = "police-demo" if field == "organisation" else ("police-demo",)
    route = decide(submission(category="WAGES", **{field: named}), policy())
    assert (route.lane, route.severity, route.responder) == ("protected", "S1", "protection")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": None}, "catégorie inconnue"),
        ({"category": "NO_SUCH_THING"}, "catégorie inconnue"),
        ({"category": "OTHER"}, "catégorie à préciser"),
        ({"category": "WAGES", "site": None}, "site inconnu"),
        ({"category": "WAGES", "site": "atlantis"}, "site inconnu"),
    ],
)
def test_what_is_unclear_goes_to_triage(change: dict[str, str | None], reason: str) -> None:
    route = decide(submission(**change), policy())
    assert (route.responder, route.holder, route.lane) == ("triage", "syndicat-demo", "open")
    assert any(reason in hit.why for hit in route.rules)


def test_triage_goes_to_protection_when_the_syndicate_is_accused() -> None:
    route = decide(submission(category=None, accused=["syndicat-demo"]), policy())
    assert (route.responder, route.holder) == ("protection", "protection-demo")
    assert route.advocate is None


def test_the_company_complained_about_answers_its_ticket_unless_accused() -> None:
    asked = decide(submission(category="LAND_CROP_DAMAGE", organisation="societe-demo"), policy())
    assert asked.holder == "societe-demo"
    accused = decide(submission(category="LAND_CROP_DAMAGE", accused=["societe-demo"]), policy())
    assert accused.holder == "commune-demo"
    assert accused.accused == ("societe-demo",)


def test_an_authority_complained_about_does_not_judge_itself() -> None:
    route = decide(
        submission(category="SURFACE_TAX", organisation="mines-regionales-demo"), policy()
    )
    assert route.holder == "autorite-centrale-demo"
    assert "mines-regionales-demo" in route.accused


def test_an_accused_kind_recuses_all_of_that_kind_at_the_site() -> None:
    route = decide(submission(category="LAND_CROP_DAMAGE", accused=["kind:authority"]), policy())
    assert {"commune-demo", "mines-regionales-demo"} <= set(route.accused)
    assert "autorite-centrale-demo" not in route.accused


def test_silence_goes_up_the_ladder_to_its_end_and_stays_there() -> None:
    route = decide(submission(category="WAGES"), policy())
    holders = [route.holder]
    for _ in range(5):
        route = next_step(route, "deadline-missed", policy())
        holders.append(route.holder)
    assert holders == [
        "syndicat-demo",
        "societe-demo",
        "inspection-travail-demo",
        "autorite-centrale-demo",
        "autorite-centrale-demo",
        "autorite-centrale-demo",
    ]
    assert route.ladder_end


def test_the_protected_lane_climbs_only_within_protection() -> None:
    route = decide(submission(category="SGBV"), policy())
    route = next_step(route, "deadline-missed", policy())
    assert (route.lane, route.responder, route.holder) == (
        "protected",
        "protection",
        "protection-nationale-demo",
    )
