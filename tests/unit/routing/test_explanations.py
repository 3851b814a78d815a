"""What the trace of a decision tells its reader, rule by rule, and who speaks for the complainant.

The words are what `recours explain` shows to the people who answer for a decision.
"""

from dataclasses import replace
from typing import Any

import pytest

from services.routing.policy import Policy, decide, next_step
from shared.events.codes import Severity
from shared.events.routing import GrievanceRouted, RouteReason, RuleHit
from tests.support.submissions import policy, submission
from tests.unit.routing.test_edges import changed

SYNDICATE = "Syndicat des mineurs (démonstration)"
PROTECTION = "Point focal protection (démonstration)"
ELSEWHERE = {"kind": "authority", "sites": ["site-demo-2"], "emails": ["a@ailleurs.example"]}


def with_category(code: str, **change: Any) -> Policy:
    """Return the shipped policy with one category changed."""
    taxonomy = policy().taxonomy
    category = taxonomy.categories[code].model_copy(update=change)
    categories = {**taxonomy.categories, code: category}
    return replace(policy(), taxonomy=taxonomy.model_copy(update={"categories": categories}))


def trace(route: GrievanceRouted) -> dict[str, str]:
    """Return rule → reason, in the order of the decision."""
    assert len({hit.rule for hit in route.rules}) == len(route.rules)
    return {hit.rule: hit.why for hit in route.rules}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"category": "WAGES"},
            {
                "category.WAGES": "Salaires impayés, retenues",
                "ladder.syndicate": f"confié à {SYNDICATE} (échelon 1)",
            },
        ),
        (
            {"category": "SGBV", "danger": True, "danger_signs": ("force",)},
            {
                "protected.SGBV": "catégorie protégée",
                "sign.force": ("violence ou usage de la force signalés : gravité au moins S2"),
                "danger-answer": "danger immédiat signalé : gravité au moins S1",
                "protected": "voie protégée : seul le point focal protection",
                "ladder.protection": f"confié à {PROTECTION} (échelon 1)",
            },
        ),
        (
            {"category": "ACCIDENT_OHS", "danger_signs": ("death",)},
            {
                "sign.death": "décès signalé : gravité au moins S1",
                "category.ACCIDENT_OHS": "Accident, sécurité du chantier",
                "authority-first": "à confier d'abord à une autorité, pas à la société",
                "ladder.authority:labour": (
                    "confié à Inspection du travail (démonstration) (échelon 2)"
                ),
            },
        ),
        (
            {"category": "WAGES", "accused": ["police-demo", "societe-demo"]},
            {
                "named.security_force": "force ou groupe armé mis en cause",
                "recusal": (
                    "mis en cause, donc écartés : Police et gendarmerie (démonstration), "
                    "Société minière (démonstration)"
                ),
                "protected": "voie protégée : seul le point focal protection",
                "ladder.protection": f"confié à {PROTECTION} (échelon 1)",
            },
        ),
        (
            {"category": None},
            {
                "triage": "à trier : catégorie inconnue",
                "ladder.triage": f"confié à {SYNDICATE} (échelon 1)",
            },
        ),
        (
            {"category": "OTHER"},
            {
                "triage": "à trier : catégorie à préciser",
                "ladder.triage": f"confié à {SYNDICATE} (échelon 1)",
            },
        ),
        (
            {"category": "WAGES", "site": None},
            {
                "triage": "à trier : site inconnu",
                "ladder.triage": f"confié à {SYNDICATE} (échelon 1)",
            },
        ),
    ],
)
def test_a_decision_says_which_rules_led_to_it(
    fields: dict[str, Any], expected: dict[str, str]
) -> None:
    assert list(trace(decide(submission(**fields), policy())).items()) == list(expected.items())


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("deadline-missed", "échéance dépassée"),
        ("escalation-requested", "passage au niveau suivant demandé"),
        ("appealed", "recours demandé"),
    ],
)
def test_a_step_up_says_why_and_to_whom(reason: RouteReason, why: str) -> None:
    route = next_step(decide(submission(category="SURFACE_TAX"), policy()), reason, policy())
    assert (route.reason, route.responder, route.level) == (reason, "authority", 1)
    assert trace(route) == {
        f"escalation.{reason}": why,
        "ladder.central": "confié à Autorité centrale (démonstration) (échelon 2)",
    }


def test_at_the_end_of_the_ladder_the_trace_says_that_the_holder_stays() -> None:
    top = next_step(decide(submission(category="SURFACE_TAX"), policy()), "appealed", policy())
    still = next_step(top, "deadline-missed", policy())
    assert (still.holder, still.responder, still.level) == (top.holder, "authority", 1)
    assert trace(still) == {
        "escalation.deadline-missed": "échéance dépassée",
        "ladder.end": "plus personne au-dessus : même responsable",
    }


