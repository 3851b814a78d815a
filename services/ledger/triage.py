"""Triage corrected by a person: what a case is about, and where it goes because of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.decisions import Rules, require, wrong
from services.ledger.stages import AT_HOLDER, BESIDE
from shared.errors import Conflict, Invalid
from shared.events.codes import Lane, Severity
from shared.events.ledger import Actor, CaseRerouted, Deadline, TriageCorrected
from shared.events.routing import GrievanceRouted


@dataclass(frozen=True)
class Correction:
    """What somebody says that a case is about; None is what stays as it is."""

    category: str | None = None
    site: str | None = None
    organisation: str | None = None
    severity: Severity | None = None
    accused: Sequence[str] = ()


def decide_correct(
    case: Case, by: Actor, correction: Correction, text_id: str, rules: Rules
) -> TriageCorrected:
    """Correct what a case is about, with a reason; routing decides again."""
    route = require(case, "correct-triage")
    code = _checked(correction, rules)
    changed = (code, correction.site, correction.organisation, correction.severity)
    kept = (route.category, route.site, route.organisation, route.severity)
    same = all(new in (None, old) for new, old in zip(changed, kept, strict=True))
    if same and set(correction.accused) <= set(route.accused):
        reason = "name at least one thing that is not as it stands"
        raise Invalid(reason, errors=[{"field": "category", "reason": reason}])
    falls = correction.severity is not None and correction.severity > route.severity
    if falls and route.lane == "protected":
        raise Conflict(
            "The severity of a protected case is lowered only by two people",
            state=case.state,
            possible=["request-release"],
        )
    category = rules.known.taxonomy.categories[code] if code else None
    lane: Lane = "protected" if category and category.lane == "protected" else route.lane
    return TriageCorrected(
        case=NOT_ROUTED,
        by=by,
        text_id=text_id,
        lane=lane,
        category=code,
        site=correction.site,
        organisation=correction.organisation,
        severity=correction.severity,
        accused=tuple(sorted(set(correction.accused))),
    )


def _checked(correction: Correction, rules: Rules) -> str | None:
    """Refuse what the policy does not know; return the category as it is written there."""
    known = rules.known
    code = known.taxonomy.code(correction.category)
    if correction.category is not None and code is None:
        raise wrong("category", f"must be one of {', '.join(known.taxonomy.categories)}")
    if correction.site is not None and correction.site not in known.sites.sites:
        raise wrong("site", f"must be one of {', '.join(known.sites.sites)}")
    named = {"organisation": correction.organisation} if correction.organisation else {}
    named |= {f"accused.{at}": name for at, name in enumerate(correction.accused)}
    for field, name in named.items():
        if known.organisations.find(name) is None:
            raise wrong(field, "must be an organisation of the directory")
    return code


def rerouted(case: Case, route: GrievanceRouted, now: datetime, rules: Rules) -> CaseRerouted:
    """Give a corrected case to its holder: a new one begins anew, the same one goes on."""
    assert case.route is not None
    same = (route.holder, route.responder) == (case.route.holder, case.route.responder)
    if same:
        clocks = _dated_again(case, route, now, rules)
    else:
        clocks = rules.clocks_at_holder(route, now, case)
    return CaseRerouted(
        case=NOT_ROUTED, route=route, previous_holder=case.route.holder, deadlines=clocks
    )


def _dated_again(
    case: Case, route: GrievanceRouted, now: datetime, rules: Rules
) -> tuple[Deadline, ...]:
    """Return the clocks under another severity, from where they began: none is won by correcting.

    An extension that was given stays, when its date is the later one.
    """
    assert case.route is not None
    running = [clock for clock in case.clocks if clock.stage not in BESIDE]
    beside = [clock for clock in case.clocks if clock.stage in BESIDE and route.lane == "protected"]
    beside = beside or list(rules.clocks_beside(route, now, case))
    if route.severity == case.route.severity:
        return (*running, *beside)
    dated = []
    for clock in running:
        stage = next((stage for stage in AT_HOLDER if stage == clock.stage), None)
        if stage is None:
            dated.append(clock)
            continue
        fresh = rules.clock(stage, route, clock.started_at)
        extended = stage in case.extensions and clock.due_at > fresh.due_at
        dated.append(clock if extended else fresh)
    return (*dated, *beside)
