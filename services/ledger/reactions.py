"""What events of the other services do to a case: each reaction is pure and never refuses."""

from datetime import UTC, datetime
from typing import get_args

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.deadlines import resumed
from services.ledger.decisions import Rules
from services.ledger.endings import appeal_until, reopened, too_late
from services.ledger.remedies import agreed, confirmed_by
from services.ledger.statement import react_statement
from services.ledger.triage import rerouted
from shared.events.intake import (
    AnswerGiven,
    AppealLodged,
    GrievanceWithdrawn,
    MessageReceived,
    ReopeningAsked,
    StatementGiven,
)
from shared.events.ledger import (
    Actor,
    Audience,
    CaseAppealed,
    CaseClosed,
    CaseEscalated,
    CaseEvent,
    CaseOpened,
    ComplainantWrote,
    Deadline,
    Informed,
    PartiesInformed,
    RemedyRefused,
)
from shared.events.notify import Settled
from shared.events.routing import GrievanceRouted

COMPLAINANT = Actor(sub="complainant", role="complainant", organisation=None)


def react_routed(
    case: Case, route: GrievanceRouted, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Open the case, or give it to its next holder; a closed case stays closed."""
    if case.route is None:
        start = _start(route, now, rules)
        opened = CaseOpened(
            case=NOT_ROUTED.model_copy(update={"policy_version": rules.version}),
            route=route,
            deadlines=rules.clocks_at_holder(route, start),
        )
        if case.state == "closed":  # withdrawn before the route was known
            return [opened, _withdrawn(case, now, rules)]
        return [opened]
    if not case.open or route.reason == "submitted":
        return []
    if route.reason == "corrected":
        return [rerouted(case, route, now, rules)]
    if _has_it(case, case.route, route):
        return []
    return [
        CaseEscalated(
            case=NOT_ROUTED,
            route=route,
            previous_holder=case.route.holder,
            deadlines=_clocks_of_next(case, route, now, rules),
        )
    ]


def _clocks_of_next(
    case: Case, route: GrievanceRouted, now: datetime, rules: Rules
) -> tuple[Deadline, ...]:
    """Return the clocks of the next holder; one that was appealed to owes a decision.

    The time of an appeal runs from its lodging, and anew for a body that another's silence led to.
    """
    if case.appeal == "none":
        return rules.clocks_at_holder(route, now, case)
    lodged = case.clock("appeal") if route.reason == "appealed" else None
    return (
        rules.clock("acknowledge", route, now),
        lodged or rules.clock("appeal", route, now),
        *rules.clocks_beside(route, now, case),
    )


def _has_it(case: Case, now: GrievanceRouted, route: GrievanceRouted) -> bool:
    """Tell whether a second answer gives the case to who has it already: nobody waits for it."""
    return not case.escalating and (now.holder, now.level) == (route.holder, route.level)


def _start(route: GrievanceRouted, now: datetime, rules: Rules) -> datetime:
    """The day of receipt is day 0, unless the case reached its holder much later."""
    late = now - route.received_at > rules.stages.grace_for_delay
    return now if late or route.received_at > now else route.received_at.astimezone(UTC)


def react_message(
    case: Case, message: MessageReceived, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Record that the complainant wrote; paused clocks run again."""
    return [_wrote(case, message.message_id, now, rules, message.danger_signs)]


def _wrote(
    case: Case, message_id: str, now: datetime, rules: Rules, danger: tuple[str, ...] = ()
) -> ComplainantWrote:
    waiting = case.state == "waiting_for_complainant"
    return ComplainantWrote(
        case=NOT_ROUTED,
        message_id=message_id,
        resumed=waiting,
        deadlines=_running_again(case, now, rules) if waiting else case.clocks,
        danger_signs=danger,
    )


def _running_again(case: Case, now: datetime, rules: Rules) -> tuple[Deadline, ...]:
    assert case.paused_at is not None
    assert case.route is not None
    elapsed = rules.elapsed(case.route.severity)
    return tuple(
        resumed(clock, case.paused_at, now, elapsed=elapsed, calendar=rules.calendar)
        for clock in case.paused
    )


def react_answer(
    case: Case, answer: AnswerGiven, cause: str, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Take the complainant's yes or no to a proposal or a delivery; else it is a message.

    An answer to an earlier question than the one that waits is a message too.
    """
    route, message_id = case.route, answer.message_id
    if answer.question not in (None, case.asking):
        return [_wrote(case, message_id or cause, now, rules)]
    if route is not None and case.state == "remedy_proposed" and answer.agreed:
        taken = agreed(case, answer, now, rules)
        return [taken] if taken else [_wrote(case, message_id or cause, now, rules)]
    if route is not None and case.state == "remedy_delivered" and answer.agreed:
        confirmed = confirmed_by(case, COMPLAINANT, answer, now, rules)
        return [confirmed] if confirmed else [_wrote(case, message_id or cause, now, rules)]
    if route is not None and case.state in ("remedy_proposed", "remedy_delivered"):
        clock = rules.clock("propose", route, now)
        return [RemedyRefused(case=NOT_ROUTED, message_id=message_id, deadlines=(clock,))]
    return [_wrote(case, message_id or cause, now, rules)]


def react_withdrawn(
    case: Case, withdrawal: GrievanceWithdrawn, cause: str, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Close the case at the complainant's wish; in a closed case it is only recorded."""
    if not case.open:
        return [_wrote(case, withdrawal.message_id or cause, now, rules)]
    return [_withdrawn(case, now, rules)]


def _withdrawn(case: Case, now: datetime, rules: Rules) -> CaseClosed:
    return CaseClosed(
        case=NOT_ROUTED,
        closed_as="withdrawn",
        by=COMPLAINANT,
        text_id=None,
        appeal_until=appeal_until(case, now, rules),
    )


def react_appeal(
    case: Case, appeal: AppealLodged, cause: str, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Ask for the next body; after the window, or where none is left, it is only recorded."""
    route = case.route
    if route is None or route.final or too_late(case, now, rules):
        return [_wrote(case, appeal.message_id or cause, now, rules)]
    clock = rules.clock("appeal", route, now)
    return [CaseAppealed(case=NOT_ROUTED, message_id=appeal.message_id, deadlines=(clock,))]


def react_statement_given(
    case: Case, given: StatementGiven, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Release the complainant's own statement; where nobody may read it, it is a message."""
    released = react_statement(case, given, COMPLAINANT)
    return released or [_wrote(case, given.message_id, now, rules)]


def react_reopening(
    case: Case, asked: ReopeningAsked, cause: str, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Take a closed case up again; after the window, or while it is open, it is a message."""
    if case.route is None or case.open or too_late(case, now, rules):
        return [_wrote(case, asked.message_id or cause, now, rules)]
    return [reopened(case, COMPLAINANT, now, rules, message_id=asked.message_id)]


def react_settled(settled: Settled) -> list[CaseEvent]:
    """Record in the case which parties were told and which were not, and why."""
    parties = tuple(
        Informed.model_validate(outcome.model_dump())
        for outcome in settled.outcomes
        if outcome.audience in get_args(Audience)
    )
    return [PartiesInformed(case=NOT_ROUTED, parties=parties)] if parties else []
