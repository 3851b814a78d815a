"""What a refusal of the API says to somebody at the desk: their words, no codes. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from babel.dates import format_date

from services.ledger.web.account_refusals import ACCOUNTS
from services.ledger.web.forms import Form
from shared.errors import DomainError

_LATER: Final = ("trop loin : plus tard que la règle ne permet", "later than the rules allow")
_FUTURE: Final = ("choisissez un jour à venir", "choose a day to come")
_ELSE: Final = (
    "Une nouvelle plainte reste possible à tout moment ; le tribunal, l’inspection du travail et "
    "le syndicat aussi.",
    "A new grievance can be filed at any time; courts, the labour inspection and unions too.",
)
#: What the ledger says, with {} where it says something of its own -> (French, English).
SAID: Final[Mapping[str, tuple[str, str]]] = {
    **ACCOUNTS,
    "The case has no holder yet": (
        "Le dossier n’a pas encore de responsable. Attendez un instant, puis recommencez.",
        "The case has no holder yet. Wait a moment, then try again.",
    ),
    "'{}' is not possible while the case is '{}'": (
        "Ce n’est pas possible là où en est le dossier. Le dossier dit ce qui l’est.",
        "This is not possible as the case stands. The case says what is.",
    ),
    "'{}' is not yours to do in this case": (
        "Dans ce dossier, ce n’est pas à vous de le faire.",
        "In this case, this is not yours to do.",
    ),
    "The stage '{}' was extended as often as the policy allows": (
        "Ce délai a déjà été prolongé autant que la règle le permet.",
        "This time was extended as often as the rules allow.",
    ),
    "No running deadline of this case can be extended": (
        "Aucun délai de ce dossier ne peut être prolongé maintenant.",
        "No time of this case can be extended now.",
    ),
    "The next responder has been asked for already": (
        "Le passage au niveau suivant est déjà demandé.",
        "The next level has been asked for already.",
    ),
    "A case that is '{}' cannot be closed as '{}'": (
        "Là où en est le dossier, il ne peut être clos ainsi. Choisissez une autre issue.",
        "As the case stands, it cannot be closed in this way. Choose another ending.",
    ),
    "A case is inconclusive only after {} tries at safe times to reach the person, on different "
    "days, the first of them {} days ago{}": (
        "« Sans suite possible » demande au moins {0} essais de joindre la personne, à des heures "
        "sûres et des jours différents, le premier il y a au moins {1} jours, et jamais quand "
        "quelqu’un est en danger.",
        "“Inconclusive” takes at least {0} tries at safe times to reach the person, on different "
        "days, the first at least {1} days ago, and never when somebody is in danger.",
    ),
    "'{}' was possible until {}. {}": (
        f"C’était possible jusqu’au {{1}}. {_ELSE[0]}",
        f"It was possible until {{1}}. {_ELSE[1]}",
    ),
    "The last body has the case: nobody is left here to appeal to. {}": (
        f"Le dernier organisme a le dossier : il n’y a plus ici à qui demander. {_ELSE[0]}",
        f"The last body has the case: nobody is left here to ask. {_ELSE[1]}",
    ),
    "You are marked as away until {}: say first that you are back, then take it": (
        "Vous êtes noté absent jusqu’au {0}. Dites d’abord votre retour, puis prenez-le.",
        "You are marked as away until {0}. Say first that you are back, then take it.",
    ),
    "This Idempotency-Key {}": (
        "Cette page a déjà servi. Revenez au dossier et recommencez.",
        "This page was used already. Go back to the case and begin again.",
    ),
    "You work on this case already": (
        "Vous suivez déjà ce dossier.",
        "You work on this case already.",
    ),
    "This question was answered already": (
        "Cette question a déjà sa réponse.",
        "This question was answered already.",
    ),
    "These cases are linked already": (
        "Ces dossiers sont déjà liés.",
        "These cases are linked already.",
    ),
    "Nothing that you owe waits for its delivery": (
        "Rien de ce que vous devez n’attend d’être fait.",
        "Nothing that you owe waits to be done.",
    ),
    "The organisation that owes the remedy cannot confirm its delivery": (
        "L’organisme qui doit la réparation ne peut pas confirmer lui-même qu’elle est faite.",
        "The organisation that owes the remedy cannot confirm by itself that it is done.",
    ),
    "Somebody else must agree to what you asked for": (
        "Une autre personne doit accepter ce que vous avez demandé.",
        "Somebody else must agree to what you asked for.",
    ),
    "The severity of a protected case is lowered only by two people": (
        "Il faut deux personnes pour abaisser la gravité d’un dossier protégé.",
        "It takes two people to lower the severity of a protected case.",
    ),
    "A remedy that does not hold is a reason to reopen the case": (
        "La réparation ne tient pas : c’est une raison de rouvrir. Choisissez « rouvrir ».",
        "A remedy that does not hold is a reason to reopen the case: choose “reopen”.",
    ),
    "say at least one thing": ("dites au moins une chose", "say at least one thing"),
    "a referral needs where it goes to, and the complainant's consent to it": (
        "dites vers qui, et notez l’accord de la personne",
        "say to whom, and write down the person’s consent",
    ),
    "is for a referral alone": ("seulement pour une orientation", "for a referral alone"),
    "must be an organisation that is known, open and has an address": (
        "choisissez un organisme ouvert, qui a une adresse",
        "choose an organisation that is open and has an address",
    ),
    "say what is owed when the appeal is upheld, and only then": (
        "dites ce qui est dû si le recours est accepté, et seulement alors",
        "say what is owed when the appeal is upheld, and only then",
    ),
    "must be another party that sees the case": (
        "choisissez une autre partie du dossier",
        "choose another party of the case",
    ),
    "must be the id of a question that was put to you": (
        "choisissez une question qui vous est posée",
        "choose a question that was put to you",
    ),
    "must be another case than this one": (
        "choisissez un autre dossier que celui-ci",
        "choose another case than this one",
    ),
    "must be a case that you work on": (
        "choisissez un dossier que vous suivez",
        "choose a case that you work on",
    ),
    "is needed when there are no items": (
        "donnez une date, ou des éléments avec la leur",
        "give a date, or items with theirs",
    ),
    "must be at most {}": ("{0} au plus", "{0} at most"),
    "must be a whole number of XAF from 1 to {}": (
        "écrivez un nombre entier de francs CFA, de 1 à {0}",
        "write a whole number of XAF from 1 to {0}",
    ),
    "Input should be a valid integer": (
        "écrivez un nombre entier, en chiffres",
        "write a whole number, in figures",
    ),
    "is needed for a compensation": (
        "écrivez le montant de la compensation",
        "write the amount of the compensation",
    ),
    "must be a party of the case": (
        "choisissez une partie du dossier",
        "choose a party of the case",
    ),
    "must be in the future": _FUTURE,
    "must be later than now and than the date that stands": (
        "choisissez un jour à venir, après la date actuelle",
        "choose a day to come, after the date that stands",
    ),
    "is later than the policy allows": _LATER,
    "is needed: say what shows that it was delivered": (
        "dites ce qui montre que c’est fait",
        "say what shows that it was done",
    ),
    "must be numbers of items that wait for this; there are: {}": (
        "choisissez parmi les éléments qui attendent : {0}",
        "choose among the items that wait: {0}",
    ),
    "name the open category that it is about, or a severity": (
        "choisissez une catégorie, ou une gravité",
        "choose a category, or a severity",
    ),
    "must be a category of the open lane": (
        "choisissez une catégorie qui n’est pas protégée",
        "choose a category that is not protected",
    ),
    "name at least one thing that is not as it stands": (
        "changez au moins une chose",
        "change at least one thing",
    ),
    "must be one of {}": ("choisissez dans la liste", "choose from the list"),
    "must be an organisation of the directory": (
        "choisissez un organisme de la liste",
        "choose an organisation of the list",
    ),
}
#: For what is not above: nothing is lost, and what to do is the same.
_OTHERWISE: Final = ("à compléter ou à corriger", "to be filled in or put right")
_LOOK: Final = ("Vérifiez ce qui est marqué.", "Look at what is marked.")
_NOT_NOW: Final = (
    "Ce n’est pas possible maintenant. Revenez au dossier : il dit ce qui l’est.",
    "This is not possible now. Go back to the case: it says what is.",
)
_PATTERNS: Final = {
    said: re.compile(re.escape(said).replace(r"\{\}", "(.*?)"), re.DOTALL) for said in SAID
}
_ITEM: Final = re.compile(r"items\.(\d+)\.(\w+)")


def in_words(detail: str, place: int) -> str | None:
    """Return what a sentence of the ledger says to people: `place` 0 French, 1 English."""
    for said, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(detail):
            return SAID[said][place].format(*(_day(one, place) for one in found.groups()))
    return None


def _day(given: str, place: int) -> str:
    """Return a day as people say it; what is no day stays as it is."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return given
    return str(format_date(day, "EEEE d MMMM y", locale=("fr", "en")[place]))


def told(error: DomainError, form: Form, place: int) -> tuple[str, list[dict[str, str]]]:
    """Return what is wrong in a sentence, and each field's anchor, name and what to do."""
    fields = [field for field in error.members.get("errors", []) if isinstance(field, dict)]
    if not fields:
        return in_words(error.detail, place) or _NOT_NOW[place], []
    names = {field.name: field.label[place] for field in form.fields}
    rows = []
    for field in fields:
        name, item = str(field["field"]), _ITEM.fullmatch(str(field["field"]))
        rows.append(
            {
                "anchor": f"item{int(item[1]) + 1}_{item[2]}" if item else name,
                "name": names.get(name.partition(".")[0], ""),
                "reason": in_words(str(field["reason"]), place) or _OTHERWISE[place],
            }
        )
    return _LOOK[place], rows
