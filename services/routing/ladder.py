"""The way up a ladder: who stands on each step, and why others are passed over. Pure."""

from dataclasses import dataclass

from services.routing.rules import Policy, Step
from shared.events.codes import Responder
from shared.events.routing import RuleHit

#: Who may answer for itself: the queue of a company is there for the tickets about it.
_ANSWERING = ("company", "cooperative")


@dataclass(frozen=True)
class Facts:
    """What the choice of a holder stands on; `respondent` is the party complained about."""

    site: str | None
    respondent: str | None
    accused: frozenset[str]
    ladder: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A step of the ladder with the body that holds the case there."""

    level: int
    responder: Responder
    holder: str


def climb(
    facts: Facts,
    policy: Policy,
    rules: list[RuleHit],
    *,
    start: int,
    besides: str | None = None,
) -> Place | None:
    """Return the first step from a level upwards on which somebody may hold the case.

    `besides` is a body that has had its turn. Whoever is passed over is written to `rules`.
    """
    for level in range(start, len(facts.ladder)):
        name = facts.ladder[level]
        step = policy.responders.steps[name]
        reasons: list[str] = []
        holder = _holder(step, facts, policy, reasons)
        if holder and holder != besides:
            shown = policy.organisations.name_of(holder)
            why = f"confié à {shown} (échelon {level + 1})"
            rules.append(RuleHit(rule=f"ladder.{name}", why=why))
            return Place(level, step.responder, holder)
        if not holder:
            why = " ; ".join(reasons) or "aucun organisme connu à cet échelon"
            rules.append(RuleHit(rule=f"skipped.{name}", why=why))
    return None


def last_resort(facts: Facts, policy: Policy, rules: list[RuleHit]) -> Place:
    """Return the body that the policy names for a case that nobody else may hold.

    It holds the case even when it is accused itself, as somebody must: it still is among the
    accused, so it sees nothing, and every date that it misses asks again for somebody else.
    """
    holder = policy.rules.last_resort
    shown = policy.organisations.name_of(holder)
    if holder in facts.accused:
        why = f"tous sont mis en cause : au nom de {shown}, qui ne voit rien ; nommer quelqu'un"
        rules.append(RuleHit(rule="last-resort.accused", why=why))
    else:
        why = f"tous les autres sont écartés : {shown}"
        rules.append(RuleHit(rule="last-resort", why=why))
    return Place(len(facts.ladder), "protection", holder)


def appeal_body(
    facts: Facts, policy: Policy, besides: str, rules: list[RuleHit] | None = None
) -> Place | None:
    """Return who hears an appeal that no step is left for: whoever the policy has as last resort.

    None when that body is accused, closed, or has decided itself: nobody decides about itself.
    """
    holder = policy.rules.last_resort
    if holder == besides or holder in facts.accused or not policy.may_hold(holder):
        return None
    if rules is not None:
        why = f"dernier échelon : le recours va à {policy.organisations.name_of(holder)}"
        rules.append(RuleHit(rule="appeal.independent", why=why))
    # Above the place of a last resort: nobody appointed since takes an appeal back down the ladder.
    return Place(len(facts.ladder) + 1, "protection", holder)


def _holder(step: Step, facts: Facts, policy: Policy, reasons: list[str]) -> str | None:
    names = _standing(step, facts, policy, reasons)
    for name in names:
        if _fits(name, facts, policy, reasons):
            return name
    if step.responder != "triage" or any(name in facts.accused for name in names):
        return None
    default = policy.rules.default_triage_holder
    return default if default not in names and _fits(default, facts, policy, reasons) else None


def _standing(step: Step, facts: Facts, policy: Policy, reasons: list[str]) -> list[str]:
    """Return who could stand on a step, if nothing speaks against them."""
    if step.prefer_respondent and facts.respondent:
        body = policy.find(facts.respondent)
        if body and body.kind in _ANSWERING:
            return [facts.respondent]
        reasons.append("la plainte ne concerne pas un organisme de cet échelon")
        return []
    names = [
        name
        for name in policy.organisations.serving(facts.site, step.kind)
        if name != policy.rules.last_resort and _suits(step, name, policy)
    ]
    if step.prefer_respondent and len(names) > 1:
        reasons.append("plusieurs organismes possibles, aucun n'est nommé")
        return []
    return names


def _suits(step: Step, name: str, policy: Policy) -> bool:
    body = policy.organisations.organisations[name]
    if step.function is not None and step.function not in body.functions:
        return False
    return step.local is None or step.local != body.national


def _fits(name: str, facts: Facts, policy: Policy, reasons: list[str]) -> bool:
    shown = policy.organisations.name_of(name)
    if name in facts.accused:
        reasons.append(f"{shown} : mise en cause, ne peut pas tenir le dossier")
    elif not policy.may_hold(name):
        reasons.append(f"{shown} : fermé ou sans contact, ne peut pas tenir le dossier")
    else:
        return True
    return False
