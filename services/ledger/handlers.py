"""What people do with a case: see it, decide, keep the words in the vault, append."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.ledger.case import Case
from services.ledger.decisions import Rules
from services.ledger.drafts import Draft
from services.ledger.sight import Sight, possible, sight_of
from services.ledger.store import Ledger
from services.ledger.timeline import version_for
from services.ledger.vault import alert_protection, keep_text, may_be_called
from shared.access import Caller
from shared.errors import Conflict, Invalid, NotFound, Stale, TransientError
from shared.events.envelope import Event
from shared.events.ledger import Actor, CaseEvent, ContactTried
from shared.ids import derived_id, grievance_id
from shared.tracing import current

_ATTEMPTS = 5

#: A decision about a case, given the id under which the caller's words will be kept.
Decide = Callable[[Case, Actor, str, datetime, Rules], CaseEvent]


@dataclass(frozen=True)
class Order:
    """A command as it was given: by whom, on which case, with which words.

    `fingerprint` tells a repeat of the same request from another one under the same key.
    """

    caller: Caller
    reference: str
    command: str
    decide: Decide
    text: str | None
    alerts: bool
    if_match: int | None
    key: str | None
    fingerprint: str


#: A case with what its reader sees of it.
Opened = tuple[Draft, Sight]


@dataclass(frozen=True)
class Done:
    """The event that a command led to, the version after it, and whether it was there before."""

    event: Event
    version: int
    replayed: bool


def unknown() -> NotFound:
    """Return the one answer for a case that is not there and one that may not be seen."""
    return NotFound("There is no such case")


async def open_case(ledger: Ledger, reference: str, caller: Caller) -> Opened:
    """Return a case that the caller may see; raises NotFound."""
    gid = grievance_id(reference)
    draft = await ledger.draft(gid)
    sight = sight_of(draft.case, caller, ledger.access)
    if not sight.visible:
        raise unknown()
    return draft, sight


async def carry_out(ledger: Ledger, order: Order, opened: Opened | None = None) -> Done:
    """Carry out a command on a case; raises DomainError, and then nothing is stored.

    The first decision is made on `opened`, which nobody else may use: to read the case a second
    time cost as much as to decide (measured). Should it be out of date, its place in the record is
    taken, and the next attempt reads anew.
    """
    cause = _cause(order)
    text_id = derived_id(grievance_id(order.reference), cause, "text")
    kept = False
    for _ in range(_ATTEMPTS):
        draft, sight = opened or await open_case(ledger, order.reference, order.caller)
        opened = None
        if earlier := await done_before(ledger, draft, order):
            return done_by(earlier, draft, sight, order.caller, replayed=True)
        event = await _decided(ledger, draft, sight, order, cause, text_id)
        if not kept:  # the same words, whichever attempt wins
            await _keep_words(ledger, order, draft.case.id, text_id)
            kept = True
        if await ledger.keep(draft, order.fingerprint):
            after = sight_of(draft.case, order.caller, ledger.access)
            return done_by(event, draft, after, order.caller, replayed=False)
    raise TransientError("The case kept changing; send the command again", retry_after=1)


def done_by(event: Event, draft: Draft, sight: Sight, caller: Caller, *, replayed: bool) -> Done:
    """Return what a command led to, with the version that its caller may know."""
    entries = [*draft.stream, *draft.new]
    return Done(event, version_for(entries, sight, caller, event.sequence), replayed)


def require_yours(case: Case, sight: Sight, command: str) -> None:
    """Refuse a command that the table does not give to who sees the case; raises Conflict."""
    if command not in sight.commands:
        raise Conflict(
            f"'{command}' is not yours to do in this case",
            state=case.state,
            possible=possible(case, sight),
        )


async def require_here(ledger: Ledger, order: Order, case: Case, sight: Sight) -> None:
    """Refuse to give a case to somebody who is away, who would lose it at once; raises Conflict."""
    if order.command != "take":
        return
    until = await ledger.away_until(order.caller.sub)
    if until is not None:
        raise Conflict(
            f"You are marked as away until {until}: say first that you are back, then take it",
            state=case.state,
            possible=[name for name in possible(case, sight) if name != "take"],
            away_until=until,
        )


async def _keep_words(ledger: Ledger, order: Order, gid: str, text_id: str) -> None:
    if order.text is not None:
        await keep_text(ledger.http, gid, text_id, order.text, author=order.caller.role)
    if order.alerts:
        await alert_protection(ledger.http, gid, text_id)


async def _decided(
    ledger: Ledger, draft: Draft, sight: Sight, order: Order, cause: str, text_id: str
) -> Event:
    case, caller = draft.case, order.caller
    version = version_for(draft.stream, sight, caller)
    if order.if_match is not None and order.if_match != version:
        raise Stale(f"The case is at version {version}; read it again", version=version)
    require_yours(case, sight, order.command)
    await require_here(ledger, order, case, sight)
    by = Actor(sub=caller.sub, role=caller.role, organisation=caller.organisation)
    now = ledger.clock.now()
    rules = await ledger.rules_for(draft)
    draft.catch_up(now, rules)
    try:
        data = order.decide(draft.case, by, text_id, now, rules)
    except Conflict as error:
        # What the state allows is cut to what this caller may do.
        allowed = error.members.get("possible", [])
        error.members["possible"] = [
            name for name in allowed if name in sight.commands or name.startswith("close as")
        ]
        raise
    if isinstance(data, ContactTried):
        safe = await may_be_called(ledger.http, case.id, now, reader=caller.sub)
        data = data.model_copy(update={"safe": safe})
    return draft.add(data, cause=cause, now=now, traceparent=current.get())


def _cause(order: Order) -> str:
    return f"request:{order.caller.sub}:{order.key or uuid4()}"


async def done_before(ledger: Ledger, draft: Draft, order: Order) -> Event | None:
    """Return the event of an earlier request with this key; raises Invalid for another body."""
    if not order.key:
        return None
    cause = _cause(order)
    earlier = next((event for event in draft.stream if event.cause == cause), None)
    if earlier is None:
        return None
    document = await ledger.events.find_document(earlier.id)
    request = document.get("request", {}) if document else {}
    if request.get("fingerprint") != order.fingerprint:
        reason = "was used before for another request"
        raise Invalid(
            f"This Idempotency-Key {reason}",
            errors=[{"field": "Idempotency-Key", "reason": reason}],
        )
    return earlier
