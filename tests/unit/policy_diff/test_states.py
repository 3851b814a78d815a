"""The picture of the states is what the code does, and the ledger's README shows it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.policy_diff.compare import rulebook_of
from deploy.policy_diff.pages import put_into
from deploy.policy_diff.states import FACTS, dead_ends, edges, picture
from services.ledger.commands import COMMANDS
from services.ledger.decisions import POSSIBLE
from tests.unit.policy_diff.folders import bundle

RULES = rulebook_of(bundle()).ledger
README = Path(__file__).parents[3] / "services" / "ledger" / "README.md"


def ways() -> set[tuple[str, str, str]]:
    """Return the ways as source, target and label."""
    return {(edge.source, edge.target, edge.label) for edge in edges(RULES)}


def test_every_command_is_drawn_from_every_state_that_allows_it() -> None:
    """A new command needs a row in `FACTS`."""
    assert FACTS.keys() == COMMANDS.keys()
    drawn = {(edge.source, edge.label) for edge in edges(RULES) if edge.act == "command"}
    assert drawn == {(state, name) for state, names in POSSIBLE.items() for name in names}


@pytest.mark.parametrize(
    "way",
    [
        ("received", "routed", "routed"),
        ("routed", "acknowledged", "acknowledge"),
        ("in_inquiry", "routed", "escalate"),
        ("remedy_proposed", "agreed", "agreed"),
        ("remedy_proposed", "in_inquiry", "not agreed"),
        ("waiting_for_complainant", "acknowledged", "message received"),
        ("waiting_for_complainant", "in_inquiry", "message received"),
        ("remedy_delivered", "verified", "verify-delivery"),
        ("agreed", "routed", "date missed"),
        ("closed", "routed", "appeal lodged"),
        ("agreed", "closed", "grievance withdrawn"),
    ],
)
def test_a_way_of_the_domain_rules_is_found(way: tuple[str, str, str]) -> None:
    assert way in ways()


def test_no_way_is_found_that_the_code_refuses() -> None:
    found = {(source, target) for source, target, _ in ways()}
    assert ("routed", "remedy_proposed") not in found
    assert ("routed", "verified") not in found
    assert {source for source, target in found if target == "received"} == set()


def test_what_a_missed_date_does_comes_from_the_policy() -> None:
    rules = RULES.stages.stages
    renewing = {
        name: rule.model_copy(update={"on_missed": "renew"}) for name, rule in rules.items()
    }
    stages = RULES.stages.model_copy(update={"stages": renewing})
    assert any(edge.act == "missed" for edge in edges(RULES))
    assert not any(edge.act == "missed" for edge in edges(replace(RULES, stages=stages)))


def test_no_state_is_a_dead_end() -> None:
    assert dead_ends(edges(RULES)) == []


def test_the_picture_is_mermaid() -> None:
    drawn = picture(edges(RULES))
    assert drawn.startswith("stateDiagram-v2\n    [*] --> received\n")
    assert drawn.endswith("    closed --> [*]\n")
    line = re.compile(r"    (\[\*\]|[a-z_]+) --> (\[\*\]|[a-z_]+)(: [a-z -]+(, [a-z -]+)*)?")
    assert all(line.fullmatch(one) for one in drawn.splitlines()[1:])


def test_the_readme_shows_the_picture_of_today() -> None:
    """Not up to date? `recours policy states --into services/ledger/README.md`."""
    text = README.read_text("utf-8")
    assert put_into(text, "states", f"```mermaid\n{picture(edges(RULES))}```\n") == text


def test_a_text_without_the_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        put_into("# ledger", "states", "x")
