"""Whatever the ledger refuses is said at the desk in French and English, without codes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ledger.web.forms import FORMS
from services.ledger.web.refusals import SAID, in_words, told
from shared.errors import Conflict, Invalid

LEDGER = Path(__file__).resolve().parents[3] / "services" / "ledger"
#: The modules that decide about commands.
DECIDING = (
    "aftercare",
    "decisions",
    "endings",
    "handlers",
    "linking",
    "people",
    "questions",
    "related",
    "remedies",
    "safety",
    "statement",
    "triage",
    "accounts/credentials",
    "accounts/identity",
    "accounts/manage",
    "accounts/openid_rules",
    "accounts/permits",
    "accounts/records",
    "accounts/register_rules",
    "accounts/rules",
)
#: What the desk never leads to: its pages send a key of their own, and that is said by its twin.
ELSEWHERE = {"was used before for another request"}


def sentences() -> Iterator[tuple[str, str]]:
    """Yield each sentence that a refusal of a command begins with, {} for what is filled in."""
    for name in DECIDING:
        for node in ast.walk(ast.parse((LEDGER / f"{name}.py").read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"Conflict": 0, "wrong": 1, "_wrong": 1}.get(node.func.id)
                if place is not None and len(node.args) > place:
                    yield name, _said(node.args[place])
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
                yield name, _said(node.value)


def _said(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return str(node.value) if isinstance(node, ast.Constant) else ""


def test_there_are_sentences_to_look_at() -> None:
    assert len([said for _, said in sentences() if said]) > 30


@pytest.mark.parametrize("said", sorted({said for _, said in sentences() if said} - ELSEWHERE))
def test_every_refusal_of_a_command_has_its_words(said: str) -> None:
    assert said in SAID


def test_no_words_are_kept_for_what_nobody_says() -> None:
    # The last is said by the library that reads a body.
    others = {"This Idempotency-Key {}", "Input should be a valid integer"}
    assert set(SAID) - {said for _, said in sentences()} == others


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("said", SAID)
def test_the_words_fill_in_what_was_said_and_show_no_code(said: str, place: int) -> None:
    detail = said.replace("{}", "7_8")
    words = in_words(detail, place)
    assert words
    assert "'" not in words
    assert "{" not in words


def test_a_state_or_command_is_never_shown_by_its_code() -> None:
    words = in_words("'close' is not possible while the case is 'remedy_proposed'", 0)
    assert words is not None
    assert "remedy" not in words
    until = in_words("'appeal' was possible until 2026-12-03. A new grievance.", 0)
    assert until is not None
    assert until.startswith("C’était possible jusqu’au jeudi 3 décembre 2026. ")


def test_a_field_is_named_as_on_the_form_and_linked_to() -> None:
    error = Invalid(
        "x",
        errors=[
            {"field": "items.1.amount", "reason": "is needed for a compensation"},
            {"field": "text", "reason": "String should have at least 1 character"},
        ],
    )
    sentence, rows = told(error, FORMS["propose-remedy"], 0)
    assert sentence == "Vérifiez ce qui est marqué."
    assert [row["anchor"] for row in rows] == ["item2_amount", "text"]
    assert rows[0]["name"] == "Éléments"
    assert rows[0]["reason"] == "écrivez le montant de la compensation"
    assert rows[1]["reason"] == "à compléter ou à corriger"


def test_what_has_no_words_says_what_to_do_all_the_same() -> None:
    sentence, rows = told(Conflict("Something of tomorrow"), FORMS["acknowledge"], 0)
    assert (sentence.startswith("Ce n’est pas possible maintenant."), rows) == (True, [])
