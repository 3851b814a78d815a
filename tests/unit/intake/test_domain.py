"""What is made of a submission."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.domain import Policy, Prepared, clean, prepare
from services.intake.handlers import POLICY_MODELS
from services.intake.lexicon import CategoryWords, DangerWords
from services.intake.submission import Submission
from shared.directory import Organisations, Sites
from shared.errors import Invalid
from shared.policy_file import load_bundle
from shared.taxonomy import Taxonomy

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@cache
def policy() -> Policy:
    """Return the shipped policy as intake reads it."""
    folder = Path(__file__).resolve().parents[3] / "deploy" / "policy"
    bundle = load_bundle(folder, POLICY_MODELS)
    return Policy(
        taxonomy=bundle.get(Taxonomy),
        sites=bundle.get(Sites),
        organisations=bundle.get(Organisations),
        danger=bundle.get(DangerWords),
        keywords=bundle.get(CategoryWords),
    )


def prepared(cut: bool = False, **fields: Any) -> Prepared:
    """Return what is made of these fields."""
    return prepare(Submission.model_validate(fields), policy(), TODAY, cut=cut)


def noted(made: Prepared) -> set[str]:
    """Return the fields that were noted."""
    return {note.field for note in made.notes}


@pytest.mark.parametrize("fields", [{}, {"text": "  \n\0 "}, {"site": "doungoubou-demo"}])
def test_saying_nothing_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        prepared(**fields)


def test_a_text_of_5000_characters_is_taken_and_a_longer_one_refused_or_cut() -> None:
    assert len(prepared(text="é" * 5000).submission.text or "") == 5000
    with pytest.raises(Invalid):
        prepared(text="a" * 5001)
    assert len(prepared(cut=True, text="a" * 5001).submission.text or "") == 5000


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\0b\x07c", "abc"),
        ("e\u0301te\u0301", "été"),
        ("😟 مرحبا\r\nx", "😟 مرحبا\nx"),
    ],
)
def test_texts_are_cleaned_without_losing_a_word(given: str, kept: str) -> None:
    assert clean(given) == kept


def test_unknown_category_and_site_go_to_triage_with_a_note() -> None:
    made = prepared(text="x", category="NO_SUCH", site_text="Chez Paul")
    assert (made.category, made.site) == (None, None)
    assert noted(made) == {"category", "site"}
    assert made.words_record()["site_text"] == "Chez Paul"


def test_known_codes_and_names_are_found_however_they_are_written() -> None:
    made = prepared(
        category=" land_crop_damage", site_text="à DOUNGOUBOU", organisation_text="la société"
    )
    assert made.category == "LAND_CROP_DAMAGE"
    assert made.site == "doungoubou-demo"
    assert made.organisation == "societe-demo"


def test_a_date_in_the_future_is_kept_and_noted() -> None:
    assert noted(prepared(text="x", occurred_on="2026-11-24")) == {"occurred_on"}
    assert noted(prepared(text="x", occurred_on="hier")) == {"occurred_on"}
    assert noted(prepared(text="x", occurred_on="2026-11")) == set()


def test_an_invalid_number_is_kept_and_never_blocks() -> None:
    made = prepared(text="x", contact={"phone": "71000001"})
    assert made.reach.sms is None
    assert made.contact_record()["phone"] == "71000001"
    assert noted(made) == {"contact.phone"}


def test_an_event_says_by_which_channels_and_no_more() -> None:
    contact = {"name": "Aminata Modèle", "phone": "70 00 00 01", "email": "a@b.example"}
    made = prepared(
        text="mon champ", contact=contact, consents=[{"purpose": "notices", "given": True}]
    )
    data = made.event_data("K7QM4T2P", "web", NOW, None)
    assert data.contactable == ("sms", "email")
    assert data.consents == {"notices": True}
    assert not data.anonymous
    shown = data.model_dump_json()
    assert not any(part in shown for part in ("Aminata", "7000", "b.example", "champ"))


def test_a_consent_for_an_invented_purpose_stays_out_of_the_event() -> None:
    assert prepared(text="x", consents={"jean dupont": True}).consents == {}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("des gendarmes inconnus au barrage", None),
        ("deux soldats", "security_force"),
        ("des rebelles", "armed_group"),
        ("mon voisin", "person"),
        ("un syndicaliste", "syndicate"),
    ],
)
def test_an_accused_in_words_is_named_by_kind(words: str, kind: str | None) -> None:
    (accused,) = prepared(text="x", accused=[{"person_text": words}]).accused
    if kind is None:
        assert accused.organisation == "police-demo"
        assert accused.kind == "security_force"
    else:
        assert accused.kind == kind


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Ils veulent me TUER", {"life"}),
        ("Le bétail est malade", {"illness"}),
        ("une violette", set()),
        ("La gendarmerie a tiré, deux décédés", {"security_force", "death"}),
        ("On m’a menacé", {"reprisal"}),
        ("mortier", set()),
    ],
)
def test_danger_words_are_found_as_whole_words(text: str, signs: set[str]) -> None:
    assert set(policy().danger.find(text)) == signs


@pytest.mark.parametrize(
    "fields",
    [
        {"text": 5},
        {"text": ["a"]},
        {"danger": "yes"},
        {"contact": "70000001"},
        {"accused": {"organisation": "x"}},
        {"consents": {"notices": "maybe"}},
        {"consents": [3]},
        {"attachments": [{"name": "a", "data": "not base64!"}]},
        {"attachments": [{"data": "QQ=="}] * 4},
        {"attachments": [{"data": "QUFB" * 400_000}]},
        {"text": "\ud800"},
    ],
)
def test_wrong_types_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Submission.model_validate(fields)
