"""References, codes and fingerprints: all derived, so that a repeat gets the same answer."""

import hmac
import json
from dataclasses import dataclass
from typing import Any, Final

from shared.ids import grievance_id, normal_reference

#: 29 characters (a prime, which the check character needs) that are hard to mistake when read
#: aloud or written by hand: no B, I, O, S, U, 0 or 1.
ALPHABET: Final = "23456789ACDEFGHJKLMNPQRTVWXYZ"
_BASE: Final = len(ALPHABET)
_BODY: Final = 7
REFERENCE_LENGTH: Final = _BODY + 1
_CODE_DIGITS: Final = 10


def check_character(body: str) -> str:
    """Return the check character of seven reference characters.

    The weights 1 to 7 modulo a prime find every single wrong character and every swapped pair.
    """
    total = sum(
        weight * ALPHABET.index(character) for weight, character in enumerate(body, start=1)
    )
    return ALPHABET[total % _BASE]


def valid_reference(text: str) -> str | None:
    """Return the reference in its stored form when its check character is right, else None."""
    reference = normal_reference(text)
    if len(reference) != REFERENCE_LENGTH or not set(reference) <= set(ALPHABET):
        return None
    return reference if check_character(reference[:_BODY]) == reference[_BODY] else None


def grouped_code(code: str) -> str:
    """Write a code in groups that are easy to read aloud: 123 456 78 90."""
    return f"{code[:3]} {code[3:6]} {code[6:8]} {code[8:]}"


def plain_code(text: str) -> str:
    """Return only the ASCII digits of a code as somebody typed it."""
    return "".join(character for character in text if character in "0123456789")


_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str)


def canonical_bytes(body: Any) -> bytes:
    """Return bytes that are equal for equal bodies; JSON objects do not depend on key order."""
    if isinstance(body, bytes):
        return body
    return _CANONICAL.encode(body).encode()


@dataclass(frozen=True, slots=True)
class Identity:
    """What follows from one channel key: how the grievance is called and opened."""

    key_hash: str
    reference: str
    grievance: str
    code: str
    code_hash: str


class Identifiers:
    """Derives ids by HMAC with the pepper, so that nobody outside can compute or count them."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def digest(self, purpose: str, *parts: str) -> bytes:
        """Return the keyed hash of the parts, separate for each purpose."""
        return hmac.digest(self._pepper, json.dumps([purpose, *parts]).encode(), "sha256")

    def key_hash(self, channel: str, key: str) -> str:
        """Return the keyed hash of a channel's own id; the id itself may name a person."""
        return self.digest("key", channel, key).hex()

    def identity(self, channel: str, key: str, attempt: int = 0) -> Identity:
        """Return reference and code for a channel key; `attempt` counts collisions."""
        number = int.from_bytes(self.digest("reference", channel, key, str(attempt)), "big")
        body = ""
        for _ in range(_BODY):
            number, index = divmod(number, _BASE)
            body += ALPHABET[index]
        reference = body + check_character(body)
        seed = int.from_bytes(self.digest("code", channel, key, str(attempt)), "big")
        code = f"{seed % 10**_CODE_DIGITS:0{_CODE_DIGITS}d}"
        return Identity(
            key_hash=self.key_hash(channel, key),
            reference=reference,
            grievance=grievance_id(reference),
            code=code,
            code_hash=self.code_hash(reference, code),
        )

    def code_hash(self, reference: str, code: str) -> str:
        """Return the only form in which a code is stored."""
        return self.digest("code-hash", reference, code).hex()

    def fingerprint(self, body: Any) -> str:
        """Return the keyed hash by which the same body is recognised."""
        return hmac.digest(self._pepper, b"body\0" + canonical_bytes(body), "sha256").hex()

    def person(self, e164: str | None, email: str | None) -> str | None:
        """Return the id of the person behind a number or mail address, else None."""
        if e164:
            return self.digest("person", "tel", e164).hex()
        if email:
            return self.digest("person", "mail", email.lower()).hex()
        return None
