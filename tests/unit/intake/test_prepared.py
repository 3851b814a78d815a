"""What becomes of each thing that a submission says: code, note, vault record and event."""

from datetime import date
from typing import Any

import pytest

from services.intake.domain import ALERT, Prepared, clean, cleaned, prepare
from services.intake.submission import Submission
from shared.errors import Invalid
from tests.unit.intake.test_domain import NOW, TODAY, policy, prepared

EVERYTHING: dict[str, Any] = {
    "text": "ils ont pris mon champ",
    "language": "en-GB",
    "category": "land_crop_damage",
    "site": "doungoubou-demo",
    "site_text": "près du puits",
    "organisation": "societe-demo",
    "organisation_text": "la société",
    "accused": [{"organisation": "police-demo", "person_text": "le chef"}],
    "occurred_on": "2026-10",
    "danger": True,
    "representative": "syndicat-demo",
    "contact": {
        "name": "Aminata Modèle",
        "phone": "70 00 00 01",
        "email": " a@b.example ",
        "preferred": "E-mail",
        "safe_times": "9h-12h",
    },
    "consents": {"notices": True, "publish": False},
}


def notes(made: Prepared) -> dict[str, str]:
    """Return field → note."""
    return {note.field: note.note for note in made.notes}


def test_what_is_said_in_full_becomes_codes_without_a_note() -> None:
    made = prepared(**EVERYTHING)
    assert made.notes == ()
    event = made.event_data("K7QM4T2P", "web", NOW, "batch-1")
    assert event.model_dump() == {
        "reference": "K7QM4T2P",
        "channel": "web",
        "language": "en",
        "received_at": NOW,
        "category": "LAND_CROP_DAMAGE",
        "site": "doungoubou-demo",
        "organisation": "societe-demo",
        "accused": ({"organisation": "police-demo", "kind": "security_force"},),
        "danger": True,
        "danger_signs": (),
        "representative": "syndicat-demo",
        "anonymous": False,
        "contactable": ("sms", "email"),
        "consents": {"notices": True, "publish": False},
        "batch": "batch-1",
    }


def test_the_vault_keeps_contact_and_words_as_they_were_given() -> None:
    made = prepared(**EVERYTHING)
    assert made.contact_record() == {
        "name": "Aminata Modèle",
        "phone": "70 00 00 01",
        "email": " a@b.example ",
        "preferred": "E-mail",
        "safe_times": "9h-12h",
        "anonymous": False,
        "discreet": True,
        "sms": "+23670000001",
        "reachable_email": "a@b.example",
        "preferred_channel": "email",
    }
    assert made.words_record() == {
        "text": "ils ont pris mon champ",
        "site_text": "près du puits",
        "organisation_text": "la société",
        "occurred_on": "2026-10",
        "accused": [{"organisation": "police-demo", "person_text": "le chef"}],
        "notes": [],
    }


def test_the_vault_keeps_the_notes_beside_the_words() -> None:
    made = prepared(text="x", occurred_on="hier")
    assert made.words_record()["notes"] == [
        ["occurred_on", "kept as written; use YYYY-MM or YYYY-MM-DD"]
    ]


@pytest.mark.parametrize(
    ("fields", "field", "note"),
    [
        ({"category": "NO_SUCH"}, "category", "not known; a person will sort it"),
        ({"text": "le forage en panne"}, "category", "found by its words; nobody chose it"),
        ({"site": "atlantis"}, "site", "not in the directory; a person will place it"),
        ({"site_text": "chez Paul"}, "site", "not in the directory; a person will place it"),
        (
            {"organisation": "acme"},
            "organisation",
            "not in the directory; a person will place it",
        ),
        (
            {"organisation_text": "chez Paul"},
            "organisation",
            "not in the directory; a person will place it",
        ),
        ({"representative": "nobody"}, "representative", "not in the directory"),
        ({"language": "de"}, "language", "not known; French is used"),
        (
            {"contact": {"phone": "+33 1 42 68 53 00"}},
            "contact.phone",
            "kept, but cannot receive text messages",
        ),
        ({"contact": {"phone": "12"}}, "contact.phone", "kept, but not a valid number"),
        ({"contact": {"email": "a@b"}}, "contact.email", "kept, but not a valid address"),
        (
            {"occurred_on": "2026-13"},
            "occurred_on",
            "kept as written; use YYYY-MM or YYYY-MM-DD",
        ),
        ({"occurred_on": "2026-11-24"}, "occurred_on", "kept, but it is in the future"),
    ],
)
def test_what_cannot_be_used_is_noted_with_its_reason(
    fields: dict[str, Any], field: str, note: str
) -> None:
    assert notes(prepared(**{"text": "x", **fields})) == {field: note}


