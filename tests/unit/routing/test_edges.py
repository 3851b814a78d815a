"""Who must not hold a case in the less usual places: other companies, unknown sites, new bodies."""

from dataclasses import replace
from typing import Any

import pytest

from services.routing.policy import Policy, decide, next_step
from shared.directory import Organisation, Organisations
from tests.support.submissions import policy, submission


def changed(**bodies: dict[str, Any] | None) -> Policy:
    """Return the shipped policy with organisations added, changed or (None) taken out.

    A name is written with `_` for `-`.
    """
    known = dict(policy().organisations.organisations)
    for name, change in bodies.items():
        key = name.replace("_", "-")
        if change is None:
            known.pop(key)
        else:
            old = known[key].model_dump() if key in known else {"name": key}
            known[key] = Organisation.model_validate(old | change)
    return replace(policy(), organisations=Organisations(organisations=known))


SECOND_COMPANY = {
    "kind": "company",
    "sites": ["doungoubou-demo"],
    "emails": ["rse@autre.example"],
}


def test_another_company_never_gets_the_ticket_of_the_one_complained_about() -> None:
    two = changed(autre_societe=SECOND_COMPANY)
    named = submission(
        category="LAND_CROP_DAMAGE", organisation="societe-demo", accused=["societe-demo"]
    )
    assert decide(named, two).holder == "commune-demo"


def test_a_company_step_is_skipped_when_several_companies_could_be_meant() -> None:
    two = changed(autre_societe=SECOND_COMPANY)
    assert decide(submission(category="LAND_CROP_DAMAGE"), two).holder == "commune-demo"
    named = submission(category="LAND_CROP_DAMAGE", organisation="autre-societe")
    assert decide(named, two).holder == "autre-societe"


def test_a_company_gets_no_ticket_about_an_authority() -> None:
    route = decide(submission(category="INFO_CONSENT", organisation="commune-demo"), policy())
    assert route.holder == "mines-regionales-demo"


def test_a_cooperative_complained_about_answers_where_a_company_would() -> None:
    route = decide(submission(category="ACCIDENT_OHS", organisation="cooperative-demo"), policy())
    assert (route.holder, route.responder) == ("cooperative-demo", "company")


def test_the_same_body_is_not_asked_twice_on_the_way_up() -> None:
    route = decide(submission(category="BUYING_PRICE", organisation="cooperative-demo"), policy())
    holders = [route.holder]
    while not route.ladder_end:
        route = next_step(route, "deadline-missed", policy())
        holders.append(route.holder)
    assert holders == [
        "syndicat-demo",
        "cooperative-demo",
        "mines-regionales-demo",
        "autorite-centrale-demo",
    ]


def test_an_accused_kind_recuses_everywhere_when_the_site_is_unknown() -> None:
    route = decide(submission(category=None, site=None, accused=["kind:syndicate"]), policy())
    assert route.holder == "protection-nationale-demo"
    assert "syndicat-demo" in route.accused


def test_triage_accused_syndicate_does_not_use_the_syndicates_queue() -> None:
    route = decide(submission(category=None, accused=["syndicat-demo"]), policy())
    assert (route.responder, route.holder) == ("protection", "protection-demo")


@pytest.mark.parametrize("change", [None, {"open": False}, {"emails": []}])
def test_triage_has_a_default_where_the_site_has_no_working_syndicate(
    change: dict[str, Any] | None,
) -> None:
    without = changed(syndicat_demo_2=change)
    route = decide(submission(category=None, site="site-demo-2"), without)
    assert (route.responder, route.holder) == ("triage", "syndicat-demo")


@pytest.mark.parametrize("category", ["COOP_GOV", "MECHANISM", "INDIGENOUS"])
def test_what_belongs_to_protection_first_is_not_sorted_by_a_syndicate(category: str) -> None:
    route = decide(submission(category=category, site=None), policy())
    assert (route.responder, route.holder) == ("protection", "protection-nationale-demo")


def test_the_running_of_a_syndicate_is_hidden_from_the_syndicate() -> None:
    route = decide(submission(category="COOP_GOV", representative="syndicat-demo"), policy())
    assert route.advocate is None
    assert "syndicat-demo" in route.accused


