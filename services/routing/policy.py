"""Who holds a grievance, and why: pure decisions over the policy files (domain rules, routing)."""

from collections.abc import Sequence

from services.routing.ladder import Facts, Place, appeal_body, climb, last_resort
from services.routing.risk import Danger, Told, danger_of, recused
from services.routing.rules import MODELS, Policy, Responders, Risk, RoutingRules, Step, check
from shared.events.codes import Severity
from shared.events.intake import Accused, GrievanceSubmitted
from shared.events.ledger import ReleaseAgreed, TriageCorrected
from shared.events.routing import GrievanceRouted, RouteReason, RuleHit
from shared.taxonomy import Category

__all__ = [
    "MODELS",
    "Policy",
    "Responders",
    "Risk",
    "RoutingRules",
    "Step",
    "check",
    "corrected",
    "decide",
    "next_step",
    "released",
]

_REASONS: dict[RouteReason, str] = {
    "submitted": "nouveau dossier",
    "deadline-missed": "échéance dépassée",
    "escalation-requested": "passage au niveau suivant demandé",
    "appealed": "recours demandé",
    "corrected": "tri corrigé par une personne",
}
_CORRECTED = {
    "category": "catégorie",
    "site": "site",
    "organisation": "mise en cause",
    "severity": "gravité",
}


def decide(submission: GrievanceSubmitted, policy: Policy) -> GrievanceRouted:
    """Return who holds a new grievance, with the rules that led there.

    There is always a holder: where every step is recused, the last resort of the policy. Codes
    that the policy does not know are not passed on, as nobody knows what they contain.
    """
    rules: list[RuleHit] = []
    code = policy.taxonomy.code(submission.category)
    category = policy.taxonomy.find(code)
    site = submission.site if submission.site in policy.sites.sites else None
    respondent = submission.organisation if policy.find(submission.organisation) else None
    told = Told(respondent, submission.accused, submission.danger, submission.danger_signs)
    danger = danger_of(told, code, category, policy, rules)
    accused = recused(told, category, site, policy, rules)
    ladder = _ladder(code, category, site, danger.protected, policy)
    facts = Facts(site, respondent, accused, ladder)
    rules += _ladder_hits(code, category, site, danger.protected, policy)
    place = climb(facts, policy, rules, start=_start(facts, danger, policy, rules))
    place = place or last_resort(facts, policy, rules)
    return GrievanceRouted(
        reference=submission.reference,
        reason="submitted",
        level=place.level,
        lane="protected" if danger.protected else "open",
        responder=place.responder,
        holder=place.holder,
        category=code,
        severity=danger.severity,
        site=site,
        organisation=respondent,
        accused=tuple(sorted(accused)),
        advocate=None if danger.protected else _advocate(submission.representative, facts, policy),
        **_above(facts, place, policy),
        rules=tuple(rules),
        policy_version=policy.version,
        channel=submission.channel,
        language=submission.language,
        received_at=submission.received_at,
        contactable=submission.contactable,
        anonymous=submission.anonymous,
    )


def next_step(
    previous: GrievanceRouted,
    reason: RouteReason,
    policy: Policy,
    more_accused: Sequence[str] = (),
) -> GrievanceRouted:
    """Return the next holder up the ladder; at its end the same one goes on with a new date.

    An appeal there goes to the last resort of the policy, as nobody decides about themselves.

    The lane never changes on the way up; whoever is accused, closed or without an address is
    skipped, and does not keep the case either.
    """
    accused = frozenset(previous.accused) | {name for name in more_accused if policy.find(name)}
    ladder = _ladder_of(previous, policy)
    facts = Facts(previous.site, previous.organisation, accused, ladder)
    rules = [RuleHit(rule=f"escalation.{reason}", why=_REASONS[reason])]
    # The last resort stands beside the ladder: whoever was appointed since relieves it.
    beside = previous.level == len(ladder) and reason != "appealed"
    start = 0 if beside else previous.level + 1
    place = climb(facts, policy, rules, start=start, besides=previous.holder)
    if place is None and reason == "appealed":
        place = appeal_body(facts, policy, previous.holder, rules)
    if place is None and previous.holder not in accused and policy.may_hold(previous.holder):
        rules.append(RuleHit(rule="ladder.end", why="plus personne au-dessus : même responsable"))
        place = Place(previous.level, previous.responder, previous.holder)
    place = place or last_resort(facts, policy, rules)
    return previous.model_copy(
        update={
            "reason": reason,
            "rules": tuple(rules),
            "policy_version": policy.version,
            "accused": tuple(sorted(accused)),
            **_above(facts, place, policy),
            "level": place.level,
            "responder": place.responder,
            "holder": place.holder,
            "advocate": None if previous.advocate in accused else previous.advocate,
        }
    )


