"""Which passphrases are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.accounts.passphrases import check_passphrase, common, normal, weakness
from shared.errors import Invalid

GOOD = "seize pirogues vertes"


@pytest.mark.parametrize(
    "weak",
    [
        "short one",
        "elevenchars",
        "x" * 201,
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijklm",
        "987654321098",
        "123456789012345",
        "Password1234!",
        "  password 2026  ",
        "MotDePasse2026!!",
        "azertyuiop123",
        "passwordpassword",
        "sunshinefootball",
        "Centrafrique2026",
    ],
)
def test_weak_ones_are_refused_with_a_reason(weak: str) -> None:
    assert weakness(weak) is not None


@pytest.mark.parametrize(
    "good", [GOOD, "kua ti be-oko a yeke na nduzu", "xK3#pq-9vTz!mW", "é" + GOOD]
)
def test_long_and_uncommon_ones_are_taken(good: str) -> None:
    assert weakness(good) is None
    check_passphrase(good, login="officer", organisation="syndicat-demo")


def test_the_shortest_has_twelve_characters() -> None:
    assert weakness("kpqvzmwtrxb") is not None
    assert weakness("kpqvzmwtrxbj") is None


def test_the_longest_has_two_hundred() -> None:
    assert weakness((GOOD * 10)[:200]) is None
    assert weakness((GOOD * 10)[:201]) is not None


def test_login_name_and_organisation_are_no_passphrase() -> None:
    for weak in ("marie.ngbokoto1", "1syndicat-demo-", "SyndicatDemo99"):
        with pytest.raises(Invalid) as refused:
            check_passphrase(weak, login="marie.ngbokoto", organisation="syndicat-demo")
        assert weak not in str(refused.value.members) + refused.value.detail


def test_accents_are_one_form_however_they_were_typed() -> None:
    assert normal("e\u0301t\u00e9") == normal("\u00e9te\u0301")


def test_the_shipped_list_is_there() -> None:
    assert len(common()) > 9_000
    assert {"motdepasse", "password", "bangui"} <= common()
    assert all(word and not word.startswith("#") for word in common())


@given(st.text(max_size=220))
def test_any_text_gets_an_answer(text: str) -> None:
    reason = weakness(text, avoid=("marie", ""))
    assert reason is None or (reason and 12 <= len(text) <= 200) or not 12 <= len(text) <= 200
