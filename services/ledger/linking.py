"""Linking two cases, and giving one command to several: each is stored by itself."""

from collections.abc import Sequence
from dataclasses import replace

from services.ledger.case import Case
from services.ledger.drafts import Draft
from services.ledger.handlers import (
    Done,
    Order,
    carry_out,
    done_before,
    done_by,
    open_case,
    require_yours,
)
from services.ledger.related import Outcome, decide_link
from services.ledger.sight import possible, relations_of
from services.ledger.store import Ledger
from shared.access import Caller
from shared.errors import Conflict, DomainError, Invalid, NotFound
from shared.events.envelope import Event
from shared.events.ledger import Actor, CaseLinked
from shared.ids import grievance_id


def _linking(order: Order, reference: str, other: str) -> Order:
    """Return the order that links one case to another."""

    def decide(case: Case, by: Actor, *_: object) -> CaseLinked:
        return decide_link(case, by, other)

    return replace(order, reference=reference, decide=decide)


async def link(ledger: Ledger, order: Order, to: str) -> Done:
    """Link two cases that the caller works on, each with an entry of its own.

    Should only one entry have been stored, the same command stores the other. A repeat under the
    same key by whoever still sees the first case is answered as it was, though they may no longer
    link the two; an entry that is missing then stays missing.
    """
    one, sight = await open_case(ledger, order.reference, order.caller)
    earlier = await done_before(ledger, one, order)
    try:
        require_yours(one.case, sight, order.command)
        other = await _other(ledger, to, order.caller)
    except (Conflict, Invalid):
        if earlier is None:
            raise
        return done_by(earlier, one, sight, order.caller, replayed=True)
    mine, theirs = one.case.reference, other.case.reference
    stored = _entry(one, theirs)
    if stored is None or mine in other.case.related:
        done = await carry_out(ledger, _linking(order, mine, theirs))
    else:
        done = done_by(stored, one, sight, order.caller, replayed=True)
    if mine not in other.case.related:
        await carry_out(ledger, replace(_linking(order, theirs, mine), if_match=None))
    return done


async def _other(ledger: Ledger, to: str, caller: Caller) -> Draft:
    try:
        other, sight = await open_case(ledger, to, caller)
    except NotFound:
        raise _unknown() from None
    if "link-case" not in possible(other.case, sight):
        raise _unknown()
    return other


def _entry(draft: Draft, other: str) -> Event | None:
    """Return the entry that links a case to another one already."""
    links = (e for e in draft.stream if isinstance(e.data, CaseLinked) and e.data.other == other)
    return next(links, None)


def _unknown() -> Invalid:
    """Return the one answer for a case that is not there and one that may not be seen."""
    reason = "must be a case that you work on"
    return Invalid(f"to {reason}", errors=[{"field": "to", "reason": reason}])


async def seen_by_caller(ledger: Ledger, case: Case, caller: Caller) -> list[str]:
    """Return the linked cases that exist for a caller."""
    ids = {grievance_id(reference): reference for reference in case.related}
    drafts = await ledger.drafts(list(ids)) if ids else {}
    return [ref for gid, ref in ids.items() if relations_of(drafts[gid].case, caller)]


async def answer_together(ledger: Ledger, order: Order, references: Sequence[str]) -> list[Outcome]:
    """Give a command to linked cases too; one that refuses does not keep the others from it."""
    outcomes = []
    for reference in references:
        key = f"{order.key}|{reference}" if order.key else None
        each = replace(order, reference=reference, key=key, if_match=None)
        try:
            done = await carry_out(ledger, each)
        except NotFound:
            continue
        except DomainError as error:
            outcomes.append(Outcome(reference, None, error))
        else:
            outcomes.append(Outcome(reference, done.event, None))
    return outcomes
