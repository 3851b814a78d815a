"""Each rule about the policy as a whole is broken once, and the mistake is named with its place."""

from dataclasses import replace
from typing import Any

import pytest

from deploy.policy_diff.compare import check_whole, rulebook_of
from deploy.policy_diff.states import edges
from deploy.policy_diff.whole import (
    audience_mistakes,
    date_mistakes,
    end_mistakes,
    ladder_mistakes,
    unattended_mistakes,
)
from services.ledger.stages import RUNNING, Stages
from services.notify.audience import Audiences
from shared.policy_bundle import PolicyError
from tests.support.policies import with_body
from tests.unit.policy_diff.folders import bundle

SHIPPED = bundle()
BOOK = rulebook_of(SHIPPED)


def test_the_shipped_policy_holds_as_a_whole() -> None:
    check_whole(SHIPPED)


def test_a_state_that_never_ends_is_a_mistake() -> None:
    """Only withdrawing leads out of it: that is no end that a case may depend on."""
    ways = [
        edge
        for edge in edges(BOOK.ledger)
        if edge.source != "verified" or edge.gives_up or edge.target == "verified"
    ]
    assert any(edge.source == "verified" and edge.target == "closed" for edge in ways)
    told = [what for _, _, what in end_mistakes(ways)]
    assert told == [
        "a case that is 'verified' can never come to 'closed', except by being withdrawn"
    ]


def test_a_state_without_a_clock_is_a_mistake() -> None:
    told = list(date_mistakes(BOOK.ledger, {**RUNNING, "agreed": ()}))
    assert told == [("stages.yaml", ("stages",), "no date runs while a case is 'agreed'")]


def _stages(**changed: Any) -> Stages:
    return BOOK.ledger.stages.model_copy(update=changed)


def test_a_stage_without_a_rule_is_a_mistake() -> None:
    rules = {name: rule for name, rule in BOOK.ledger.stages.stages.items() if name != "verify"}
    told = list(date_mistakes(replace(BOOK.ledger, stages=_stages(stages=rules)), RUNNING))
    assert {place for _, place, _ in told} == {("stages", "verify")}
    assert "no time for the stage 'verify'" in told[0][2]


def test_a_stage_without_a_time_for_a_severity_is_a_mistake() -> None:
    rules = BOOK.ledger.stages.stages
    rule = rules["answer"]
    without = rule.model_copy(update={"time": rule.time.model_copy(update={"S2": None})})
    stages = _stages(stages={**rules, "answer": without})
    told = list(date_mistakes(replace(BOOK.ledger, stages=stages), RUNNING))
    assert {place for _, place, _ in told} == {("stages", "answer")}
    assert all("no time for S2 with" in what for _, _, what in told)


def test_a_renewal_that_shrinks_is_a_mistake() -> None:
    with pytest.raises(PolicyError, match=r"stages\.yaml:\d+: renewal\.S1: 'most' is less"):
        check_whole(
            bundle(("stages.yaml", "S1: {first: 1 h, most: 24 h}", "S1: {first: 2 d, most: 24 h}"))
        )


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "taxonomy.yaml",
            "[syndicate, company, authority:mines, central]",
            "[syndicate, company, cooperative]",
            r"taxonomy\.yaml:\d+: categories\.LAND_EVICTION\.ladder: "
            r"nobody at site-demo-2 can hold a case on the last step, 'cooperative'",
        ),
        (
            "routing.yaml",
            "triage_ladder: [triage, protection, protection-national]",
            "triage_ladder: [triage, protection]",
            r"routing\.yaml:\d+: triage_ladder: nobody at an unknown site can hold",
        ),
    ],
)
def test_a_ladder_that_ends_at_nobody_is_a_mistake(
    file: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(PolicyError, match=told):
        check_whole(bundle((file, old, new)))


def test_the_body_at_the_end_must_be_able_to_hold() -> None:
    """Closed, or with nobody who reads its mail, it is nobody."""
    for changed in ({"open": False}, {"emails": ()}):
        policy = BOOK.routing
        for name, body in BOOK.routing.organisations.organisations.items():
            if "central" in body.functions:
                policy = with_body(policy, name, **changed)
        told = [place for _, place, _ in ladder_mistakes(policy)]
        assert ("categories", "LAND_EVICTION", "ladder") in told
    assert not list(ladder_mistakes(BOOK.routing))


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"events": {"case.opend": ()}}, ("events", "case.opend")),
        ({"at_once": ("S1", "S5")}, ("at_once", 1)),
        ({"quiet_exempt": ("s1",)}, ("quiet_exempt", 0)),
        ({"alone": ("S0",)}, ("alone", 0)),
    ],
)
def test_notices_of_nothing_are_a_mistake(changed: dict[str, Any], place: tuple[Any, ...]) -> None:
    table = SHIPPED.get(Audiences)
    assert [at for _, at, _ in audience_mistakes(table.model_copy(update=changed))] == [place]


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("company", "nobody", "must be in organisations.yaml"),
        ("company", "police-demo", "must be in organisations.yaml"),
        ("protection", "autorite-centrale-demo", "is no protection"),
    ],
)
def test_silence_is_told_to_somebody_who_reads_it_and_may(kind: str, name: str, said: str) -> None:
    unattended = BOOK.ledger.stages.unattended
    assert unattended is not None
    tell: dict[Any, str] = {**unattended.tell}
    tell[kind] = name
    stages = _stages(unattended=unattended.model_copy(update={"tell": tell}))
    [(_, place, what)] = unattended_mistakes(replace(BOOK.ledger, stages=stages))
    assert place == ("unattended", "tell", kind)
    assert said in what
