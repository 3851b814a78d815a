"""Which dates an organisation kept and which it let pass, from the clocks of a case. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.ledger.case import Case, Term
from shared.events.ledger import (
    CaseAppealed,
    CaseEscalated,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    CaseRerouted,
    DeadlineMissed,
)

#: What takes a date from an organisation without its having acted.
_TAKEN: Final = (CaseOpened, CaseEscalated, CaseRerouted, CaseAppealed, CaseReopened)


def terms_after(before: Case, after: Case, data: CaseEvent, at: datetime) -> tuple[Term, ...]:
    """Return the terms of a case once an event has stopped some of its clocks.

    A date that is missed again and again is one term: it ends when it is met at last.
    """
    if before.route is None or isinstance(data, _TAKEN):
        return before.terms
    ended_at = None if isinstance(data, DeadlineMissed) else at
    still = {(clock.stage, clock.started_at) for clock in (*after.clocks, *after.paused)}
    terms = before.terms
    for clock in before.clocks:
        if (clock.stage, clock.started_at) not in still:
            term = Term(clock.stage, before.route.holder, clock.due_at, ended_at)
            terms = _with(terms, term)
    return terms


def _with(terms: tuple[Term, ...], term: Term) -> tuple[Term, ...]:
    waiting = (term.stage, term.holder, None)
    if not any((one.stage, one.holder, one.ended_at) == waiting for one in terms):
        return (*terms, term)
    return tuple(
        replace(one, ended_at=term.ended_at)
        if (one.stage, one.holder, one.ended_at) == waiting
        else one
        for one in terms
    )
