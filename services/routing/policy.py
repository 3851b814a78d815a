"""Who holds a grievance, and why: pure decisions over the policy files (domain rules, routing)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.directory import Function, Organisation, OrganisationKind, Organisations, Sites
from shared.events.codes import AccusedKind, Responder, Severity
from shared.events.intake import GrievanceSubmitted
from shared.events.routing import GrievanceRouted, RouteReason, RuleHit
from shared.policy_file import Bundle, Models, PolicyError
from shared.taxonomy import Category, Taxonomy


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """One step of a ladder: which queue, and which organisations can stand on it.

    `local` limits to bodies of the site (true) or of the whole country (false);
    `prefer_respondent` takes the very organisation that is complained about when it fits.
    """

    responder: Responder
    kind: OrganisationKind
    function: Function | None = None
    local: bool | None = None
    prefer_respondent: bool = False


class Responders(_Strict):
    """The file responders.yaml."""

    steps: dict[str, Step]


class Risk(_Strict):
    """What a sign of danger changes."""

    severity: Severity
    protected: bool
    why: str


class RoutingRules(_Strict):
    """The file routing.yaml."""

    protected_ladder: tuple[str, ...] = Field(min_length=1)
    triage_ladder: tuple[str, ...] = Field(min_length=1)
    triage_categories: tuple[str, ...]
    default_triage_holder: str
    last_resort: str
    danger_answer: Risk
    signs: dict[str, Risk]
    protected_kinds: tuple[AccusedKind, ...]
    recused_respondents: tuple[OrganisationKind, ...]


MODELS: Models = {
    "taxonomy.yaml": Taxonomy,
    "responders.yaml": Responders,
    "routing.yaml": RoutingRules,
    "sites.yaml": Sites,
    "organisations.yaml": Organisations,
}


def check(bundle: Bundle) -> None:
    """Check what the files say of each other; raises PolicyError."""
    policy = Policy.of(bundle)
    steps = policy.responders.steps
    ladders = {
        f"taxonomy.yaml: {code}.ladder": category.ladder
        for code, category in policy.taxonomy.categories.items()
    } | {
        "routing.yaml: protected_ladder": policy.rules.protected_ladder,
        "routing.yaml: triage_ladder": policy.rules.triage_ladder,
    }
    for place, ladder in ladders.items():
        for name in ladder:
            if name not in steps:
                raise PolicyError(f"{place}: no step {name!r} in responders.yaml")
    for name in policy.rules.protected_ladder:
        if steps[name].kind != "protection":
            raise PolicyError(f"routing.yaml: protected_ladder: {name!r} is not protection")
    for place in ("default_triage_holder", "last_resort"):
        body = policy.organisations.find(getattr(policy.rules, place))
        if body is None or not body.can_hold:
            raise PolicyError(f"routing.yaml: {place}: must be open and have an address")
    for code, category in policy.taxonomy.categories.items():
        if category.lane == "open" and not category.ladder:
            raise PolicyError(f"taxonomy.yaml: {code}: an open category needs a ladder")
    for name, body in policy.organisations.organisations.items():
        for site in body.sites:
            if site not in policy.sites.sites:
                raise PolicyError(f"organisations.yaml: {name}: no site {site!r} in sites.yaml")


@dataclass(frozen=True)
class Policy:
    """The files that routing decides by."""

    version: str
    taxonomy: Taxonomy
    responders: Responders
    rules: RoutingRules
    sites: Sites
    organisations: Organisations

    @classmethod
    def of(cls, bundle: Bundle) -> "Policy":
        """Take routing's files out of a bundle."""
        return cls(
            bundle.version,
            bundle.get(Taxonomy),
            bundle.get(Responders),
            bundle.get(RoutingRules),
            bundle.get(Sites),
            bundle.get(Organisations),
        )


@dataclass(frozen=True)
class _Facts:
    """What a decision stands on."""

    site: str | None
    respondent: str | None
    accused: frozenset[str]
    ladder: tuple[str, ...]


