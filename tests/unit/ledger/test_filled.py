"""What was filled in at the desk: read as a command's body, and said in words before it is sent."""

from services.ledger.web.filled import body_of, shown
from services.ledger.web.forms import FORMS
from services.ledger.web.texts import Words

ITEM = {
    "item1_kind": ["other"],
    "item1_what": ["Une pompe"],
    "item1_amount": ["250 000"],
    "item1_owed_by": ["societe-demo"],
    "item1_by": ["2026-12-10"],
}


def test_an_item_is_read_whole() -> None:
    body = body_of(FORMS["propose-remedy"], {"text": ["Voici"], **ITEM, "item2_kind": [""]})
    assert body == {
        "text": "Voici",
        "items": [
            {
                "kind": "other",
                "what": "Une pompe",
                "amount": 250_000,
                "owed_by": "societe-demo",
                "by": "2026-12-10",
            }
        ],
    }


def test_items_are_named_by_their_numbers() -> None:
    assert body_of(FORMS["verify-delivery"], {"items": ["1", "3", "x"]}) == {"items": [1, 3]}
    assert body_of(FORMS["verify-delivery"], {}) == {}


def test_the_last_look_shows_words_and_days_and_no_code() -> None:
    options = {"items": [("societe-demo", "Société minière")]}
    said = {"deliver_by": ["2026-12-11"], **ITEM}
    assert shown(FORMS["propose-remedy"], said, options, Words("fr")) == [
        ("À réaliser avant le", "vendredi 11 décembre 2026"),
        (
            "Élément 1",
            "Autre (dites quoi) · Une pompe · 250 000 FCFA · Société minière · "
            "jeudi 10 décembre 2026",
        ),
    ]
    release = FORMS["release-statement"]
    options = {
        "consent": [("spoken", "de vive voix")],
        "to": [("company", "la société"), ("authority", "l’autorité")],
    }
    said = {"consent": ["spoken"], "to": ["company", "authority"]}
    assert shown(release, said, options, Words("fr")) == [
        ("Accord de la personne", "de vive voix"),
        ("À qui", "la société, l’autorité"),
    ]


def test_what_is_no_day_stays_as_it_was_written() -> None:
    rows = shown(FORMS["extend"], {"until": ["demain"], "reason": [" "]}, {}, Words("en"))
    assert rows == [("New date", "demain")]
