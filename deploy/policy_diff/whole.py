"""What must hold of a policy as a whole, beyond what each service checks of its own files. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, get_args

from deploy.policy_diff.states import Edge, dead_ends, edges
from services.ledger.decisions import Rules
from services.ledger.stages import AT_HOLDER, RUNNING, Stages
from services.notify.audience import Audiences
from services.routing.ladder import Facts, climb
from services.routing.policy import Policy
from shared.events.codes import CaseState, Responder, Severity
from shared.events.envelope import REGISTRY
from shared.events.ledger import CaseEvent

_SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
#: States in which nothing is awaited: a case that has no holder yet, and one that has ended.
_DATELESS: Final[frozenset[CaseState]] = frozenset({"received", "closed"})

Mistake = tuple[str, tuple[str | int, ...], str]


def mistakes(rules: Rules, policy: Policy, table: Audiences) -> Iterator[Mistake]:
    """Yield what only the files together can show: file, place in it, and what is wrong."""
    yield from end_mistakes(edges(rules))
    yield from date_mistakes(rules, RUNNING)
    yield from ladder_mistakes(policy)
    yield from audience_mistakes(table)
    yield from unattended_mistakes(rules)


def end_mistakes(ways: Iterable[Edge]) -> Iterator[Mistake]:
    """Yield the states from which a case could never end."""
    for state in dead_ends(ways):
        what = f"a case that is {state!r} can never come to 'closed', except by being withdrawn"
        yield "stages.yaml", ("stages",), what


def date_mistakes(rules: Rules, running: Mapping[CaseState, Collection[str]]) -> Iterator[Mistake]:
    """Yield the states and stages in which a case of some severity would have no date."""
    stages = rules.stages
    for state, clocks in running.items():
        if state not in _DATELESS and not clocks:
            yield "stages.yaml", ("stages",), f"no date runs while a case is {state!r}"
    for stage in sorted({*AT_HOLDER, *(stage for clocks in running.values() for stage in clocks)}):
        for responder in get_args(Responder):
            for severity in _SEVERITIES:
                if what := _without_date(stages, stage, severity, responder):
                    yield "stages.yaml", ("stages", stage), what
    for severity in _SEVERITIES:
        renewal = stages.renewal[severity]
        if renewal.most < renewal.first:
            what = "'most' is less than 'first': the first next date would be too long"
            yield "stages.yaml", ("renewal", severity), what


def _without_date(
    stages: Stages, stage: str, severity: Severity, responder: Responder
) -> str | None:
    rule = next((rule for name, rule in stages.stages.items() if name == stage), None)
    if rule is None:
        return f"no time for the stage {stage!r}: a case would be without a date"
    span = getattr(rule.responders.get(responder, rule.time), severity, None)
    if not span:
        return f"no time for {severity} with {responder}: a case would be without a date"
    return None


def ladder_mistakes(policy: Policy) -> Iterator[Mistake]:
    """Yield the ladders whose last step has nobody, at some site, who can hold a case.

    Nobody is accused here: who is passed over then goes to the last resort of the policy.
    """
    rules = policy.rules
    ladders: Mapping[tuple[str, ...], tuple[str, ...]] = {
        ("taxonomy.yaml", "categories", code, "ladder"): category.ladder
        for code, category in policy.taxonomy.categories.items()
        if category.ladder
    } | {
        ("routing.yaml", "protected_ladder"): rules.protected_ladder,
        ("routing.yaml", "triage_ladder"): rules.triage_ladder,
    }
    for (file, *place), ladder in ladders.items():
        nowhere = () if file == "taxonomy.yaml" else (None,)
        for site in (*policy.sites.sites, *nowhere):
            facts = Facts(site, None, frozenset(), ladder)
            if climb(facts, policy, [], start=len(ladder) - 1) is None:
                where = site or "an unknown site"
                what = f"nobody at {where} can hold a case on the last step, {ladder[-1]!r}"
                yield file, tuple(place), what


def unattended_mistakes(rules: Rules) -> Iterator[Mistake]:
    """Yield whom the policy tells of silent queues though nobody there would read it, or may."""
    unattended = rules.stages.unattended
    for kind, name in unattended.tell.items() if unattended else ():
        place = ("unattended", "tell", kind)
        body = rules.known.organisations.find(name)
        if body is None or not body.can_hold:
            yield "stages.yaml", place, f"{name!r} must be in organisations.yaml, open, with a mail"
        elif kind == "protection" and body.kind != "protection":
            yield "stages.yaml", place, f"{name!r} is no protection: how many wait there is secret"


def audience_mistakes(table: Audiences) -> Iterator[Mistake]:
    """Yield events and severities that there are not: nobody would ever be told by them."""
    known = [
        name.removeprefix("cf.recours.").rpartition(".v")[0]
        for name, model in REGISTRY.items()
        if issubclass(model, CaseEvent)
    ]
    for event in table.events:
        if event not in known:
            what = f"there is no such event; allowed: {', '.join(sorted(known))}"
            yield "audiences.yaml", ("events", event), what
    for name in ("at_once", "quiet_exempt", "alone"):
        for level, severity in enumerate(getattr(table, name)):
            if severity not in _SEVERITIES:
                yield "audiences.yaml", (name, level), f"{severity!r} is no severity"
