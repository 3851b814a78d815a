"""What the tracking page says of each step, in plain words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake import timeline
from services.intake.consumers import status_document
from services.intake.timeline import step_text
from tests.unit.notify.cases import NAMES, event

DUE = datetime(2026, 12, 10, 22, 59, tzinfo=UTC)
ITEM = {"number": 1, "kind": "crop-compensation", "amount": 250_000, "due_at": DUE}


def said(language: str, **entry: Any) -> str:
    """Return the sentence of a proposal."""
    entry = {"type": "cf.recours.remedy.proposed.v1", "holder": "societe-demo", **entry}
    return step_text(entry, language, lambda _: "La société")


def test_the_items_of_a_proposal_stand_under_their_numbers() -> None:
    second = ITEM | {"number": 2, "kind": "drinking-water", "amount": None}
    assert said("fr", items=[ITEM, second]) == (
        "La société propose une réparation. Dites si vous êtes d’accord."
        " 1. Indemnisation des cultures : 250 000 FCFA, avant le jeudi 10 décembre 2026."
        " 2. Eau potable, avant le jeudi 10 décembre 2026."
    )
    assert "1. Compensation for crops: 250 000 FCFA, by" in said("en", items=[ITEM])
    assert said("fr").endswith("Dites si vous êtes d’accord.")


@pytest.mark.parametrize("language", ["fr", "en", "sg"])
@pytest.mark.parametrize("name", NAMES)
def test_every_step_that_is_told_has_its_words(name: str, language: str) -> None:
    [*steps] = status_document("g", [event(name)])["steps"].values()
    for step in steps:
        text = step_text(step, language, lambda _: "La société")
        assert text
        assert not set("{}") & set(text)


def test_complainants_hear_of_nothing_that_is_between_others() -> None:
    between = ("question.asked", "question.answered", "case.linked", "case.taken")
    kept_safe = ("safetyplan.recorded", "service.referred", "release.requested")
    for name in (*between, *kept_safe, "triage.corrected"):
        assert not timeline.told_to_complainant(f"cf.recours.{name}.v1")
