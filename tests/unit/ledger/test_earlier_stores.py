"""What a store kept from version 0.1.0: its events are read, sealed as they were, and go on."""

import json
from datetime import timedelta
from typing import Any

import pytest
import yaml

from services.ledger.chain import Entry, check
from services.ledger.domain import fold
from services.ledger.drafts import Draft
from services.ledger.stages import Stages
from shared.events import Event
from shared.events.envelope import parse
from tests.unit.ledger import cases
from tests.unit.ledger.cases import GID, RULES
from tests.unit.ledger.reckoning import DATA

LINES = (DATA / "case-0.1.0.jsonl").read_text().splitlines()


def stream() -> list[Event]:
    """Return the events of a case as version 0.1.0 published them."""
    return [parse(line.encode()) for line in LINES]


def stored(line: str) -> Entry:
    """Return an event as it stands in the store, which no newer program has touched."""
    told: dict[str, Any] = json.loads(line)
    return Entry(
        id=told["id"],
        subject=told["subject"],
        sequence=int(told["sequence"]),
        type=told["type"],
        time=told["time"],
        data=told["data"],
        cause=told["causationid"],
        chain=told["chain"],
    )


def test_the_case_is_what_it_was() -> None:
    case = fold(GID, stream())
    assert case.route is not None
    assert (case.state, case.route.holder, case.open) == ("routed", "commune-demo", True)
    assert case.sequence == len(LINES)
    assert case.next_clock is not None


def test_its_record_still_holds() -> None:
    assert check(GID, [stored(line) for line in LINES], len(LINES)) == []


@pytest.mark.parametrize("length", range(1, len(LINES) + 1))
def test_it_goes_on_from_wherever_it_stood(length: int) -> None:
    draft = Draft(GID, stream()[:length])
    last = draft.case.updated_at
    assert last is not None
    draft.fire(last + timedelta(days=100), RULES)
    draft.react(cases.withdrawn("later"), last + timedelta(days=101), RULES)
    assert not draft.case.open
    entries = [stored(line) for line in LINES[:length]]
    assert draft.new
    assert draft.new[0].sequence == len(entries) + 1


def test_its_policy_is_still_read_and_what_is_new_has_a_rule() -> None:
    text = (DATA / "stages-0.1.0.yaml").read_text()
    read = Stages.model_validate(yaml.safe_load(text))
    assert read.stages.keys() == RULES.stages.stages.keys()
    assert read.follow_up == ()
    assert read.unreachable == RULES.stages.unreachable
    assert read.remedy == RULES.stages.remedy
    assert read.question == RULES.stages.question