def test_nobody_decides_on_an_appeal_against_themselves() -> None:
    """At the end of the ladder it goes to the last resort of the policy, and stays there."""
    top = next_step(decide(submission(category="SURFACE_TAX"), policy()), "appealed", policy())
    assert (top.holder, top.ladder_end, top.final) == ("autorite-centrale-demo", True, False)
    heard = next_step(top, "appealed", policy())
    assert (heard.holder, heard.responder, heard.level) == ("mediation-demo", "protection", 3)
    assert (heard.lane, heard.ladder_end, heard.final) == ("open", True, True)
    assert trace(heard) == {
        "escalation.appealed": "recours demandé",
        "appeal.independent": (
            "dernier échelon : le recours va à Médiation indépendante (démonstration)"
        ),
    }
    late = next_step(heard, "deadline-missed", policy())
    assert (late.holder, late.level, late.final) == ("mediation-demo", 3, True)
    once_more = next_step(heard, "appealed", policy())
    assert (once_more.holder, once_more.level) == ("mediation-demo", 3)
    assert trace(once_more) == {
        "escalation.appealed": "recours demandé",
        "ladder.end": "plus personne au-dessus : même responsable",
    }


def test_nobody_is_left_to_appeal_to_where_the_last_resort_is_accused_or_closed() -> None:
    first = decide(submission(category="SURFACE_TAX"), policy())
    top = next_step(first, "appealed", policy(), ["mediation-demo"])
    assert (top.holder, top.final) == ("autorite-centrale-demo", True)
    assert next_step(top, "appealed", policy()).holder == "autorite-centrale-demo"
    closed = changed(mediation_demo={"open": False})
    assert next_step(first, "appealed", closed).final
    assert not first.final


def test_whoever_is_accused_on_the_way_up_stays_accused() -> None:
    first = decide(submission(category="LAND_CROP_DAMAGE", accused=["societe-demo"]), policy())
    moved = next_step(first, "deadline-missed", policy(), ["commune-demo", "nobody"])
    assert moved.accused == ("commune-demo", "societe-demo")


def test_a_step_up_changes_the_holder_and_what_follows_from_it() -> None:
    first = decide(submission(category="WAGES"), policy())
    before = first.model_copy(update={"ladder_end": True, "final": True})
    today = replace(policy(), version="p-000000000000")
    assert next_step(before, "deadline-missed", today, ["commune-demo"]) == first.model_copy(
        update={
            "reason": "deadline-missed",
            "level": 1,
            "responder": "company",
            "holder": "societe-demo",
            "accused": ("commune-demo",),
            "ladder_end": False,
            "final": False,
            "rules": (
                RuleHit(rule="escalation.deadline-missed", why="échéance dépassée"),
                RuleHit(
                    rule="ladder.company",
                    why="confié à Société minière (démonstration) (échelon 2)",
                ),
            ),
            "policy_version": "p-000000000000",
        }
    )


@pytest.mark.parametrize(
    ("fields", "advocate"),
    [
        ({}, "syndicat-demo"),
        ({"site": "site-demo-2"}, "syndicat-demo-2"),
        ({"site": "site-demo-2", "representative": "syndicat-demo"}, "syndicat-demo"),
        ({"site": None, "representative": "syndicat-demo-2"}, "syndicat-demo-2"),
        ({"site": None}, None),
        ({"representative": "societe-demo"}, "syndicat-demo"),
        ({"representative": "nobody"}, "syndicat-demo"),
        ({"accused": ["syndicat-demo"]}, None),
        ({"accused": ["syndicat-demo"], "representative": "syndicat-demo-2"}, "syndicat-demo-2"),
        ({"danger": True}, None),
    ],
)
def test_the_complainants_syndicate_speaks_for_them_or_else_the_sites(
    fields: dict[str, Any], advocate: str | None
) -> None:
    route = decide(submission(**{"category": "LAND_CROP_DAMAGE", **fields}), policy())
    assert route.advocate == advocate


def test_where_the_site_is_unknown_no_syndicate_is_chosen_for_the_complainant() -> None:
    everywhere = changed(
        syndicat_national={"kind": "syndicate", "national": True, "emails": ["s@n.example"]}
    )
    assert decide(submission(category="WAGES", site=None), everywhere).advocate is None


def test_a_closed_syndicate_speaks_for_nobody() -> None:
    closed = changed(syndicat_demo={"open": False})
    assert decide(submission(category="LAND_CROP_DAMAGE"), closed).advocate is None


