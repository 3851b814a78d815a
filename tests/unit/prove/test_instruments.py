"""The instruments of the proof see what they are meant to see."""

import base64
import json
from urllib.parse import quote_plus

import pytest

from tests.prove.canary_forms import NAME, NUMBERS, SENTENCE, finder
from tests.prove.fuzz_watch import complains

_TEXT = f"Bonjour, {NAME}: {SENTENCE}."


@pytest.mark.parametrize(
    "content",
    [
        _TEXT.encode(),
        _TEXT.upper().encode(),
        _TEXT.encode("utf-16"),
        _TEXT.encode("latin-1"),
        json.dumps(_TEXT).encode(),
        json.dumps(json.dumps(_TEXT)).encode(),
        quote_plus(_TEXT).encode(),
        _TEXT.encode().hex().encode(),
        repr(_TEXT.encode()).encode(),
        b"Nom: Zephirine_Kanaris",
        f"tel:+236{NUMBERS['rest']}".encode(),
        b"72 91 83 64",
        *(base64.b64encode(b"x" * before + _TEXT.encode()) for before in range(3)),
        *(base64.urlsafe_b64encode(b"x" * before + b"77391852") for before in range(3)),
    ],
)
def test_planted_words_are_found_in_any_form(content: bytes) -> None:
    assert finder().found(b"\x00\xff" + content + b"\xff\x00")


def test_other_words_are_not_found() -> None:
    other = "Zéphirine dit que le manioc est arraché ; son numéro est le 70 00 00 01."
    assert finder().found(other) == []


def test_unhandled_exceptions_are_seen_in_logs_and_dead_letters_are_not() -> None:
    assert complains('{"level": "error", "event": "unhandled error"}')
    assert complains('{"level": "warning", "event": "x", "exception": "KeyError"}')
    assert complains("Traceback (most recent call last):")
    assert not complains('{"level": "error", "event": "dead letter", "reason": "ValueError"}')
    assert not complains('{"level": "info", "event": "ready"}')
