"""Reading text messages and wording the replies."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.channels import kannel, sms_text
from services.intake.channels.keywords import Wish, read_wish
from services.intake.identifiers import Identifiers
from services.intake.possible import Question
from shared.errors import Invalid

REF = Identifiers(b"p" * 32).identity("web", "a").reference
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", Wish("stop")),
        ("statut", Wish("status", text="statut")),
        (f"STATUT {REF}", Wish("status", REF, text="STATUT")),
        (f"{REF} statut", Wish("status", REF, text="statut")),
        (REF.lower(), Wish("status", REF)),
        ("Oui!", Wish("answer", agreed=True, text="Oui!")),
        (f"NON {REF}", Wish("answer", REF, False, "NON")),
        (f"Ref {REF[:4]} {REF[4:]} oui", Wish("answer", REF, True, "oui")),
        ("OUI 3 1", Wish("answer", agreed=True, text="OUI 3 1", items=(1, 3))),
        ("oui 1, 2 et 4.", Wish("answer", agreed=True, text="oui 1, 2 et 4.", items=(1, 2, 4))),
        (f"{REF} d'accord 2", Wish("answer", REF, True, "d'accord 2", (2,))),
        (f"OUI 1 3 {REF}", Wish("answer", REF, True, "OUI 1 3", (1, 3))),
        ("oui b", Wish("answer", agreed=True, text="oui b", letter="B")),
        ("Pas d'accord C", Wish("answer", agreed=False, text="Pas d'accord C", letter="C")),
        (f"OUI B 2 {REF}", Wish("answer", REF, True, "OUI B 2", (2,), "B")),
        ("NON 1", Wish("grievance", text="NON 1")),
        ("OUI BC", Wish("grievance", text="OUI BC")),
        ("OUI 100", Wish("grievance", text="OUI 100")),
        ("oui 2 chèvres", Wish("grievance", text="oui 2 chèvres")),
        (f"{REF} ils ont répondu", Wish("message", REF, text="ils ont répondu")),
        ("oui mon champ est détruit", Wish("grievance", text="oui mon champ est détruit")),
        ("😟", Wish("grievance", text="😟")),
        ("  ", Wish("nothing")),
    ],
)
def test_messages_are_read(text: str, wish: Wish) -> None:
    assert read_wish(text) == wish


REPLIES = [
    *(
        text.format(reference=REF)
        for name, text in vars(sms_text).items()
        if name.isupper() and not name.startswith("_") and isinstance(text, str)
    ),
    *(sms_text.status_text(REF, state, NOW) for state in [*sms_text._STATES, "new-state"]),
    sms_text.which_text(Wish("answer", agreed=True, items=tuple(range(1, 21))), [REF] * 40),
    sms_text.which_text(Wish("answer", agreed=False), [REF] * 40),
    sms_text.answered_text(REF, Wish("answer", agreed=True, items=tuple(range(1, 21)))),
    sms_text.answered_text(REF, Wish("answer", agreed=False)),
    sms_text.numbers_text(REF, range(1, 21)),
    sms_text.numbers_text(REF, ()),
    *(
        reply
        for about in ("proposal", "delivery")
        for question in [Question(26, 99, about, NOW, frozenset())]
        for reply in (
            sms_text.newer_text(REF, question),
            sms_text.numbers_text(REF, range(1, 21), question),
            sms_text.status_text(REF, "remedy_proposed", NOW, question),
            sms_text.status_text(REF, "remedy_delivered", NOW, question),
        )
    ),
]


@pytest.mark.parametrize("reply", REPLIES)
def test_replies_fit_one_message_and_are_discreet(reply: str) -> None:
    assert len(reply) <= 160
    assert set(reply) <= GSM7
    assert "plainte" not in reply.lower()


def test_the_receipt_is_worded_as_announced() -> None:
    assert sms_text.RECEIVED.format(reference="K7QM4T2P") == (
        "Bien recu. Ref K7QM4T2P. Pour savoir: envoyez STATUT. Pour ne plus recevoir: STOP"
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (b"sender=%2B23670000001&text=Bonjour+m%C3%B6&charset=UTF-8&id=1", "Bonjour mö"),
        (b"sender=23670000001&text=caf%E9&charset=ISO-8859-1&id=1", "café"),
        (b"sender=1&text=%20%AC%00%41&charset=UTF-16BE&id=1", "€A".encode("utf-16-be") and "€A"),
        (b"sender=1&text=%FF&charset=zip&id=1", "�"),
        (b"sender=1&text=&id=1", ""),
    ],
)
def test_kannel_texts_are_read_in_their_charset(query: bytes, text: str) -> None:
    assert kannel.read_message(kannel.fields_of(query), NOW).text == text


def test_without_an_id_the_same_message_has_the_same_key() -> None:
    def key(query: bytes) -> str:
        return kannel.read_message(kannel.fields_of(query), NOW).key

    assert key(b"sender=1&text=a&ts=5") == key(b"ts=5&text=a&sender=1")
    assert (
        len(
            {
                key(b"sender=1&text=a&ts=5"),
                key(b"sender=1&text=a&ts=6"),
                key(b"sender=2&text=a&ts=5"),
            }
        )
        == 3
    )


def test_what_is_not_a_message_is_refused() -> None:
    with pytest.raises(Invalid):
        kannel.read_message(kannel.fields_of(b"foo=bar"), NOW)


@pytest.mark.parametrize(
    ("address", "right"),
    [("127.0.0.1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False), ("unknown", False)],
)
def test_only_allowed_addresses_hand_in_messages(address: str, right: bool) -> None:
    import ipaddress

    networks: Any = [ipaddress.ip_network("127.0.0.0/8")]
    assert kannel.allowed(address, networks) is right