def test_a_category_is_known_however_it_is_written() -> None:
    route = decide(submission(category=" other "), policy())
    assert (route.category, route.responder, route.severity) == ("OTHER", "triage", "S4")


def test_codes_that_the_directory_does_not_know_are_not_passed_on() -> None:
    text = "Jean Exemple 70000000"
    route = decide(
        submission(category=text, site=text, organisation=text, accused=[text]), policy()
    )
    assert text not in route.model_dump_json()


def test_a_holder_that_closed_meanwhile_does_not_keep_the_case() -> None:
    route = decide(submission(category="SURFACE_TAX", accused=["mines-regionales-demo"]), policy())
    assert (route.holder, route.ladder_end) == ("autorite-centrale-demo", True)
    closed = changed(autorite_centrale_demo={"open": False})
    assert next_step(route, "deadline-missed", closed).holder == "mediation-demo"


def test_a_body_appointed_later_relieves_the_last_resort() -> None:
    everybody = [name for name in policy().organisations.organisations if name != "mediation-demo"]
    route = decide(submission(category="SGBV", accused=everybody), policy())
    assert (route.holder, route.ladder_end) == ("mediation-demo", True)
    appointed = changed(
        protection_neuve={"kind": "protection", "national": True, "emails": ["p@neuve.example"]}
    )
    moved = next_step(route, "deadline-missed", appointed)
    assert (moved.holder, moved.lane) == ("protection-neuve", "protected")
    assert next_step(route, "appealed", appointed).holder == "mediation-demo"


def test_where_all_are_accused_somebody_holds_and_the_trace_says_that_nobody_may_see() -> None:
    everybody = list(policy().organisations.organisations)
    route = decide(submission(category="SGBV", accused=everybody), policy())
    assert (route.holder, route.responder) == ("mediation-demo", "protection")
    assert route.holder in route.accused
    assert any(hit.rule == "last-resort.accused" for hit in route.rules)


def test_a_death_at_work_goes_to_the_labour_inspectorate_at_once() -> None:
    route = decide(submission(category="ACCIDENT_OHS", danger_signs=("death",)), policy())
    assert (route.lane, route.severity, route.holder) == ("open", "S1", "inspection-travail-demo")


@pytest.mark.parametrize("category", [None, "OTHER", "LAND_EVICTION", "PASTORAL"])
def test_a_death_that_no_accident_explains_is_protected(category: str | None) -> None:
    route = decide(submission(category=category, danger_signs=("death",)), policy())
    assert (route.lane, route.severity, route.responder) == ("protected", "S1", "protection")


@pytest.mark.parametrize(
    ("category", "severity"), [("LAND_EVICTION", "S1"), ("DISCRIMINATION", "S2")]
)
def test_force_makes_an_eviction_critical_and_discrimination_high(
    category: str, severity: str
) -> None:
    route = decide(submission(category=category, danger_signs=("force",)), policy())
    assert (route.severity, route.lane) == (severity, "open")


def test_the_trace_says_who_was_skipped_and_why() -> None:
    route = decide(submission(category="LAND_CROP_DAMAGE", accused=["societe-demo"]), policy())
    skipped = [hit.why for hit in route.rules if hit.rule == "skipped.company"]
    assert skipped == [
        "Société minière (démonstration) : mise en cause, ne peut pas tenir le dossier"
    ]


def test_the_rules_of_the_case_stay_while_the_directory_is_todays() -> None:
    route = decide(submission(category="WAGES"), policy())
    taxonomy = policy().taxonomy
    wages = taxonomy.categories["WAGES"].model_copy(update={"ladder": ("syndicate", "central")})
    newer = replace(
        changed(societe_demo={"open": False}),
        version="p-000000000000",
        taxonomy=taxonomy.model_copy(
            update={"categories": {**taxonomy.categories, "WAGES": wages}}
        ),
    )
    moved = next_step(route, "deadline-missed", policy().with_directory_of(newer))
    assert moved.holder == "inspection-travail-demo"
    assert moved.policy_version == policy().version
