"""How a case ends, and how it is taken up again: closing, appeal, reopening. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.deadlines import due_after
from services.ledger.decisions import Rules, possible_in, require, wrong
from services.ledger.remedies import Wanted, items_of
from shared.errors import Conflict, Invalid
from shared.events.codes import AppealOutcome, CaseState, ClosedAs, ConsentForm, ContactWay
from shared.events.ledger import (
    Actor,
    AppealDecided,
    CaseAppealed,
    CaseClosed,
    CaseReopened,
    ContactTried,
    Deadline,
)

#: How a case may end in which state (domain rules, closing states). Agreement is closed only once
#: its delivery is verified, and a withdrawal is the complainant's alone.
_CLOSINGS: Final[dict[CaseState, tuple[ClosedAs, ...]]] = {
    "verified": ("resolved-agreed",),
    "remedy_proposed": ("resolved-not-agreed", "inconclusive"),
    "waiting_for_complainant": ("inconclusive", "referred"),
    "routed": ("referred", "inadmissible"),
}
_CLOSINGS_ELSE: Final[tuple[ClosedAs, ...]] = (
    "resolved-not-agreed",
    "referred",
    "inconclusive",
    "inadmissible",
)
_ELSE: Final = (
    "A new grievance can be filed at any time, and courts, the labour inspection and unions "
    "remain open."
)


@dataclass(frozen=True)
class Referral:
    """To whom a case is referred, and how the complainant consented to it."""

    to: str
    consent: ConsentForm


def closings(case: Case) -> tuple[ClosedAs, ...]:
    """Return the ways in which a case may end as it stands."""
    allowed = _CLOSINGS.get(case.state, _CLOSINGS_ELSE)
    if case.state == "verified" and case.items("refused"):
        return ("resolved-not-agreed",)
    if not case.has_other_side:  # whoever is in danger is not given up
        allowed = tuple(name for name in allowed if name != "inconclusive")
    if case.appeal != "none":  # who was appealed to decides; it does not merely end the case
        return tuple(name for name in allowed if name in ("referred", "inconclusive"))
    return allowed


def decide_close(
    case: Case,
    by: Actor,
    closed_as: ClosedAs,
    text_id: str,
    now: datetime,
    rules: Rules,
    referral: Referral | None = None,
) -> CaseClosed:
    """The holder ends the case in a way that its state allows."""
    require(case, "close")
    allowed = closings(case)
    if closed_as not in allowed:
        raise Conflict(
            f"A case that is '{case.state}' cannot be closed as '{closed_as}'",
            state=case.state,
            possible=[f"close as {name}" for name in allowed],
        )
    if closed_as == "inconclusive":
        _require_tries(case, now, rules)
    if closed_as == "referred":
        _check_referral(case, referral, rules)
    elif referral is not None:
        raise wrong("to", "is for a referral alone")
    return CaseClosed(
        case=NOT_ROUTED,
        closed_as=closed_as,
        by=by,
        text_id=text_id,
        appeal_until=appeal_until(case, now, rules),
        referred_to=referral.to if referral else None,
        consent=referral.consent if referral else None,
    )


def _require_tries(case: Case, now: datetime, rules: Rules) -> None:
    """Nobody is given up before they were looked for, and a life in danger never is."""
    rule, route = rules.stages.unreachable, case.route
    assert route is not None
    days = {rules.calendar.local_day(at) for at in case.tries}
    enough = len(days) >= rule.tries and now - min(case.tries) >= rule.after
    if enough and route.severity not in rule.never:
        return
    never = f"; never for {', '.join(rule.never)}" if rule.never else ""
    raise Conflict(
        f"A case is inconclusive only after {rule.tries} tries at safe times to reach the person, "
        f"on different days, the first of them {rule.after.days} days ago{never}",
        state=case.state,
        possible=[name for name in possible_in(case) if name != "close"],
        tries=len(days),
        first_try=min(case.tries).isoformat() if case.tries else None,
    )


def _check_referral(case: Case, referral: Referral | None, rules: Rules) -> None:
    if referral is None:
        reason = "a referral needs where it goes to, and the complainant's consent to it"
        fields = [{"field": name, "reason": reason} for name in ("to", "consent")]
        raise Invalid(reason, errors=fields)
    require_not_accused(case, referral.to, rules)


def require_not_accused(case: Case, to: str, rules: Rules) -> None:
    """Refuse a body that cannot take a referral, or that the complainant accuses."""
    assert case.route is not None
    body = rules.known.organisations.find(to)
    if body is None or not body.can_hold:
        raise wrong("to", "must be an organisation that is known, open and has an address")
    accused = case.route.accused
    if to in accused or f"kind:{body.kind}" in accused:
        # The same words as for one that is not there: they tell nobody who is accused.
        raise wrong("to", "must be an organisation that is known, open and has an address")


def decide_contact_try(case: Case, by: Actor, how: ContactWay, text_id: str | None) -> ContactTried:
    """Record that the person could not be reached; whatever they say later starts it anew."""
    require(case, "record-contact-try")
    return ContactTried(case=NOT_ROUTED, by=by, how=how, text_id=text_id)


def appeal_until(case: Case, closed_at: datetime, rules: Rules) -> datetime | None:
    """Return until when a case closed then may be appealed or reopened; None is at any time."""
    if case.route is None:
        return None
    severity = case.route.severity
    window = rules.stages.appeal_window.get(severity)
    if window is None:
        return None
    return due_after(closed_at, window, elapsed=rules.elapsed(severity), calendar=rules.calendar)


def too_late(case: Case, now: datetime, rules: Rules) -> bool:
    """Tell whether the window for an appeal or a reopening has passed."""
    if case.open or case.closed_at is None:
        return False
    until = appeal_until(case, case.closed_at, rules)
    return until is not None and now > until


def _require_window(case: Case, command: str, now: datetime, rules: Rules) -> None:
    if not too_late(case, now, rules):
        return
    assert case.closed_at is not None
    until = appeal_until(case, case.closed_at, rules)
    assert until is not None
    day = rules.calendar.local_day(until).isoformat()
    raise Conflict(
        f"'{command}' was possible until {day}. {_ELSE}",
        state=case.state,
        possible=[name for name in possible_in(case) if name not in ("appeal", "reopen")],
        until=until.isoformat(),
    )


def decide_appeal(case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseAppealed:
    """The advocate appeals for the complainant; the next body is asked for."""
    if case.route is not None and case.route.final:
        raise Conflict(
            f"The last body has the case: nobody is left here to appeal to. {_ELSE}",
            state=case.state,
            possible=possible_in(case),
        )
    route = require(case, "appeal")
    _require_window(case, "appeal", now, rules)
    clock = rules.clock("appeal", route, now)
    return CaseAppealed(
        case=NOT_ROUTED, message_id=None, by=by, text_id=text_id, deadlines=(clock,)
    )


def decide_reopen(case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseReopened:
    """The advocate has a closed case taken up again by the same holder."""
    require(case, "reopen")
    _require_window(case, "reopen", now, rules)
    return reopened(case, by, now, rules, text_id=text_id)


def reopened(
    case: Case,
    by: Actor,
    now: datetime,
    rules: Rules,
    *,
    text_id: str | None = None,
    message_id: str | None = None,
) -> CaseReopened:
    """Return the reopening of a case, with the clocks of a case that just came."""
    assert case.route is not None
    return CaseReopened(
        case=NOT_ROUTED,
        by=by,
        text_id=text_id,
        message_id=message_id,
        deadlines=rules.clocks_at_holder(case.route, now, case),
    )


def decide_appeal_outcome(
    case: Case,
    by: Actor,
    outcome: AppealOutcome,
    text_id: str,
    now: datetime,
    rules: Rules,
    wanted: Sequence[Wanted] = (),
) -> AppealDecided:
    """The body appealed to decides: what it orders is owed as if agreed, or the case ends."""
    require(case, "decide-appeal")
    clocks: tuple[Deadline, ...] = ()
    items = items_of(wanted, case, now, rules, debtor=case.previous_holder)
    if (outcome == "upheld") != bool(items):
        raise wrong("items", "say what is owed when the appeal is upheld, and only then")
    if items:
        due_at = min(item.due_at for item in items)
        clocks = (Deadline(stage="deliver", started_at=now, due_at=due_at),)
    return AppealDecided(
        case=NOT_ROUTED,
        by=by,
        text_id=text_id,
        outcome=outcome,
        previous_holder=case.previous_holder,
        deadlines=clocks,
        items=items,
        appeal_until=appeal_until(case, now, rules) if outcome == "dismissed" else None,
    )