def test_the_advocate_stays_on_the_way_up_until_accused() -> None:
    route = decide(submission(category="LAND_CROP_DAMAGE"), policy())
    route = next_step(route, "deadline-missed", policy())
    assert route.advocate == "syndicat-demo"
    route = next_step(route, "deadline-missed", policy(), ["syndicat-demo"])
    assert route.advocate is None


@pytest.mark.parametrize("category", ["LAND_CROP_DAMAGE", "COOP_GOV"])
def test_kinds_are_recused_at_the_site_of_the_grievance_only(category: str) -> None:
    policed = changed(
        mairie_ailleurs=ELSEWHERE,
        cooperative_ailleurs={**ELSEWHERE, "kind": "cooperative"},
    )
    route = decide(submission(category=category, accused=["kind:authority"]), policed)
    assert "commune-demo" in route.accused
    assert not {"mairie-ailleurs", "cooperative-ailleurs"} & set(route.accused)


def test_several_accused_are_recused_together() -> None:
    given = submission(
        category="LAND_CROP_DAMAGE", accused=["societe-demo", "kind:cooperative", "kind:syndicate"]
    )
    route = decide(given, policy())
    assert route.accused == ("cooperative-demo", "societe-demo", "syndicat-demo")


@pytest.mark.parametrize(
    ("category", "sign", "severity"),
    [
        ("SGBV", "force", "S1"),
        ("LAND_CROP_DAMAGE", "force", "S2"),
        ("LAND_EVICTION", "force", "S1"),
        (None, "force", "S2"),
        ("LAND_CROP_DAMAGE", "illness", "S2"),
        ("ACCIDENT_OHS", "illness", "S2"),
    ],
)
def test_a_sign_makes_a_case_more_severe_and_never_less(
    category: str | None, sign: str, severity: Severity
) -> None:
    route = decide(submission(category=category, danger_signs=(sign,)), policy())
    assert route.severity == severity


def test_what_a_category_raises_never_weakens_the_sign_itself() -> None:
    weaker = with_category("LAND_EVICTION", severity="S4", raises={"force": "S4"})
    route = decide(submission(category="LAND_EVICTION", danger_signs=("force",)), weaker)
    assert route.severity == "S2"


def test_a_body_appointed_at_the_first_step_relieves_the_last_resort_there() -> None:
    everybody = [name for name in policy().organisations.organisations if name != "mediation-demo"]
    route = decide(submission(category="SGBV", accused=everybody), policy())
    appointed = changed(
        protection_neuve={
            "kind": "protection",
            "sites": ["doungoubou-demo"],
            "emails": ["p@neuve.example"],
        }
    )
    moved = next_step(route, "deadline-missed", appointed)
    assert (moved.holder, moved.level) == ("protection-neuve", 0)


def test_nobody_stands_above_a_holder_who_is_the_next_step_too() -> None:
    """The company answers as respondent; a step further up that means it again is no way up."""
    steps = dict(policy().responders.steps)
    steps["central"] = steps["company"]
    rules = replace(policy(), responders=policy().responders.model_copy(update={"steps": steps}))
    route = decide(submission(category="LAND_CROP_DAMAGE", accused=["commune-demo"]), rules)
    assert (route.holder, route.ladder_end) == ("societe-demo", True)


def test_a_site_that_left_the_directory_sends_the_next_step_to_triage() -> None:
    """The categories' own ladder needs a known site, at the first decision and at every later."""
    first = decide(submission(category="SURFACE_TAX"), policy())
    left = policy().sites.model_copy(
        update={"sites": {"site-demo-2": policy().sites.sites["site-demo-2"]}}
    )
    moved = next_step(first, "deadline-missed", replace(policy(), sites=left))
    assert moved.responder == "protection"


def test_what_is_to_be_sorted_climbs_the_ladder_of_triage() -> None:
    """Also where a category to sort out has a ladder of its own."""
    rules = with_category("OTHER", ladder=("company", "central"))
    route = decide(submission(category="OTHER"), rules)
    assert (route.holder, route.responder) == ("syndicat-demo", "triage")
    moved = next_step(route, "deadline-missed", rules)
    assert (moved.holder, moved.responder) == ("protection-demo", "protection")


def test_a_death_without_any_authority_on_the_ladder_begins_at_its_first_step() -> None:
    rules = with_category("ACCIDENT_OHS", ladder=("syndicate", "company"))
    route = decide(submission(category="ACCIDENT_OHS", danger_signs=("death",)), rules)
    assert (route.level, route.holder) == (0, "syndicat-demo")
