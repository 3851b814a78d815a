"""What a text message asks for: stop, start, status, an answer, words on a case, or a grievance."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from services.intake.identifiers import REFERENCE_LENGTH, valid_reference
from shared.text import plain

Action = Literal["stop", "start", "status", "answer", "message", "grievance", "nothing"]

_STOP: Final = frozenset(
    {
        *("ARRET", "ARRETER", "ARRETEZ", "CANCEL", "DESABONNER", "DESINSCRIPTION", "DESINSCRIRE"),
        *("END", "OPT OUT", "OPTOUT", "QUIT", "REVOKE", "STOP", "STOP ALL", "STOPALL"),
        "UNSUBSCRIBE",
    }
)
_START: Final = frozenset({"REABONNER", "REPRENDRE", "START", "UNSTOP"})
_STATUS: Final = frozenset({"STATUT", "STATUS", "SUIVI", "ETAT"})
_YES: Final = frozenset({"OUI", "YES", "OK", "D ACCORD"})
#: A yes or no, the letter of its question, the numbers of some items: `OUI B`, `OUI 1, 3 et 4`.
_ANSWER: Final = re.compile(r"(\D+?)(?: ([A-Z]))?(?: (\d{1,2}(?:(?: ET)? \d{1,2})*))?")
_NO: Final = frozenset({"NON", "NO", "PAS D ACCORD"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message asks for; `reference` only when its check character is right.

    `items` are the numbers of the items agreed to; empty is all of them. `letter` names the
    question that an answer is for.
    """

    action: Action
    reference: str | None = None
    agreed: bool | None = None
    text: str = ""
    items: tuple[int, ...] = ()
    letter: str | None = None


def normalised(text: str) -> str:
    """Return the message in capitals, without accents and punctuation."""
    return plain(text).upper()


def opt_out_action(text: str) -> Literal["stop", "start"] | None:
    """Tell whether the whole message is a word for stopping or starting, and nothing else."""
    words = normalised(text)
    if words in _STOP:
        return "stop"
    return "start" if words in _START else None


def read_wish(text: str) -> Wish:
    """Read a message: keywords count only as a whole message, or beside a reference."""
    words = normalised(text)
    if not words:
        # Emoji or signs alone still say something; blanks alone do not.
        return Wish("grievance", text=text) if text.strip() else Wish("nothing")
    opt_out = opt_out_action(text)
    if opt_out:
        return Wish(opt_out)
    reference, rest = _split_reference(text)
    kind = _keyword(normalised(rest))
    if kind is not None:
        return Wish(kind.action, reference, kind.agreed, rest, kind.items, kind.letter)
    if reference:
        # A reference alone asks how things stand.
        return Wish("message" if rest.strip() else "status", reference, text=rest.strip())
    return Wish("grievance", text=text)


def _keyword(words: str) -> Wish | None:
    if words in _STATUS:
        return Wish("status")
    answer = _ANSWER.fullmatch(words)
    if answer is None:
        return None
    word, letter, numbers = answer.groups()
    if word in _YES:
        items = sorted({int(number) for number in re.findall(r"\d+", numbers or "")})
        return Wish("answer", agreed=True, items=tuple(items), letter=letter)
    if word in _NO and not numbers:
        return Wish("answer", agreed=False, letter=letter)
    return None


def _split_reference(text: str) -> tuple[str | None, str]:
    """Take a reference off the beginning (`REF K7QM 4T2P …` too) or off the end of a keyword."""
    parts = text.split()
    if parts and normalised(parts[0]) in ("REF", "REFERENCE"):
        parts = parts[1:]
    for count in (1, 2):
        head = "".join(parts[:count]).strip(".,:;!?")
        if len(head.replace("-", "")) == REFERENCE_LENGTH and valid_reference(head):
            return valid_reference(head), " ".join(parts[count:]) if count < len(parts) else ""
        tail = "".join(parts[-count:]).strip(".,:;!?")
        rest = " ".join(parts[:-count])
        if valid_reference(tail) and _keyword(normalised(rest)):
            return valid_reference(tail), rest
    return None, text
