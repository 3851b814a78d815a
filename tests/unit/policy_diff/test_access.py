"""The page of the table of sight is what the policy says, and its changes are told in words."""

import pytest

from deploy.policy_diff.access import table
from deploy.policy_diff.pages import put_into
from services.ledger.access import Access
from shared.policy_changes import changes
from tests.unit.policy_diff.folders import bundle
from tests.unit.policy_diff.test_states import README


def test_the_readme_shows_the_table_of_today() -> None:
    """Not up to date? `recours policy access --into services/ledger/README.md`."""
    text = README.read_text("utf-8")
    assert put_into(text, "access", table(bundle().get(Access))) == text


def test_the_table_shows_each_row_and_who_is_barred() -> None:
    lines = table(bundle().get(Access)).splitlines()
    assert "| may `answer-question` |  |  |  |  |  | all |  | asked a question |" in lines
    [verify] = [line for line in lines if line.startswith("| may `verify-delivery`")]
    assert verify.split(" | ")[1:] == [
        "representative, protection", "", "yes", "", "", "", "**never**", "holder |",
    ]  # fmt: skip
    assert "| ledger: `GET /v1/cases` | signed-in |" in lines


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  take: {holder: all}", "  take: {holder: [csr]}", "Qui peut take comme holder"),
        ("never: [debtor]", "never: [asked]", "Qui ne peut en aucun cas verify-delivery"),
        ("    POST /v1/explain: open", "    POST /v1/explain: operator", "POST /v1/explain"),
    ],
)
def test_a_change_of_the_table_is_told_in_words(old: str, new: str, told: str) -> None:
    [change] = changes(bundle(), bundle(("access.yaml", old, new)))
    assert told in change.in_words("fr")
