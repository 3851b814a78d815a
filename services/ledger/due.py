"""What the passing of time does to a case: warnings, missed deadlines, renewal. Pure."""

from datetime import datetime

from services.ledger.aftercare import follow_ups
from services.ledger.case import NOT_ROUTED, Case, Question
from services.ledger.deadlines import due_after, warning_times
from services.ledger.decisions import Rules
from services.ledger.questions import awaited, decide_missed
from shared.events.ledger import (
    Deadline,
    DeadlineApproaching,
    DeadlineMissed,
    FollowUpAsked,
    QuestionMissed,
)

Fired = DeadlineApproaching | DeadlineMissed | QuestionMissed | FollowUpAsked
_Ahead = DeadlineApproaching | Deadline | Question | FollowUpAsked


def wake_at(case: Case, rules: Rules) -> datetime | None:
    """Return when the case must be looked at next: its first open warning or due date."""
    return min((at for at, _ in _ahead(case, rules)), default=None)


def decide_due(case: Case, now: datetime, rules: Rules) -> Fired | None:
    """Return the earliest thing that has become due, or None; ask again after applying it."""
    at, fired = min(_ahead(case, rules), key=lambda item: item[0], default=(now, None))
    if fired is None or at > now:
        return None
    if isinstance(fired, Question):
        return decide_missed(case, fired, now, rules)
    if not isinstance(fired, Deadline):
        return fired
    return _missed(case, fired, now, rules)


def has_passed(case: Case, now: datetime, rules: Rules) -> bool:
    """Tell whether a date has passed that is not recorded as missed yet."""
    clock = case.next_clock
    if clock is not None and clock.due_at <= now:
        return True
    return any(due_at <= now for due_at, _ in awaited(case, rules))


def _ahead(case: Case, rules: Rules) -> list[tuple[datetime, _Ahead]]:
    """List what will become due, with its time; a warning comes before its own due date."""
    if case.route is None:
        return []
    if not case.open:
        return [*follow_ups(case, rules)]
    shares = rules.stages.warnings[case.route.severity]
    ahead: list[tuple[datetime, _Ahead]] = []
    for clock in case.clocks:
        for share, at in warning_times(clock, shares):
            if (clock.stage, share) not in case.warned:
                warning = DeadlineApproaching(
                    case=NOT_ROUTED, stage=clock.stage, due_at=clock.due_at, share=share
                )
                ahead.append((at, warning))
        ahead.append((clock.due_at, clock))
    return [*ahead, *awaited(case, rules)]


def _missed(case: Case, clock: Deadline, now: datetime, rules: Rules) -> DeadlineMissed:
    """Record a miss with its true due time, and renew the clock from now.

    The next holder is asked for once: while the answer of routing is awaited, further misses
    only renew, else one late answer would move the case up several steps.
    """
    rule = next(rule for stage, rule in rules.stages.stages.items() if stage == clock.stage)
    return DeadlineMissed(
        case=NOT_ROUTED,
        stage=clock.stage,
        due_at=clock.due_at,
        escalates=rule.on_missed == "escalate" and not case.escalating,
        renewed=_renewed(case, clock, now, rules),
    )


def _renewed(case: Case, clock: Deadline, now: datetime, rules: Rules) -> Deadline:
    assert case.route is not None
    severity = case.route.severity
    rule = next(rule for stage, rule in rules.stages.stages.items() if stage == clock.stage)
    if rule.owner == "holder":
        span = rules.stages.renewal[severity].after(case.renewals.count(clock.stage))
    else:
        span = rule.time.of(severity)
    due = due_after(now, span, elapsed=rules.elapsed(severity), calendar=rules.calendar)
    return Deadline(stage=clock.stage, started_at=now, due_at=due)
