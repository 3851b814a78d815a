"""What people may do with a case: each decision is a pure function of the case. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.deadlines import WorkCalendar, due_after, normalised
from services.ledger.stages import AT_HOLDER, BESIDE, Stage, Stages
from shared.directory import Organisations, Sites
from shared.errors import Conflict, Invalid
from shared.events.codes import CaseState, Severity
from shared.events.ledger import (
    Actor,
    CaseAcknowledged,
    CaseExtended,
    ComplainantAsked,
    Deadline,
    EscalationRequested,
    InquiryStarted,
)
from shared.events.routing import GrievanceRouted
from shared.taxonomy import Taxonomy

_APPEAL: Final = ("appeal", "decide-appeal")
#: What goes on beside the stages, as long as a case is open.
_BESIDE: Final = (
    "take",
    "hand-over",
    "link-case",
    "ask-party",
    "answer-question",
    "record-safety-plan",
    "record-safe-contact",
    "refer-service",
    "request-release",
    "agree-release",
    "record-statement",
    "release-statement",
    "withdraw-statement",
)
#: What can be done in each state (domain rules, the case). The complainant's own acts come as
#: events of intake and are never refused.
POSSIBLE: Final[dict[CaseState, tuple[str, ...]]] = {
    "received": (),
    "routed": (
        "acknowledge",
        "extend",
        "escalate",
        "close",
        "decide-appeal",
        "correct-triage",
        *_BESIDE,
    ),
    "acknowledged": (
        "start-inquiry",
        "ask-complainant",
        "extend",
        "propose-remedy",
        "escalate",
        "close",
        "record-contact-try",
        "decide-appeal",
        "correct-triage",
        *_BESIDE,
    ),
    "in_inquiry": (
        "ask-complainant",
        "extend",
        "propose-remedy",
        "escalate",
        "close",
        "record-contact-try",
        "correct-triage",
        *_APPEAL,
        *_BESIDE,
    ),
    "waiting_for_complainant": ("escalate", "close", "record-contact-try", *_BESIDE),
    "remedy_proposed": ("escalate", "close", "record-contact-try", "appeal", *_BESIDE),
    "agreed": ("extend", "record-delivery", "verify-delivery", "escalate", "appeal", *_BESIDE),
    "remedy_delivered": (
        "verify-delivery",
        "escalate",
        "record-contact-try",
        "appeal",
        *_BESIDE,
    ),
    "verified": ("close", "appeal", *_BESIDE),
    "closed": ("appeal", "reopen", "record-follow-up", "withdraw-statement"),
}
#: What a command needs of the case beside its state.
_NEEDS: Final[dict[str, Callable[[Case], bool]]] = {
    "record-safety-plan": lambda case: not case.has_other_side,
    "record-safe-contact": lambda case: not case.has_other_side,
    "refer-service": lambda case: not case.has_other_side,
    "request-release": lambda case: not case.has_other_side and not case.escalating,
    "agree-release": lambda case: case.protection.release is not None and not case.escalating,
    "hand-over": lambda case: case.person is not None,
    "answer-question": lambda case: any(one.answer_id is None for one in case.questions),
    # While more is to come, what was delivered of the items can be verified already.
    "verify-delivery": lambda case: (
        case.state == "remedy_delivered" or bool(case.items("delivered"))
    ),
    "decide-appeal": lambda case: case.appeal == "held",
    "appeal": lambda case: not case.escalating and not (case.route and case.route.final),
    "correct-triage": lambda case: not case.escalating and case.appeal == "none",
    "record-statement": lambda case: case.has_other_side,
    "release-statement": lambda case: case.has_other_side and case.statement.text_id is not None,
    "withdraw-statement": lambda case: case.statement.released_id is not None,
}


@dataclass(frozen=True)
class Known:
    """Who and what the policy knows: a person may name these and nothing else."""

    organisations: Organisations
    taxonomy: Taxonomy
    sites: Sites


@dataclass(frozen=True)
class Rules:
    """The part of a policy version that the ledger decides by."""

    version: str
    stages: Stages
    calendar: WorkCalendar
    known: Known

    def elapsed(self, severity: Severity) -> bool:
        """Whether a severity runs on elapsed hours, not on calendar days."""
        return severity in self.stages.elapsed

    def clock(self, stage: Stage, route: GrievanceRouted, start: datetime) -> Deadline:
        """Return the clock of a stage that begins now."""
        span = self.stages.span(stage, route.severity, route.responder)
        elapsed = self.elapsed(route.severity)
        due = due_after(start, span, elapsed=elapsed, calendar=self.calendar)
        return Deadline(stage=stage, started_at=start, due_at=due)

    def clocks_at_holder(
        self, route: GrievanceRouted, start: datetime, case: Case | None = None
    ) -> tuple[Deadline, ...]:
        """Return the clocks that begin when a case comes to a holder."""
        return (
            *(self.clock(stage, route, start) for stage in AT_HOLDER),
            *self.clocks_beside(route, start, case),
        )

    def clocks_beside(
        self, route: GrievanceRouted, start: datetime, case: Case | None
    ) -> tuple[Deadline, ...]:
        """Return the clock of a safety plan for a protected case that has none."""
        planned = case is not None and case.protection.safety_plan is not None
        if route.lane != "protected" or planned:
            return ()
        return tuple(self.clock(stage, route, start) for stage in BESIDE)


def route_of(case: Case) -> GrievanceRouted:
    """Return the route of a case that has a holder."""
    if case.route is None:
        raise Conflict("The case has no holder yet", state=case.state, possible=[])
    return case.route


def possible_in(case: Case) -> list[str]:
    """Return what can be done with a case as it stands, by whoever may."""
    return [name for name in POSSIBLE[case.state] if name not in _NEEDS or _NEEDS[name](case)]


def require(case: Case, command: str) -> GrievanceRouted:
    """Refuse a command that the state does not allow, and say what it allows."""
    route, possible = route_of(case), possible_in(case)
    if command not in possible:
        raise Conflict(
            f"'{command}' is not possible while the case is '{case.state}'",
            state=case.state,
            possible=possible,
        )
    return route


def decide_acknowledge(case: Case, by: Actor) -> CaseAcknowledged:
    """The holder says that it has the case."""
    require(case, "acknowledge")
    return CaseAcknowledged(case=NOT_ROUTED, by=by)


def decide_start_inquiry(case: Case, by: Actor) -> InquiryStarted:
    """The holder begins to look into the facts."""
    require(case, "start-inquiry")
    return InquiryStarted(case=NOT_ROUTED, by=by)


def decide_ask(
    case: Case, by: Actor, text_id: str, now: datetime, rules: Rules
) -> ComplainantAsked:
    """The holder asks the complainant; the holder's clocks stand still until the answer."""
    route = require(case, "ask-complainant")
    clock = rules.clock("answer", route, now)
    return ComplainantAsked(case=NOT_ROUTED, by=by, text_id=text_id, deadlines=(clock,))


