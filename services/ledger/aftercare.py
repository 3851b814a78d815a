"""After the end of a case: the person is asked how things are, and it may begin again. Pure."""

from datetime import datetime

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.deadlines import days_of, due_after
from services.ledger.decisions import Rules, require
from services.ledger.endings import reopened
from shared.errors import Conflict, Invalid
from shared.events.codes import FollowUp
from shared.events.intake import FollowUpAnswered
from shared.events.ledger import Actor, CaseEvent, FollowUpAsked, FollowUpRecorded


def follow_ups(case: Case, rules: Rules) -> list[tuple[datetime, FollowUpAsked]]:
    """Return what is still to be asked after the end of a case, with the time of each."""
    if case.open or case.closed_at is None or case.route is None:
        return []
    elapsed = rules.elapsed(case.route.severity)
    ahead = []
    for span in rules.stages.follow_up:
        day = days_of(span)
        if day not in case.asked:
            at = due_after(case.closed_at, span, elapsed=elapsed, calendar=rules.calendar)
            asked = FollowUpAsked(case=NOT_ROUTED, day=day, asks=_asks(case, day, rules))
            ahead.append((at, asked))
    return ahead


def _asks(case: Case, day: int, rules: Rules) -> tuple[FollowUp, ...]:
    """Satisfaction is asked at the end and at the first follow-up, the rest each time."""
    asks: list[FollowUp] = ["retaliation"]
    if case.closed_as == "resolved-agreed" or case.items("verified"):
        asks.insert(0, "remedy")
    if day == min(map(days_of, rules.stages.follow_up)) and case.closed_as != "withdrawn":
        asks.append("satisfaction")
    return tuple(asks)


def decide_follow_up(
    case: Case, by: Actor, *, satisfied: bool | None, remedy_holds: bool | None, alerted: bool
) -> FollowUpRecorded:
    """The advocate tells how things are; revenge is told to protection alone, and not kept here."""
    require(case, "record-follow-up")
    if satisfied is None and remedy_holds is None and not alerted:
        reason = "say at least one thing"
        raise Invalid(reason, errors=[{"field": "satisfied", "reason": reason}])
    if remedy_holds is False:
        raise Conflict(
            "A remedy that does not hold is a reason to reopen the case",
            state=case.state,
            possible=["reopen"],
        )
    return FollowUpRecorded(
        case=NOT_ROUTED, by=by, satisfied=satisfied, remedy_holds=remedy_holds, message_id=None
    )


def react_follow_up(
    case: Case, told: FollowUpAnswered, by: Actor, now: datetime, rules: Rules
) -> list[CaseEvent]:
    """Record how things are; a remedy that does not hold opens the case again, at any time."""
    recorded = FollowUpRecorded(
        case=NOT_ROUTED,
        by=by,
        satisfied=told.satisfied,
        remedy_holds=told.remedy_holds,
        message_id=told.message_id,
    )
    if case.route is None or case.open or told.remedy_holds is not False:
        return [recorded]
    return [recorded, reopened(case, by, now, rules, message_id=told.message_id)]
