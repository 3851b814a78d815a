"""A command as the API or a page gives it: read, carried out, or only tried."""

import json
from dataclasses import dataclass
from typing import Any

from services.ledger.case import Case
from services.ledger.commands import read_command
from services.ledger.commands.sharing import LinkCase
from services.ledger.domain import apply
from services.ledger.handlers import (
    Done,
    Opened,
    Order,
    carry_out,
    open_case,
    require_here,
    require_yours,
)
from services.ledger.linking import link
from services.ledger.store import Ledger
from shared.access import Caller
from shared.events.ledger import Actor
from shared.http import request_hash


@dataclass(frozen=True)
class Asked:
    """Who asks for which command on which case, and by which key a repeat is known."""

    caller: Caller
    reference: str
    command: str
    key: str | None
    if_match: int | None = None


def order_of(asked: Asked, body: Any, secret: str, raw: bytes | None = None) -> tuple[Order, str]:
    """Return the order, and to which case it links (empty for other commands); raises Invalid."""
    read = read_command(asked.command, body)
    content = json.dumps(body, sort_keys=True).encode() if raw is None else raw
    order = Order(
        caller=asked.caller,
        reference=asked.reference,
        command=asked.command,
        decide=read.decide,
        text=read.words,
        alerts=read.alerts,
        if_match=asked.if_match,
        # The key goes into the event as its cause, and a caller may have put anything into it.
        key=request_hash(secret, asked.key.encode()) if asked.key else None,
        fingerprint=request_hash(secret, content, asked.command),
    )
    return order, read.to if isinstance(read, LinkCase) else ""


async def give(ledger: Ledger, order: Order, to: str, opened: Opened | None = None) -> Done:
    """Carry out an order; raises DomainError, and then nothing is stored.

    `opened` is the case as it was read just now, if it was.
    """
    return await (link(ledger, order, to) if to else carry_out(ledger, order, opened))


async def tried(ledger: Ledger, order: Order) -> Case:
    """Return the case as it would stand after an order; nothing is stored. Raises DomainError."""
    draft, sight = await open_case(ledger, order.reference, order.caller)
    require_yours(draft.case, sight, order.command)
    await require_here(ledger, order, draft.case, sight)
    now, rules = ledger.clock.now(), await ledger.rules_for(draft)
    draft.catch_up(now, rules)
    caller = order.caller
    by = Actor(sub=caller.sub, role=caller.role, organisation=caller.organisation)
    return apply(draft.case, order.decide(draft.case, by, "tried", now, rules), now)