def decide(submission: GrievanceSubmitted, policy: Policy) -> GrievanceRouted:
    """Return who holds a new grievance, with the rules that led there.

    There is always a holder: where every step is recused, the last resort of the policy.
    """
    rules: list[RuleHit] = []
    category = policy.taxonomy.find(submission.category)
    site = submission.site if submission.site in policy.sites.sites else None
    severity, protected = _risk(submission, category, policy, rules)
    accused = _accused(submission, site, policy, rules)
    ladder, kind = _ladder(submission, category, site, protected, policy, rules)
    facts = _Facts(site, submission.organisation, accused, ladder)
    level, step, holder = _first(facts, 0, policy, rules)
    return GrievanceRouted(
        reference=submission.reference,
        reason="submitted",
        level=level,
        lane="protected" if protected else "open",
        responder="triage" if kind == "triage" else step.responder,
        holder=holder,
        category=submission.category if category else None,
        severity=severity,
        site=site,
        organisation=submission.organisation,
        accused=tuple(sorted(accused)),
        advocate=None if protected else _advocate(submission.representative, facts, policy),
        ladder_end=next(_candidates(facts, level + 1, policy), None) is None,
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

    The lane never changes on the way up, and whoever is accused is skipped.
    """
    accused = frozenset(previous.accused) | frozenset(more_accused)
    ladder = _ladder_of(previous, policy)
    facts = _Facts(previous.site, previous.organisation, accused, ladder)
    rules = [RuleHit(rule=f"escalation.{reason}", why=_REASONS[reason])]
    found = next(
        (c for c in _candidates(facts, previous.level + 1, policy) if c[2] != previous.holder),
        None,
    )
    if found is None and previous.holder not in accused:
        rules.append(RuleHit(rule="ladder.end", why="plus personne au-dessus : même responsable"))
        return _onward(previous, reason, rules, policy, accused=accused, ladder_end=True)
    level, step, holder = found or _last_resort(facts, policy)
    rules.append(_hit(facts, level, holder, policy))
    triage = previous.responder == "triage" and step.responder == "triage"
    further = next((c for c in _candidates(facts, level + 1, policy) if c[2] != holder), None)
    return _onward(
        previous,
        reason,
        rules,
        policy,
        accused=accused,
        ladder_end=further is None,
        level=level,
        responder="triage" if triage else step.responder,
        holder=holder,
    )


_REASONS: dict[RouteReason, str] = {
    "submitted": "nouveau dossier",
    "deadline-missed": "échéance dépassée",
    "escalation-requested": "passage au niveau suivant demandé",
    "appealed": "recours demandé",
}


def _onward(
    previous: GrievanceRouted,
    reason: RouteReason,
    rules: list[RuleHit],
    policy: Policy,
    *,
    accused: frozenset[str],
    ladder_end: bool,
    level: int | None = None,
    responder: Responder | None = None,
    holder: str | None = None,
) -> GrievanceRouted:
    return previous.model_copy(
        update={
            "reason": reason,
            "rules": tuple(rules),
            "policy_version": policy.version,
            "accused": tuple(sorted(accused)),
            "ladder_end": ladder_end,
            "level": previous.level if level is None else level,
            "responder": responder or previous.responder,
            "holder": holder or previous.holder,
            "advocate": None if previous.advocate in accused else previous.advocate,
        }
    )


def _risk(
    submission: GrievanceSubmitted,
    category: Category | None,
    policy: Policy,
    rules: list[RuleHit],
) -> tuple[Severity, bool]:
    severity: Severity = category.severity if category else "S4"
    protected = bool(category and category.lane == "protected")
    if protected:
        rules.append(RuleHit(rule=f"category.{submission.category}", why="catégorie protégée"))
    risks = [(f"sign.{code}", policy.rules.signs.get(code)) for code in submission.danger_signs]
    if submission.danger:
        risks.append(("danger-answer", policy.rules.danger_answer))
    for name, risk in risks:
        if risk is None:
            continue
        rules.append(RuleHit(rule=name, why=risk.why))
        severity = min(severity, risk.severity)
        protected = protected or risk.protected
    for kind in sorted(_named_kinds(submission, policy)):
        if kind in policy.rules.protected_kinds:
            rules.append(RuleHit(rule=f"accused.{kind}", why="force ou groupe armé mis en cause"))
            severity, protected = "S1", True
    return severity, protected


def _named_kinds(submission: GrievanceSubmitted, policy: Policy) -> set[str]:
    kinds: set[str] = {accused.kind for accused in submission.accused if accused.kind}
    named = [submission.organisation, *(accused.organisation for accused in submission.accused)]
    for name in named:
        body = policy.organisations.find(name)
        if body:
            kinds.add(body.kind)
    return kinds


def _accused(
    submission: GrievanceSubmitted, site: str | None, policy: Policy, rules: list[RuleHit]
) -> frozenset[str]:
    """Return who must not hold, see or hear: those named, and those of a kind that was named."""
    found = {accused.organisation for accused in submission.accused if accused.organisation}
    for accused in submission.accused:
        if accused.kind and not accused.organisation:
            found |= _of_kind(accused.kind, site, policy)
    respondent = policy.organisations.find(submission.organisation)
    if respondent and respondent.kind in policy.rules.recused_respondents:
        found.add(str(submission.organisation))
    if found:
        names = ", ".join(policy.organisations.name_of(body) for body in sorted(found))
        rules.append(RuleHit(rule="recusal", why=f"mis en cause, donc écartés : {names}"))
    return frozenset(found)


def _of_kind(kind: AccusedKind, site: str | None, policy: Policy) -> set[str]:
    if kind in ("person", "armed_group"):
        return set()
    return {
        name
        for name, body in policy.organisations.organisations.items()
        if body.kind == kind and not (body.national and kind == "authority") and body.serves(site)
    }


def _ladder(
    submission: GrievanceSubmitted,
    category: Category | None,
    site: str | None,
    protected: bool,
    policy: Policy,
    rules: list[RuleHit],
) -> tuple[tuple[str, ...], Literal["protected", "triage", "category"]]:
    if protected:
        return policy.rules.protected_ladder, "protected"
    unclear = (
        "catégorie inconnue"
        if category is None
        else "catégorie à préciser"
        if submission.category in policy.rules.triage_categories
        else "site inconnu"
        if site is None
        else None
    )
    if unclear or category is None:
        rules.append(RuleHit(rule="triage", why=f"à trier : {unclear}"))
        return policy.rules.triage_ladder, "triage"
    rules.append(RuleHit(rule=f"category.{submission.category}", why=category.label.fr))
    return category.ladder, "category"


def _ladder_of(route: GrievanceRouted, policy: Policy) -> tuple[str, ...]:
    if route.lane == "protected":
        return policy.rules.protected_ladder
    category = policy.taxonomy.find(route.category)
    unclear = route.category in policy.rules.triage_categories or route.site is None
    if category is None or unclear or not category.ladder:
        return policy.rules.triage_ladder
    return category.ladder


Candidate = tuple[int, Step, str]


def _candidates(facts: _Facts, start: int, policy: Policy) -> Iterator[Candidate]:
    """Yield who can hold the case from a level of the ladder upwards."""
    for level, name in enumerate(facts.ladder):
        if level < start:
            continue
        step = policy.responders.steps[name]
        holder = _on_step(step, facts, policy)
        if holder:
            yield level, step, holder


def _on_step(step: Step, facts: _Facts, policy: Policy) -> str | None:
    def fits(name: str, body: Organisation) -> bool:
        return (
            body.kind == step.kind
            and body.can_hold
            and name not in facts.accused
            and (step.function is None or step.function in body.functions)
            and (step.local is None or step.local != body.national)
        )

    respondent = policy.organisations.find(facts.respondent)
    if step.prefer_respondent and respondent and fits(str(facts.respondent), respondent):
        return facts.respondent
    if step.responder == "triage" and facts.site is None:
        default = policy.rules.default_triage_holder
        body = policy.organisations.find(default)
        return default if body and fits(default, body) else None
    for name in policy.organisations.serving(facts.site, step.kind):
        if fits(name, policy.organisations.organisations[name]):
            return name
    return None


def _first(facts: _Facts, start: int, policy: Policy, rules: list[RuleHit]) -> Candidate:
    found = next(_candidates(facts, start, policy), None) or _last_resort(facts, policy)
    rules.append(_hit(facts, found[0], found[2], policy))
    return found


def _last_resort(facts: _Facts, policy: Policy) -> Candidate:
    step = Step(responder="protection", kind="protection")
    return len(facts.ladder), step, policy.rules.last_resort


def _hit(facts: _Facts, level: int, holder: str, policy: Policy) -> RuleHit:
    name = policy.organisations.name_of(holder)
    if level >= len(facts.ladder):
        return RuleHit(rule="last-resort", why=f"tous les autres sont écartés : {name}")
    skipped = len([step for step in facts.ladder[:level] if step])
    why = f"confié à {name}" + (f" (échelon {level + 1})" if skipped else "")
    return RuleHit(rule=f"ladder.{facts.ladder[level]}", why=why)


def _advocate(representative: str | None, facts: _Facts, policy: Policy) -> str | None:
    """Return the syndicate that speaks for the complainant, unless it is accused."""
    wanted = [representative] if representative else []
    wanted += policy.organisations.serving(facts.site, "syndicate") if facts.site else []
    for name in wanted:
        body = policy.organisations.find(name)
        if body and body.kind == "syndicate" and body.can_hold and name not in facts.accused:
            return name
    return None
