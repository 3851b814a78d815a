"""The second factor against the vectors of RFC 6238 and RFC 4226, and its edges."""

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.ledger.accounts.factors import (
    enrolment_uri,
    looks_like_recovery,
    matching_step,
    plain_recovery_code,
    recovery_code,
    step_at,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()
#: RFC 6238, appendix B, SHA-1: the last six of the eight digits.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "digits"), VECTORS)
def test_codes_are_those_of_the_rfc(seconds: int, digits: str) -> None:
    assert matching_step(SECRET, digits[-6:], at(seconds)) == seconds // 30


def test_a_clock_may_be_half_a_minute_off_and_no_more() -> None:
    now = at(1111111111)
    totp = pyotp.TOTP(SECRET)
    for away in (-1, 0, 1):
        code = totp.generate_otp(step_at(now) + away)
        assert matching_step(SECRET, code, now) == step_at(now) + away
    for away in (-2, 2):
        assert matching_step(SECRET, totp.generate_otp(step_at(now) + away), now) is None


def test_what_is_no_code_matches_nothing() -> None:
    for junk in ("", "12345", "1234567", "٠٥٠٤٧١", "050471x", "-50471", "5e4"):
        assert matching_step(SECRET, junk, at(1111111111)) is None
    assert matching_step(SECRET, " 050 471 ", at(1111111111)) == 1111111111 // 30


def test_steps_change_at_the_half_minute() -> None:
    start = at(90)
    assert step_at(start) == 3
    assert step_at(start - timedelta(milliseconds=1)) == 2


def test_recovery_codes_are_read_as_people_copy_them() -> None:
    code = recovery_code(bytes(range(10)))
    assert code == "abcde-fghjk"
    assert plain_recovery_code(" ABCDE fghjk ") == plain_recovery_code(code) == "abcdefghjk"
    assert looks_like_recovery(code)
    assert not looks_like_recovery("050471")


def test_the_picture_names_the_issuer_and_the_login() -> None:
    uri = enrolment_uri(SECRET, "marie@syndicat.example")
    assert uri.startswith("otpauth://totp/Recours:marie%40syndicat.example?")
    assert f"secret={SECRET}" in uri
