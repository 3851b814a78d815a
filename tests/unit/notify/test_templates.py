"""The words of notices: every one in every language, within its limits, discreet."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from services.notify.audience import COMPLAINANT, Audiences, notices
from services.notify.sms_text import segments
from services.notify.templates import Rendered, Templates, fill, render, say_date
from shared.directory import Organisations
from shared.text import contains_words, plain
from tests.unit.notify.cases import DUE, NAMES, POLICY, bundle, event

TEMPLATES, DIRECTORY = bundle().get(Templates), bundle().get(Organisations)
TABLE = bundle().get(Audiences)


def words(
    name: str, recipient: str, channel: str, language: str = "fr", **changes: Any
) -> Rendered | None:
    """Return what a recipient reads at an event."""
    for notice in notices(event(name, **changes), TABLE, DIRECTORY):
        if notice.recipient == recipient:
            return render(
                TEMPLATES,
                DIRECTORY,
                notice=notice.notice,
                audience=notice.audience,
                channel=channel,
                language=language,
                params=notice.params,
                link="https://suivi.example",
                now=DUE,
            )
    return None


def test_the_receipt_says_reference_and_date_and_nothing_else() -> None:
    receipt = words("case.opened", COMPLAINANT, "sms")
    assert receipt is not None
    assert receipt.text == (
        "Bien recu. Ref K7QM4T2P. Reponse avant le jeu 3 dec. "
        "Pour savoir: envoyez STATUT. Pour ne plus recevoir: STOP"
    )


@pytest.mark.parametrize("language", ["fr", "en", "sg"])
@pytest.mark.parametrize("lane", ["open", "protected"])
@pytest.mark.parametrize("due_at", [DUE, DUE - timedelta(hours=9, minutes=14), None])
@pytest.mark.parametrize("name", NAMES)
def test_every_text_message_fits_one_segment(
    name: str, due_at: datetime | None, lane: str, language: str
) -> None:
    text = words(name, COMPLAINANT, "sms", language, lane=lane, due_at=due_at)
    if text is not None:
        counted = segments(text.text)
        assert counted.encoding == "GSM-7"
        assert len(counted.parts) == 1
        assert not set("{}[]") & set(text.text)
        assert "K7QM4T2P" in text.text


@pytest.mark.parametrize("due_at", [DUE, None])
@pytest.mark.parametrize("name", NAMES)
def test_every_mail_has_a_subject_with_the_reference_and_one_link(
    name: str, due_at: datetime | None
) -> None:
    for recipient in (COMPLAINANT, "societe-demo", "syndicat-demo", "cooperative-demo"):
        mail = words(name, recipient, "email", due_at=due_at)
        if mail is not None:
            assert mail.subject is not None
            assert "K7QM4T2P" in mail.subject
            assert "\n" not in mail.subject
            assert not set("{}[]") & set(mail.subject + mail.text)
            languages = 1 if recipient == COMPLAINANT else 2
            assert mail.text.count("https://suivi.example") == languages


def test_an_officer_reads_reference_and_date_in_the_subject() -> None:
    mail = words("case.opened", "societe-demo", "email")
    assert mail is not None
    assert mail.subject == (
        "Dossier K7QM4T2P : accusé de réception attendu avant le jeudi 3 décembre"
    )
    assert mail.text.index("Un nouveau dossier") < mail.text.index("A new case")


def test_the_daily_mail_counts_and_lists() -> None:
    items: list[dict[str, Any]] = [
        {"ref": "A", "date": DUE, "stage": "acknowledge"},
        {"ref": "B", "date": DUE},
    ]
    mail = render(
        TEMPLATES,
        DIRECTORY,
        notice="deadline-digest",
        audience="holder",
        channel="email",
        language="fr",
        params={},
        link="x",
        now=DUE - timedelta(days=1),
        items=items,
    )
    assert mail.subject == "2 dossiers arrivent à échéance demain"
    assert "- A : accusé de réception, avant le jeudi 3 décembre\n- B : réponse" in mail.text


@pytest.mark.parametrize(
    ("language", "short", "at", "said"),
    [
        ("fr", True, DUE, "jeu 3 dec"),
        ("en", True, DUE, "Thu 3 Dec"),
        ("sg", True, DUE, "jeu 3 dec"),
        ("fr", False, DUE, "jeudi 3 décembre"),
        ("en", False, DUE, "Thursday 3 December"),
        ("fr", True, datetime(2027, 2, 1, 13, 30, tzinfo=UTC), "lun 1 fevr 14h30"),
        ("fr", False, datetime(2027, 2, 1, 13, 30, tzinfo=UTC), "lundi 1 février à 14 h 30"),
    ],
)
def test_dates_as_people_say_them(language: str, short: bool, at: datetime, said: str) -> None:
    assert say_date(at, language, short=short) == said


def test_a_passage_goes_when_its_value_is_missing() -> None:
    assert fill("a[[ {x}]] {y}", {"y": "b"}) == "a b"
    assert fill("a[[ {x}]] {y}", {"x": "1", "y": "b"}) == "a 1 b"


def _revealing() -> list[str]:
    taxonomy = YAML(typ="safe").load(POLICY / "taxonomy.yaml")
    sites = YAML(typ="safe").load(POLICY / "sites.yaml")
    found = [c["label"][tongue] for c in taxonomy["categories"].values() for tongue in ("fr", "en")]
    found += [code.replace("_", " ") for code in taxonomy["categories"]]
    found += [name for site in sites["sites"].values() for name in (site["name"],)]
    found += [name for body in DIRECTORY.organisations.values() for name in body.aliases]
    found += [body.name for body in DIRECTORY.organisations.values()]
    found += ["plainte", "complaint", "grievance"]
    # "Autre" names no kind, and is an ordinary word ("quelqu'un d'autre").
    return sorted({plain(word) for word in found if word} - {"autre", "other"})


REVEALING = _revealing()


@given(
    name=st.sampled_from(NAMES),
    language=st.sampled_from(["fr", "en", "sg"]),
    channel=st.sampled_from(["sms", "email"]),
    lane=st.sampled_from(["open", "protected"]),
    holder=st.sampled_from(sorted(DIRECTORY.organisations)),
    severity=st.sampled_from(["S1", "S2", "S3", "S4"]),
    site=st.sampled_from(["doungoubou-demo", "site-demo-2"]),
    category=st.sampled_from(["WAGES", "SGBV", "LAND_CROP_DAMAGE", "POLLUTION"]),
)
def test_messages_to_people_are_discreet(
    name: str, language: str, channel: str, **case: Any
) -> None:
    message = words(name, COMPLAINANT, channel, language, **case)
    if message is not None:
        text = plain(f"{message.subject or ''} {message.text}")
        assert [word for word in REVEALING if contains_words(text, word)] == []
