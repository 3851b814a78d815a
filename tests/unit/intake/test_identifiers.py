"""References, codes and fingerprints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.identifiers import (
    ALPHABET,
    Identifiers,
    check_character,
    plain_code,
    valid_reference,
)

IDS = Identifiers(b"p" * 32)
BODIES = st.text(ALPHABET, min_size=7, max_size=7)


@given(BODIES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_a_single_wrong_character_is_always_found(body: str, place: int, wrong: str) -> None:
    reference = body + check_character(body)
    changed = reference[:place] + wrong + reference[place + 1 :]
    assert (valid_reference(changed) is None) == (changed != reference)


@given(BODIES, st.integers(0, 7), st.integers(0, 7))
def test_two_swapped_characters_are_always_found(body: str, one: int, other: int) -> None:
    reference = body + check_character(body)
    swapped = list(reference)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    changed = "".join(swapped)
    assert (valid_reference(changed) is None) == (changed != reference)


def test_a_reference_may_be_typed_in_groups_and_small_letters() -> None:
    reference = IDS.identity("web", "a").reference
    typed = f" {reference[:4].lower()}-{reference[4:].lower()} "
    assert valid_reference(typed) == reference


@pytest.mark.parametrize(
    "text", ["", "K7QM", "bonjour!", "ÀÉÎÔÛÇŒÆ", "00000000", "K7QM4T2PP", "\0" * 8]
)
def test_what_cannot_be_a_reference_is_told(text: str) -> None:
    assert valid_reference(text) is None


def test_the_same_key_gives_the_same_identity_and_another_gives_another() -> None:
    first = IDS.identity("web", "a")
    assert IDS.identity("web", "a") == first
    assert len(first.code) == 10
    others = [IDS.identity("web", "b"), IDS.identity("rest", "a"), IDS.identity("web", "a", 1)]
    assert len({i.reference for i in [first, *others]}) == 4
    assert len({i.code for i in [first, *others]}) == 4


def test_without_the_pepper_nothing_can_be_computed() -> None:
    assert Identifiers(b"q" * 32).identity("web", "a") != IDS.identity("web", "a")


def test_parts_cannot_be_shifted_between_channel_and_key() -> None:
    assert IDS.key_hash("a", "b|c") != IDS.key_hash("a|b", "c")


def test_equal_bodies_have_one_fingerprint_whatever_their_order() -> None:
    assert IDS.fingerprint({"a": 1, "b": 2}) == IDS.fingerprint({"b": 2, "a": 1})
    assert IDS.fingerprint({"a": 1}) != IDS.fingerprint({"a": 2})


def test_a_code_may_be_typed_in_groups() -> None:
    assert plain_code(" 123-456 78 90") == "1234567890"


def test_a_person_is_the_number_or_the_mail_address() -> None:
    assert IDS.person("+23670000001", "a@b.example") == IDS.person("+23670000001", None)
    assert IDS.person(None, "A@b.example") == IDS.person(None, "a@b.example")
    assert IDS.person(None, None) is None
