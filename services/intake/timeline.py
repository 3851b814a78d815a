"""What the tracking page says about each step, in plain words; pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_datetime

from shared.hours import BANGUI

#: Words by event type: French, English. `{holder}`, `{due}` and `{date}` are filled in.
_WORDS: Mapping[str, tuple[str, str]] = {
    "received": ("Reçu.", "Received."),
    "cf.recours.case.opened.v1": (
        "Transmis à : {holder}.{due}",
        "Passed to: {holder}.{due}",
    ),
    "cf.recours.case.escalated.v1": (
        "Passé à l’échelon suivant : {holder}.{due}",
        "Passed up to: {holder}.{due}",
    ),
    "cf.recours.case.rerouted.v1": (
        "Le dossier est mieux orienté : {holder}.{due}",
        "The case is with the right people now: {holder}.{due}",
    ),
    "cf.recours.case.acknowledged.v1": (
        "{holder} a pris connaissance du dossier.{due}",
        "{holder} has taken note of the case.{due}",
    ),
    "cf.recours.inquiry.started.v1": (
        "{holder} examine les faits.{due}",
        "{holder} is looking into the facts.{due}",
    ),
    "cf.recours.complainant.asked.v1": (
        "{holder} vous pose une question. Le délai attend votre réponse.",
        "{holder} asks you a question. The clock waits for your answer.",
    ),
    "cf.recours.complainant.wrote.v1": (
        "Votre message est joint au dossier.",
        "Your message was added to the case.",
    ),
    "cf.recours.case.extended.v1": (
        "{holder} demande plus de temps, jusqu’au {date}.",
        "{holder} takes more time, until {date}.",
    ),
    "cf.recours.statement.recorded.v1": (
        "Un exposé est écrit pour vous. Sans votre accord, personne d’autre ne le lit.",
        "A statement was written for you. Nobody else reads it unless you agree.",
    ),
    "cf.recours.statement.released.v1": (
        "L’exposé est transmis avec votre accord. Vous pouvez retirer cet accord.",
        "The statement was passed on with your consent. You can take this consent back.",
    ),
    "cf.recours.statement.withdrawn.v1": (
        "L’exposé n’est plus transmis.",
        "The statement is no longer passed on.",
    ),
    "cf.recours.remedy.proposed.v1": (
        "{holder} propose une réparation. Dites si vous êtes d’accord.",
        "{holder} proposes a remedy. Say whether you agree.",
    ),
    "cf.recours.remedy.agreed.v1": (
        "Vous êtes d’accord avec la proposition.",
        "You agreed to the proposal.",
    ),
    "cf.recours.remedy.refused.v1": (
        "Vous n’êtes pas d’accord avec la proposition.",
        "You did not agree to the proposal.",
    ),
    "cf.recours.remedy.delivered.v1": (
        "{holder} déclare que la réparation est faite.",
        "{holder} reports that the remedy was delivered.",
    ),
    "cf.recours.delivery.verified.v1": (
        "La réparation est confirmée.",
        "The remedy was confirmed.",
    ),
    "cf.recours.escalation.requested.v1": (
        "Le passage à l’échelon suivant est demandé.",
        "The next level was asked for.",
    ),
    "cf.recours.case.appealed.v1": (
        "Votre recours est enregistré : un autre organe va décider.",
        "Your appeal is registered: another body will decide.",
    ),
    "cf.recours.appeal.decided.v1": (
        "{holder} a décidé sur votre recours. La décision engage tout le monde.{due}",
        "{holder} has decided on your appeal. The decision binds everybody.{due}",
    ),
    "cf.recours.case.reopened.v1": (
        "Le dossier est rouvert chez : {holder}.{due}",
        "The case was reopened with: {holder}.{due}",
    ),
    "cf.recours.contact.tried.v1": (
        "Nous avons essayé de vous joindre. Écrivez-nous quand vous pouvez.",
        "We tried to reach you. Write to us when you can.",
    ),
    "cf.recours.followup.asked.v1": (
        "Comment allez-vous depuis ? Dites si ce qui était convenu tient.",
        "How have you been since? Say whether what was agreed holds.",
    ),
    "cf.recours.followup.recorded.v1": (
        "Votre réponse est notée. Merci.",
        "Your answer was noted. Thank you.",
    ),
    "cf.recours.deadline.missed.v1": (
        "{holder} n’a pas répondu à temps.{due}",
        "{holder} did not answer in time.{due}",
    ),
    "answer.missed": (
        "Votre réponse n’est pas encore arrivée. Vous pouvez toujours répondre.",
        "Your answer has not come yet. You can still answer.",
    ),
    "verify.missed": (
        "Personne n’a encore confirmé que c’est fait.{due}",
        "Nobody has confirmed yet that it is done.{due}",
    ),
    "cf.recours.case.closed.v1": ("Dossier clos : {closed}.", "Case closed: {closed}."),
}
_DUE = (" Réponse attendue avant le {due}.", " An answer is due by {due}.")
_KINDS: Mapping[str, tuple[str, str]] = {
    "crop-compensation": ("Indemnisation des cultures :", "Compensation for crops:"),
    "land-left-alone": ("Terre laissée libre", "Land left alone"),
    "drinking-water": ("Eau potable", "Drinking water"),
    "medical-care": ("Soins médicaux", "Medical care"),
    "pay-slips": ("Bulletins de paie", "Pay slips"),
    "contracts": ("Contrats", "Contracts"),
    "professional-cards": ("Cartes professionnelles", "Professional cards"),
    "surface-tax": ("Taxe superficiaire versée à la commune", "Surface tax paid to the commune"),
    "other": ("Autre (voir le texte)", "Other (see the text)"),
}
_CLOSED: Mapping[str, tuple[str, str]] = {
    "resolved-agreed": ("résolu, avec votre accord", "resolved, and you agreed"),
    "resolved-not-agreed": ("décidé, sans votre accord", "decided, and you did not agree"),
    "withdrawn": ("retiré", "withdrawn"),
    "referred": ("confié à un autre service", "referred to another service"),
    "inconclusive": ("les faits n’ont pas pu être établis", "the facts could not be established"),
    "inadmissible": ("non recevable", "not admissible"),
}


def told_to_complainant(event_type: str) -> bool:
    """Tell whether a step belongs on the tracking page."""
    return event_type in _WORDS


def spoken_date(time: datetime, language: str) -> str:
    """Write a day as people say it, at Bangui time."""
    pattern = "EEEE d MMMM y"
    locale = "en" if language == "en" else "fr"
    return str(format_datetime(time.astimezone(BANGUI), pattern, locale=locale))


def step_text(entry: Mapping[str, Any], language: str, name_of: Callable[[str], str]) -> str:
    """Return the sentence for one entry of the status view; `name_of` names a holder."""
    chosen = 1 if language == "en" else 0
    due, date = entry.get("due_at"), entry.get("date")
    items = "".join(f" {item_text(item, language)}" for item in entry.get("items", ()))
    closed = _CLOSED.get(entry.get("closed_as") or "", ("", ""))[chosen]
    missed = f"{entry['missed']['stage']}.missed" if "missed" in entry else ""
    words = _WORDS.get(missed) or _WORDS[entry["type"]]
    said = words[chosen].format(
        holder=name_of(entry["holder"]) if entry.get("holder") else "",
        due=_DUE[chosen].format(due=spoken_date(due, language)) if due else "",
        date=spoken_date(date, language) if date else "",
        closed=closed,
    )
    return said + items


def item_text(item: Mapping[str, Any], language: str) -> str:
    """Say what one thing of a proposal is, under the number by which it is answered."""
    chosen = 1 if language == "en" else 0
    kind = _KINDS.get(item["kind"], _KINDS["other"])[chosen]
    amount = f" {item['amount']:,} FCFA".replace(",", " ") if item["amount"] else ""
    before = (", avant le ", ", by ")[chosen]
    return f"{item['number']}. {kind}{amount}{before}{spoken_date(item['due_at'], language)}."