@pytest.mark.parametrize("day", [TODAY.isoformat(), "2026-11-01", "2026-11", "2025-02-28"])
def test_a_day_up_to_today_is_taken(day: str) -> None:
    assert notes(prepared(text="x", occurred_on=day)) == {}


def test_a_month_counts_from_its_first_day() -> None:
    given = Submission(text="x", occurred_on="2026-11")
    assert prepare(given, policy(), date(2026, 11, 1)).notes == ()
    assert len(prepare(given, policy(), date(2026, 10, 31)).notes) == 1


@pytest.mark.parametrize(
    ("contact", "anonymous"),
    [
        (None, True),
        ({}, True),
        ({"safe_times": "9h-12h"}, True),
        ({"name": "Aminata Modèle"}, False),
        ({"phone": "70000001"}, False),
        ({"email": "a@b.example"}, False),
        ({"name": "Aminata Modèle", "anonymous": True}, True),
    ],
)
def test_whoever_says_so_or_says_nothing_is_anonymous(
    contact: dict[str, Any] | None, anonymous: bool
) -> None:
    event = prepared(text="x", contact=contact).event_data("K", "web", NOW, None)
    assert event.anonymous is anonymous


@pytest.mark.parametrize("contact", [{"phone": "70000001"}, {"email": "a@b.example"}])
def test_nobody_is_written_to_about_an_alert(contact: dict[str, Any]) -> None:
    made = prepared(text="x", contact=contact)
    assert len(made.event_data("K", "web", NOW, None).contactable) == 1
    assert made.event_data("K", ALERT, NOW, None).contactable == ()


@pytest.mark.parametrize("contact", [None, {}, {"phone": "12"}, {"email": "nowhere"}])
def test_whoever_cannot_be_reached_is_not_contactable(contact: dict[str, Any] | None) -> None:
    made = prepared(text="x", contact=contact)
    assert made.event_data("K", "web", NOW, None).contactable == ()
    assert made.reach.preferred is None


@pytest.mark.parametrize(
    ("contact", "preferred"),
    [
        ({"phone": "70000001", "email": "a@b.example"}, "sms"),
        ({"phone": "70000001", "email": "a@b.example", "preferred": " Email "}, "email"),
        ({"phone": "70000001", "email": "a@b.example", "preferred": "mail"}, "email"),
        ({"phone": "70000001", "email": "a@b.example", "preferred": "e-mail"}, "email"),
        ({"phone": "70000001", "email": "a@b.example", "preferred": "sms"}, "sms"),
        ({"phone": "70000001", "preferred": "email"}, "sms"),
        ({"email": "a@b.example", "preferred": "sms"}, "email"),
        ({"email": "a@b.example"}, "email"),
    ],
)
def test_the_preferred_channel_is_one_that_reaches(contact: dict[str, Any], preferred: str) -> None:
    assert prepared(text="x", contact=contact).reach.preferred == preferred


@pytest.mark.parametrize(
    ("language", "kept"),
    [(None, "fr"), ("FR", "fr"), (" sg ", "sg"), ("en-US", "en"), ("de", "fr")],
)
def test_the_language_is_read_and_french_without_one(language: str | None, kept: str) -> None:
    assert prepared(text="x", language=language).language == kept


