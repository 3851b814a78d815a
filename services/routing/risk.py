"""How dangerous what a person told is, and who must be kept from it (domain rules, routing)."""

from dataclasses import dataclass

from services.routing.rules import Policy
from shared.directory import OrganisationKind
from shared.events.codes import AccusedKind, Severity
from shared.events.intake import Accused
from shared.events.routing import RuleHit
from shared.taxonomy import Category


@dataclass(frozen=True)
class Told:
    """What the rules of danger and recusal look at in what a person told."""

    organisation: str | None
    accused: tuple[Accused, ...]
    danger: bool = False
    danger_signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Danger:
    """What the rules of immediate risk lead to."""

    severity: Severity
    protected: bool
    authority_first: bool


def danger_of(
    told: Told,
    code: str | None,
    category: Category | None,
    policy: Policy,
    rules: list[RuleHit],
) -> Danger:
    """Apply the immediate-risk rules: the worst of category, answer, signs and who is named."""
    severity = category.severity if category else policy.rules.triage_severity
    protected = category is not None and category.lane == "protected"
    authority_first = False
    if protected:
        rules.append(RuleHit(rule=f"protected.{code}", why="catégorie protégée"))
    risks = [
        (sign, f"sign.{sign}", policy.rules.signs[sign])
        for sign in told.danger_signs
        if sign in policy.rules.signs
    ]
    if told.danger:
        risks.append(("", "danger-answer", policy.rules.danger_answer))
    for sign, name, risk in risks:
        raised = category.raises.get(sign, risk.severity) if category else risk.severity
        severity = min(severity, risk.severity, raised)
        if code in risk.open_for:
            authority_first = authority_first or risk.authority_first
        else:
            protected = protected or risk.protected
        rules.append(RuleHit(rule=name, why=f"{risk.why} : gravité au moins {raised}"))
    for kind in sorted(_named_kinds(told, policy) & set(policy.rules.protected_kinds)):
        rules.append(RuleHit(rule=f"named.{kind}", why="force ou groupe armé mis en cause"))
        severity, protected = "S1", True
    return Danger(severity, protected, authority_first)


def _named_kinds(told: Told, policy: Policy) -> set[str]:
    kinds: set[str] = {accused.kind for accused in told.accused if accused.kind}
    named = [told.organisation, *(accused.organisation for accused in told.accused)]
    return kinds | {body.kind for body in map(policy.find, named) if body}


def recused(
    told: Told,
    category: Category | None,
    site: str | None,
    policy: Policy,
    rules: list[RuleHit],
) -> frozenset[str]:
    """Return who must not hold, see or hear: those named, and those of a kind that was named."""
    found: set[str] = set()
    for accused in told.accused:
        if accused.organisation and policy.find(accused.organisation):
            found.add(accused.organisation)
        elif accused.kind:
            found |= _of_kind(accused.kind, site, policy)
    respondent = policy.find(told.organisation)
    if told.organisation and respondent and respondent.kind in policy.rules.recused_respondents:
        found.add(told.organisation)
    for kind in category.recuses if category else ():
        found |= _of_kind(kind, site, policy)
    if found:
        names = ", ".join(policy.organisations.name_of(body) for body in sorted(found))
        rules.append(RuleHit(rule="recusal", why=f"mis en cause, donc écartés : {names}"))
    return frozenset(found)


def _of_kind(kind: AccusedKind | OrganisationKind, site: str | None, policy: Policy) -> set[str]:
    """Return the bodies of a kind at a site, all of the country where the site is not known.

    Central authorities stay: else "an authority" would leave no authority to turn to.
    """
    return {
        name
        for name, body in policy.organisations.organisations.items()
        if body.kind == kind
        and not (body.national and kind == "authority")
        and (site is None or body.serves(site))
    }