def decide_extend(
    case: Case, by: Actor, until: date | datetime, text_id: str, now: datetime, rules: Rules
) -> CaseExtended:
    """The holder takes more time for the stage it works at, as often as the policy allows."""
    route = require(case, "extend")
    clock, stage = _extendable(case, rules)
    extension = rules.stages.stages[stage].extend
    assert extension is not None
    if case.extensions.count(stage) >= extension.most:
        raise Conflict(
            f"The stage '{stage}' was extended as often as the policy allows",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "extend"],
        )
    elapsed = rules.elapsed(route.severity)
    due = normalised(until, elapsed=elapsed, calendar=rules.calendar)
    latest = due_after(
        clock.due_at, extension.by.of(route.severity), elapsed=elapsed, calendar=rules.calendar
    )
    if due <= now or due <= clock.due_at:
        raise wrong("until", "must be later than now and than the date that stands", latest)
    if due > latest:
        raise wrong("until", "is later than the policy allows", latest)
    return CaseExtended(
        case=NOT_ROUTED,
        by=by,
        stage=stage,
        previous_due_at=clock.due_at,
        until=due,
        text_id=text_id,
    )


def _extendable(case: Case, rules: Rules) -> tuple[Deadline, Stage]:
    """Return the stage that an extension is about: the first whose time the policy lets grow."""
    for clock in sorted(case.clocks, key=lambda clock: clock.due_at):
        for stage, rule in rules.stages.stages.items():
            if stage == clock.stage and rule.extend is not None:
                return clock, stage
    raise Conflict(
        "No running deadline of this case can be extended",
        state=case.state,
        possible=[name for name in possible_in(case) if name != "extend"],
    )


def wrong(field: str, reason: str, latest: datetime | None = None) -> Invalid:
    """Return the error for a field whose content the policy does not allow."""
    members = {"latest": latest.isoformat()} if latest else {}
    return Invalid(f"{field} {reason}", errors=[{"field": field, "reason": reason}], **members)


def decide_escalate(case: Case, by: Actor, text_id: str) -> EscalationRequested:
    """Somebody with the right to do so asks for the next responder."""
    require(case, "escalate")
    if case.escalating:
        raise Conflict(
            "The next responder has been asked for already",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "escalate"],
        )
    return EscalationRequested(case=NOT_ROUTED, by=by, text_id=text_id)
