"""The second factor: codes that change every half minute (RFC 6238), and codes for a lost phone."""

import hmac
import re
from datetime import datetime
from typing import Final

import pyotp

_STEP_SECONDS: Final = 30
#: A clock may be half a minute off, either way.
_TOLERATED: Final = (0, -1, 1)
_ISSUER: Final = "Recours"
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def step_at(time: datetime) -> int:
    """Return the number of the half minute that a time is in."""
    return int(time.timestamp()) // _STEP_SECONDS


def matching_step(secret: str, code: str, time: datetime) -> int | None:
    """Return the step that a code belongs to, at most one away from now; None when it is wrong."""
    given = re.sub(r"\s", "", code)
    totp = pyotp.TOTP(secret)
    now = step_at(time)
    found: int | None = None
    for away in _TOLERATED:
        expected = totp.generate_otp(now + away)
        if hmac.compare_digest(given.encode(), expected.encode()) and found is None:
            found = now + away
    return found


def enrolment_uri(secret: str, login: str) -> str:
    """Return what an authenticator reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def recovery_code(numbers: bytes) -> str:
    """Write ten random bytes as a code that can be copied by hand."""
    letters = "".join(_ALPHABET[number % len(_ALPHABET)] for number in numbers)
    return f"{letters[:5]}-{letters[5:]}"


def plain_recovery_code(code: str) -> str:
    """Return a recovery code without what people add or leave out when they copy it."""
    return re.sub(r"[\s-]", "", code).casefold()


def looks_like_recovery(code: str) -> bool:
    """Tell whether what was given as a second factor is a recovery code."""
    return len(plain_recovery_code(code)) == RECOVERY_CODES and "-" in code
