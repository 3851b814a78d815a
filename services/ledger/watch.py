"""Watches beside the cases: people who are away or gone, closed organisations, silent queues.

Each pass looks at how things stand, so that it does not matter which process saw the change, nor
whether one died in between; what it decides derives its ids from there, so that twice is once.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from services.ledger.accounts.identity import Identity, organisation_id
from services.ledger.accounts.rules import Account, is_away
from services.ledger.attendance import silent
from services.ledger.case import NOT_ROUTED
from services.ledger.drafts import Draft
from services.ledger.store import Ledger, rules_of
from shared.events.ledger import Actor, CaseHandedOver, EscalationRequested, OfficeAlerted
from shared.mongo import Document

log = structlog.get_logger("recours.ledger")

#: Seconds between two passes, and how many cases are read at a time.
_EVERY: Final = 5.0
_AT_ONCE: Final = 200


async def watch(ledger: Ledger, identity: Identity) -> None:
    """Look again and again, until cancelled; a fault of one pass does not end the watch."""
    while True:
        try:
            await give_back(ledger, identity)
            await pass_on_closed(ledger, identity)
            await tell_silence(ledger)
        except Exception:
            log.exception("a pass of the watch failed")
        await asyncio.sleep(_EVERY)


async def give_back(ledger: Ledger, identity: Identity) -> int:
    """Give cases of people who are away or gone back to their organisation; return how many."""
    gone = {entry.id: entry.state for entry in await identity.accounts.all(_GONE)}
    today = ledger.today()
    gone = {
        ident: account
        for ident, account in gone.items()
        if account.state == "closed" or is_away(account, today)
    }
    if not gone:
        return 0
    views = await ledger.views.collection.find({"person": {"$in": list(gone)}}).to_list(None)
    drafts = await ledger.drafts([view["_id"] for view in views])
    for draft in drafts.values():
        account = gone.get(draft.case.person or "")
        if account is not None and draft.case.open:
            draft.add(_handed_over(draft, account), cause=_cause(draft), now=ledger.clock.now())
    await ledger.store([draft for draft in drafts.values() if draft.new])
    return sum(1 for draft in drafts.values() if draft.new)


_GONE: Final[Document] = {"$or": [{"state.state": "closed"}, {"state.away_until": {"$ne": None}}]}


def _cause(draft: Draft) -> str:
    return f"gone:{draft.case.person}:{draft.case.sequence}"


def _handed_over(draft: Draft, account: Account) -> CaseHandedOver:
    assert draft.case.person is not None
    by = Actor(sub=draft.case.person, role=account.role, organisation=account.organisation)
    because = "left" if account.state == "closed" else "absent"
    return CaseHandedOver(case=NOT_ROUTED, by=by, text_id=None, because=because)


async def pass_on_closed(ledger: Ledger, identity: Identity) -> int:
    """Ask for the next holder of each case that a closed organisation holds; return how many."""
    closed = {entry.id for entry in await identity.organisations.all({"state.open": False})}
    names = [name for name in identity.directory().organisations if organisation_id(name) in closed]
    asked = 0
    for name in names:
        held = await ledger.views.held_by(name)
        for start in range(0, len(held), _AT_ONCE):
            drafts = await ledger.drafts(held[start : start + _AT_ONCE])
            asked += await _ask_for_next(ledger, name, list(drafts.values()))
    return asked


async def _ask_for_next(ledger: Ledger, holder: str, drafts: Sequence[Draft]) -> int:
    for draft in drafts:
        case = draft.case
        if case.open and not case.escalating and case.route and case.route.holder == holder:
            told = EscalationRequested(case=NOT_ROUTED, by=None, text_id=None)
            draft.add(told, cause=f"closed:{holder}:{case.sequence}", now=ledger.clock.now())
    changed = [draft for draft in drafts if draft.new]
    await ledger.store(changed)
    return len(changed)


async def tell_silence(ledger: Ledger) -> int:
    """Tell upward of queues with open cases that nobody looks at; return how many there are."""
    rules = rules_of(ledger.policy.current)
    bodies = rules.known.organisations.organisations
    seen = await ledger.attendance.all()
    for name in bodies.keys() - seen.keys():
        if await ledger.views.holds_any(name):
            await ledger.attendance.begin(name)
    told = 0
    for name, to in silent(bodies, seen, ledger.clock.now(), rules):
        if not await ledger.views.holds_any(name):
            continue
        told += 1
        cause = f"unattended:{name}:{seen[name].isoformat()}"
        # Counted once: a pass every few seconds over a hundred thousand cases is felt by all.
        if not await ledger.alerts.told(cause):
            held = len(await ledger.views.held_by(name))
            alert = OfficeAlerted(
                what="queue-unattended", to=to, about=name, since=seen[name], open_cases=held
            )
            await ledger.alerts.tell(alert, cause)
    return told
