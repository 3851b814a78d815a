"""The steps of the form and what its answers mean."""

from pathlib import Path

import pytest

from services.intake.web import form, texts
from services.intake.web.form import Answers, follow, read_answers, submission_of
from services.intake.web.pages import CaseKeys
from shared.policy_file import load_bundle
from shared.taxonomy import Taxonomy

ROOT = Path(__file__).parents[3]
TAXONOMY = load_bundle(ROOT / "deploy" / "policy", {"taxonomy.yaml": Taxonomy}).get(Taxonomy)


def test_the_way_through_asks_one_question_a_step() -> None:
    answers = Answers(danger="no", group="land")
    way = ["danger"]
    while way[-1] != "check":
        way.append(follow(answers, form.read_step(way[-1]), TAXONOMY))
    assert way == [
        "danger",
        "about",
        "finer",
        "words",
        "place",
        "who",
        "reply",
        "consents",
        "check",
    ]
    back = ["check"]
    while back[-1] != "danger":
        back.append(follow(answers, form.read_step(back[-1]), TAXONOMY, back=True))
    assert back[::-1] == way


def test_danger_shows_help_at_once_and_unknown_needs_no_finer_choice() -> None:
    assert follow(Answers(danger="yes"), "danger", TAXONOMY) == "help"
    assert follow(Answers(group="unknown"), "about", TAXONOMY) == "words"


def test_every_answer_travels_on_whatever_page_is_shown() -> None:
    every = Answers(
        danger="yes", group="land", category="COMPENSATION", words="un\ndeux", site="s",
        site_text="t", day="2026-01-01", about_when="mars", organisation="o",
        organisation_text="p", hidden_from=("a", "armed"), hidden_names="n", reply="sms",
        name="N", phone="7", email="e", via="v", via_text="w", shared="yes", safe="soir",
        open="yes", consents=("referral",), nonce="x", lang="en",
    )  # fmt: skip
    for step in form.ORDER:
        carried = dict(every.hidden(step))
        asked = set(form.FIELDS[step])
        assert set(carried) | asked == set(Answers.model_fields)
    assert read_answers(every.hidden("check")) == every


@pytest.mark.parametrize("value", ["maybe", "YES", "<script>"])
def test_a_choice_that_is_none_of_ours_counts_as_unanswered(value: str) -> None:
    answers = read_answers([("danger", value), ("reply", value), ("lang", value)])
    assert (answers.danger, answers.reply, answers.lang) == ("", "", "fr")


def test_who_answers_is_asked_and_who_is_hidden_from_is_accused() -> None:
    made = submission_of(
        Answers(
            group="land",
            category="LAND_CROP_DAMAGE",
            organisation="societe-demo",
            hidden_from=("syndicat-demo", "security"),
            hidden_names="le chef",
        ),
        TAXONOMY,
    )
    assert made.organisation == "societe-demo"
    assert made.category == "LAND_CROP_DAMAGE"
    accused = [(one.organisation, one.person_text) for one in made.accused]
    assert accused == [
        ("syndicat-demo", None),
        (None, form.HIDDEN_KINDS["security"]),
        (None, "le chef"),
    ]


def test_violence_without_a_finer_choice_is_seen_by_protection_only() -> None:
    assert submission_of(Answers(danger="no", group="violence"), TAXONOMY).danger
    assert not submission_of(Answers(danger="no", group="land"), TAXONOMY).danger


def test_consent_is_no_unless_ticked_and_contact_only_by_the_chosen_way() -> None:
    made = submission_of(
        Answers(words="x", reply="sms", phone="70000001", email="a@b.example", shared="yes"),
        TAXONOMY,
    )
    assert {name for name, given in made.consents.items() if given} == {"notices"}
    assert made.contact is not None
    assert (made.contact.phone, made.contact.email) == ("70000001", None)
    assert made.contact.discreet
    none = submission_of(Answers(words="x", reply="none", phone="70000001", name="N"), TAXONOMY)
    assert none.contact is not None
    assert none.contact.empty


def test_a_number_typed_without_choosing_a_way_is_not_lost() -> None:
    made = submission_of(Answers(words="x", phone="70000001"), TAXONOMY)
    assert made.contact is not None
    assert made.contact.phone == "70000001"


def test_what_stops_and_what_does_not() -> None:
    assert form.problems(Answers(), "danger", TAXONOMY) == {"danger": "error_choose"}
    assert form.problems(Answers(), "about", TAXONOMY) == {"group": "error_choose"}
    assert form.problems(Answers(), "words", TAXONOMY) == {}
    assert form.problems(Answers(), "check", TAXONOMY) == {"words": "error_nothing_said"}
    assert form.problems(Answers(words="é" * 5001), "words", TAXONOMY)
    assert form.doubts(Answers(reply="sms", phone="123")) == ["doubt_phone"]


def test_texts_are_there_in_both_languages() -> None:
    for french, english in texts.TEXTS.values():
        assert french
        assert english


def test_case_keys_open_nothing_when_old_or_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = CaseKeys(b"k" * 32)
    key = keys.make("K7QM4T2P", "0123456789")
    assert keys.read(key) == ("K7QM4T2P", "0123456789")
    assert "K7QM" not in key
    for bad in ("", "x", key[:-6] + "AAAAA=", key[::-1], "é"):
        assert keys.read(bad) is None
    assert CaseKeys(b"j" * 32).read(key) is None
    monkeypatch.setattr("services.intake.web.pages._KEY_SECONDS", -1)
    assert keys.read(keys.make("K7QM4T2P", "0123456789")) is None
