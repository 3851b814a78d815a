"""Which passphrases are taken. Pure, but for the list that is read once."""

import unicodedata
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from shared.errors import Invalid

SHORTEST: Final = 12
LONGEST: Final = 200
_FEWEST_CHARACTERS: Final = 5


def normal(passphrase: str) -> str:
    """Return the one form of a passphrase, however a keyboard composed its accents."""
    return unicodedata.normalize("NFKC", passphrase)


def check_passphrase(passphrase: str, *, login: str, organisation: str | None) -> None:
    """Raise Invalid, with the reason, when a passphrase is too easy to guess."""
    reason = weakness(normal(passphrase), avoid=(login, organisation or ""))
    if reason is not None:
        raise Invalid(
            f"Choose another passphrase: it {reason}",
            errors=[{"field": "passphrase", "reason": reason}],
        )


def weakness(passphrase: str, avoid: tuple[str, ...] = ()) -> str | None:
    """Return why a passphrase is too weak; None when it is taken."""
    if len(passphrase) < SHORTEST:
        return f"has fewer than {SHORTEST} characters"
    if len(passphrase) > LONGEST:
        return f"has more than {LONGEST} characters"
    if len(set(passphrase)) < _FEWEST_CHARACTERS or _is_run(passphrase):
        return "repeats or counts characters"
    letters = _letters(passphrase)
    if any(_mostly(letters, _letters(known)) for known in avoid):
        return "is made of the login name or the organisation"
    if _is_common(letters):
        return "is one that many people use"
    return None


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _is_run(passphrase: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(passphrase)}
    return steps in ({1}, {-1})


def _mostly(letters: str, known: str) -> bool:
    """Tell whether little is left of a passphrase without a word that everybody knows."""
    return len(known) >= 4 and known in letters and len(letters) - len(known) < SHORTEST // 2


def _is_common(letters: str) -> bool:
    """Tell whether it is a common word, one with figures around it, or two of them in a row."""
    words = common()
    core = letters.strip("0123456789")
    if letters in words or core in words or not core:
        return True
    return any(core[:at] in words and core[at:] in words for at in range(4, len(core) - 3))


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Return the shipped list of common ones."""
    text = (files(__package__) / "common_passphrases.txt").read_text("utf-8")
    return frozenset(_letters(line) for line in text.splitlines() if not line.startswith("#"))
