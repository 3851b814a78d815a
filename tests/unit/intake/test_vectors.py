"""Test vectors of the channels: phone numbers, opt-out words, Twilio's signatures."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.intake.channels.keywords import normalised, opt_out_action
from services.intake.channels.twilio import SETTINGS_HEADER, signature, signed_rightly
from services.intake.phones import read_phone

DATA = Path(__file__).parent / "data"


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a vector file."""
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text())["cases"]
    return found


@pytest.mark.parametrize("case", cases("phone_cf.json"), ids=lambda c: c["input"])
def test_phone_numbers(case: dict[str, Any]) -> None:
    phone = read_phone(case["input"])
    assert (phone.e164, phone.valid) == (case["e164"], case["valid"])
    if case["e164"]:
        assert phone.mobile == case["mobile"]


@pytest.mark.parametrize("case", cases("optout_keywords.json"), ids=lambda c: c["text"])
def test_opt_out_words(case: dict[str, Any]) -> None:
    assert normalised(case["text"]) == case["normalised"]
    assert opt_out_action(case["text"]) == case["action"]


SIGNED = cases("twilio_signature.json")


def arguments(case: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments for checking the signature of a case."""
    headers = {name.lower(): value for name, value in case.get("headers", {}).items()}
    return {
        "url": case["url"],
        "params": [(name, value) for name, value in case.get("params", [])],
        "body": case.get("body", "").encode(),
        "given": case.get("expected_signature") or case["presented_signature"],
        "settings": headers.get(SETTINGS_HEADER),
        "auth_token": case["auth_token"],
        "shared_keys": {"webhooks_sharedkey_EXAMPLE": case["auth_token"]},
    }


@pytest.mark.parametrize("case", SIGNED, ids=lambda c: c["name"])
def test_twilio_signatures(case: dict[str, Any]) -> None:
    given = arguments(case)
    if case["expect_valid"]:
        made = signature(case["auth_token"], given["url"], given["params"], case["algorithm"])
        assert made == case["expected_signature"]
    assert signed_rightly(**given) == case["expect_valid"]


@pytest.mark.parametrize("case", SIGNED[:3], ids=lambda c: c["name"])
def test_a_changed_request_is_refused(case: dict[str, Any]) -> None:
    given = arguments(case)
    assert not signed_rightly(**{**given, "body": b"x", "url": case["url"] + "?bodySHA256=0"})
    assert not signed_rightly(**{**given, "params": [*given["params"], ("Extra", "")]})
    assert not signed_rightly(**{**given, "url": given["url"] + "?x=1"})
    assert not signed_rightly(**{**given, "given": None})
    assert not signed_rightly(**{**given, "given": "éé"})
    assert not signed_rightly(**{**given, "auth_token": None})
    assert not signed_rightly(**{**given, "settings": "key=none,algorithm=HMAC_MD5"})