@pytest.mark.parametrize(
    ("fields", "site"),
    [
        ({"site": "site-demo-2"}, "site-demo-2"),
        ({"site": "Doungoubou"}, "doungoubou-demo"),
        ({"site_text": "au deuxième site"}, "site-demo-2"),
        ({"site": "atlantis", "site_text": "Doungoubou"}, "doungoubou-demo"),
        ({"text": "à Doungoubou, mon champ"}, "doungoubou-demo"),
        ({"site_text": "ailleurs", "text": "comme à Doungoubou"}, None),
    ],
)
def test_the_site_is_found_by_code_by_name_or_where_none_is_given_in_the_text(
    fields: dict[str, Any], site: str | None
) -> None:
    assert prepared(**{"text": "x", **fields}).site == site


@pytest.mark.parametrize(
    ("fields", "organisation"),
    [
        ({"organisation": "commune-demo"}, "commune-demo"),
        ({"organisation": "la mairie"}, "commune-demo"),
        ({"organisation": "acme", "organisation_text": "la mairie"}, "commune-demo"),
        ({"organisation": "acme"}, None),
    ],
)
def test_the_organisation_is_found_by_code_or_name(
    fields: dict[str, Any], organisation: str | None
) -> None:
    assert prepared(text="x", **fields).organisation == organisation


def test_the_accused_and_the_representative_may_be_given_by_name() -> None:
    made = prepared(text="x", representative="le syndicat")
    assert made.representative == "syndicat-demo"
    assert notes(made) == {"representative": "not in the directory"}


def test_a_category_is_told_by_the_words_only_where_nobody_chose_one() -> None:
    assert prepared(text="le forage en panne").category == "WATER_ACCESS"
    assert prepared(text="le forage en panne", category="WAGES").category == "WAGES"
    assert prepared(text="le forage en panne", category="NO_SUCH").category is None
    assert prepared(text="bonjour").category is None


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "ils vont me tuer"},
        {"organisation_text": "ceux qui vont me tuer"},
        {"accused": [{"person_text": "celui qui va me tuer"}]},
    ],
)
def test_signs_of_danger_are_found_wherever_they_are_said(fields: dict[str, Any]) -> None:
    made = prepared(**{"text": "x", **fields})
    assert made.danger_signs == ("life",)
    assert made.event_data("K", "web", NOW, None).danger_signs == ("life",)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": " "}, "say something: text, category or attachment"),
        ({"text": "a" * 5001}, "at most 5,000 characters; send the rest as a message"),
    ],
)
def test_a_refusal_names_field_and_reason_and_says_that_nothing_is_stored(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        prepared(**fields)
    assert refused.value.detail == "Nothing was stored; correct these fields and send it again"
    assert refused.value.members == {"errors": [{"field": "text", "reason": reason}]}


def test_a_text_is_cut_only_where_the_channel_asks_for_it() -> None:
    long = Submission(text="a" * 5001)
    with pytest.raises(Invalid):
        cleaned(long)
    with pytest.raises(Invalid):
        prepare(long, policy(), TODAY)
    assert cleaned(long, cut=True).text == "a" * 5000


@pytest.mark.parametrize("field", ["site_text", "organisation_text", "occurred_on"])
def test_a_long_line_beside_the_text_is_shortened(field: str) -> None:
    fields: dict[str, Any] = {"text": "x", field: "b" * 501}
    made = prepared(**fields)
    assert made.words_record()[field] == "b" * 500


@pytest.mark.parametrize(
    "fields",
    [{"category": "WAGES"}, {"attachments": [{"data": "QQ=="}]}, {"text": "a"}],
)
def test_one_thing_said_is_enough(fields: dict[str, Any]) -> None:
    assert prepared(**fields).submission.text == fields.get("text")


def test_line_breaks_of_all_systems_are_one() -> None:
    assert clean("a\rb\r\nc\nd\te ") == "a\nb\nc\nd\te"