def corrected(previous: GrievanceRouted, told: TriageCorrected, policy: Policy) -> GrievanceRouted:
    """Return the route of a case that a person corrected; its first rules say what was changed.

    Nothing becomes less safe by it: who is accused stays so, a protected case stays protected,
    and the severity falls only when the person says so.
    """
    rules = _told_again(previous, told)
    code = policy.taxonomy.code(told.category) or previous.category
    category = policy.taxonomy.find(code)
    site = told.site if told.site in policy.sites.sites else previous.site
    respondent = told.organisation if policy.find(told.organisation) else previous.organisation
    # Signs in the words of the grievance have had their effect.
    named = Told(respondent, tuple(Accused(organisation=a, kind=None) for a in told.accused))
    danger = danger_of(named, code, category, policy, rules)
    protected = danger.protected or "protected" in (previous.lane, told.lane)
    accused = frozenset(previous.accused) | recused(named, category, site, policy, rules)
    ladder = _ladder(code, category, site, protected, policy)
    facts = Facts(site, respondent, accused, ladder)
    rules += _ladder_hits(code, category, site, protected, policy)
    on_it = ladder == _ladder_of(previous, policy) and previous.level < len(ladder)
    same = on_it and (site, respondent) == (previous.site, previous.organisation)
    place = climb(facts, policy, rules, start=previous.level if same else 0)
    place = place or last_resort(facts, policy, rules)
    return previous.model_copy(
        update={
            "reason": "corrected",
            "level": place.level,
            "lane": "protected" if protected else "open",
            "responder": place.responder,
            "holder": place.holder,
            "category": code,
            "severity": _severity(previous, told, danger),
            "site": site,
            "organisation": respondent,
            "accused": tuple(sorted(accused)),
            "advocate": None if protected else _advocate(previous.advocate, facts, policy),
            **_above(facts, place, policy),
            "rules": tuple(rules),
            "policy_version": policy.version,
        }
    )


def released(previous: GrievanceRouted, told: ReleaseAgreed, policy: Policy) -> GrievanceRouted:
    """Return the route of a case that two people took out of protection, or found less severe."""
    lane = previous.lane if told.category is None else "open"
    as_corrected = TriageCorrected(
        case=told.case,
        by=told.by,
        text_id="",
        lane=lane,
        category=told.category,
        site=None,
        organisation=None,
        severity=told.severity,
        accused=(),
    )
    route = corrected(previous.model_copy(update={"lane": lane}), as_corrected, policy)
    why = "protection levée ou gravité abaissée par deux personnes"
    return route.model_copy(update={"rules": (RuleHit(rule="released", why=why), *route.rules)})


def _told_again(previous: GrievanceRouted, told: TriageCorrected) -> list[RuleHit]:
    rules = [RuleHit(rule="corrected", why=_REASONS["corrected"])]
    for name, french in _CORRECTED.items():
        new, old = getattr(told, name), getattr(previous, name)
        if new is not None and new != old:
            rules.append(RuleHit(rule=f"corrected.{name}", why=f"{french} : {old or '-'} → {new}"))
    return rules


def _severity(previous: GrievanceRouted, told: TriageCorrected, danger: Danger) -> Severity:
    worst = min(previous.severity, danger.severity)
    if danger.protected and previous.lane == "open":
        return min(worst, told.severity or worst)
    return told.severity or worst


def _above(facts: Facts, place: Place, policy: Policy) -> dict[str, bool]:
    """Return whether anybody stands above a holder, and whether anybody is left to appeal to."""
    end = climb(facts, policy, [], start=place.level + 1, besides=place.holder) is None
    return {"ladder_end": end, "final": end and not appeal_body(facts, policy, place.holder)}


def _unclear(
    code: str | None, category: Category | None, site: str | None, policy: Policy
) -> str | None:
    if category is None:
        return "catégorie inconnue"
    if code in policy.rules.triage_categories or not category.ladder:
        return "catégorie à préciser"
    return "site inconnu" if site is None else None


def _ladder(
    code: str | None, category: Category | None, site: str | None, protected: bool, policy: Policy
) -> tuple[str, ...]:
    if protected:
        return policy.rules.protected_ladder
    if category and not _unclear(code, category, site, policy):
        return category.ladder
    steps, triage = policy.responders.steps, policy.rules.triage_ladder
    if category and category.ladder and steps[category.ladder[0]].kind == "protection":
        # What is for protection to begin with is not sorted out by anybody else.
        return tuple(name for name in triage if steps[name].responder != "triage")
    return triage


def _ladder_of(route: GrievanceRouted, policy: Policy) -> tuple[str, ...]:
    category = policy.taxonomy.find(route.category)
    site = route.site if route.site in policy.sites.sites else None
    return _ladder(route.category, category, site, route.lane == "protected", policy)


def _ladder_hits(
    code: str | None, category: Category | None, site: str | None, protected: bool, policy: Policy
) -> list[RuleHit]:
    if protected:
        return [RuleHit(rule="protected", why="voie protégée : seul le point focal protection")]
    unclear = _unclear(code, category, site, policy)
    if unclear or category is None:
        return [RuleHit(rule="triage", why=f"à trier : {unclear}")]
    return [RuleHit(rule=f"category.{code}", why=category.label.fr)]


def _start(facts: Facts, danger: Danger, policy: Policy, rules: list[RuleHit]) -> int:
    if danger.protected or not danger.authority_first:
        return 0
    steps = policy.responders.steps
    for level, name in enumerate(facts.ladder):
        if steps[name].responder == "authority":
            why = "à confier d'abord à une autorité, pas à la société"
            rules.append(RuleHit(rule="authority-first", why=why))
            return level
    return 0


def _advocate(representative: str | None, facts: Facts, policy: Policy) -> str | None:
    """Return the syndicate that speaks for the complainant, unless it is accused."""
    wanted = [representative] if representative else []
    wanted += policy.organisations.serving(facts.site, "syndicate") if facts.site else []
    for name in wanted:
        body = policy.find(name)
        if body and body.kind == "syndicate" and body.can_hold and name not in facts.accused:
            return name
    return None
