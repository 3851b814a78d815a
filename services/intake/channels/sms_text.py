"""Replies to text messages: at most 160 GSM-7 characters, neutral, naming nobody; pure."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_datetime

from services.intake.channels.keywords import Wish
from services.intake.possible import Question
from shared.hours import BANGUI

_LONGEST = 160

RECEIVED = "Bien recu. Ref {reference}. Pour savoir: envoyez STATUT. Pour ne plus recevoir: STOP"
STOPPED = "C'est note. Vous ne recevrez plus de messages. Pour reprendre: envoyez START"
STARTED = "C'est note. Vous recevrez de nouveau nos messages. Pour ne plus recevoir: STOP"
NO_REFERENCE = "Pas de reference pour ce numero. Pour nous ecrire: envoyez votre message"
NOTHING_ASKED = "Aucune reponse n'est attendue. Pour savoir: envoyez STATUT"
EMPTY = "Message vide. Ecrivez ce qui se passe et envoyez de nouveau"
_ANSWERED = "C'est note: {answer}. Ref {reference}. Pour savoir: envoyez STATUT"
ADDED = "Bien recu, ajoute a la ref {reference}. Pour savoir: envoyez STATUT"
_NUMBERS = "Ref {reference}: numero inconnu. Possible: {numbers}. Envoyez par exemple {word}"
_NO_NUMBERS = "Ref {reference}: il n'y a pas de numeros. Repondez OUI ou NON"
_NEWER = {
    "proposal": "Ref {reference}: une autre proposition est faite le {day}. Repondez {yes} ou {no}",
    "delivery": "Ref {reference}: annonce comme fait le {day}. Est-ce vrai? Repondez {yes} ou {no}",
}
_WHICH = "Quelle reference? Envoyez {word} et la reference: {references}"
_ASKED = ("remedy_proposed", "remedy_delivered")
_STATES = {
    "received": "bien recu",
    "routed": "en cours",
    "acknowledged": "en cours",
    "in_inquiry": "en cours",
    "waiting_for_complainant": "on attend votre reponse. Envoyez la reference puis votre message",
    "remedy_proposed": "une proposition vous attend. Repondez {yes}, {no}, ou {yes} et les numeros",
    "agreed": "accord note, en cours",
    "remedy_delivered": "annonce comme fait. Est-ce vrai? Repondez {yes} ou {no}",
    "verified": "fait et confirme",
    "closed": "termine",
}


def short_date(time: datetime) -> str:
    """Write a day at Bangui as `jeu 3 dec`, without accents and dots."""
    written = str(format_datetime(time.astimezone(BANGUI), "EEE d MMM", locale="fr"))
    bare = unicodedata.normalize("NFD", written.replace(".", ""))
    return "".join(c for c in bare if not unicodedata.combining(c))


def status_text(
    reference: str, state: str, due_at: datetime | None, question: Question | None = None
) -> str:
    """Say how a case stands without saying what it is about or who holds it."""
    due = ""
    if due_at and state not in ("closed", "waiting_for_complainant", *_ASKED):
        due = f" Reponse avant le {short_date(due_at)}."
    said = _STATES.get(state, "en cours").format(
        yes=_named("OUI", question), no=_named("NON", question)
    )
    return f"Ref {reference}: {said}.{due} Pour ne plus recevoir: STOP"


def newer_text(reference: str, question: Question) -> str:
    """Ask back when a yes or no may be for what was asked before."""
    return _NEWER[question.about].format(
        reference=reference,
        day=short_date(question.at),
        yes=_named("OUI", question),
        no=_named("NON", question),
    )


def _named(word: str, question: Question | None) -> str:
    """Return an answer with the letter of its question; the first one needs none."""
    return f"{word} {question.letter}" if question and question.number > 1 else word


def _word(wish: Wish) -> str:
    """Return the answer as it is written: `NON`, `OUI`, `OUI B 1 3`."""
    letter = [wish.letter] if wish.letter else []
    return " ".join(["OUI" if wish.agreed else "NON", *letter, *map(str, wish.items)])


def answered_text(reference: str, wish: Wish) -> str:
    """Say back what was answered."""
    in_part = "d'accord pour " + ", ".join(map(str, wish.items))
    whole = "d'accord" if wish.agreed else "pas d'accord"
    return _ANSWERED.format(reference=reference, answer=in_part if wish.items else whole)


def numbers_text(reference: str, there: Sequence[int], question: Question | None = None) -> str:
    """Say which numbers a proposal has, to somebody who agreed to others."""
    if not there:
        return _NO_NUMBERS.format(reference=reference)
    numbers = ", ".join(map(str, there))
    return _NUMBERS.format(
        reference=reference, numbers=numbers, word=f"{_named('OUI', question)} {there[0]}"
    )


def which_text(wish: Wish, references: Sequence[str]) -> str:
    """Ask which of several references an answer is for."""
    word = _word(wish)
    shown = list(references)
    while len(text := _WHICH.format(word=word, references=", ".join(shown))) > _LONGEST:
        shown.pop()
    return text
