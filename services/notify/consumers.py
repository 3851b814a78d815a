"""What notify listens to: what officially happened to cases."""

from collections.abc import Mapping
from functools import partial

from services.notify import handlers
from services.notify.handlers import Parts
from shared.delivery import Handle
from shared.events import Event
from shared.events.ledger import CaseEvent, OfficeAlerted
from shared.kafka import LEDGER_EVENTS


def consumers(parts: Parts) -> Mapping[str, Handle]:
    """Return topic → handler."""
    plan = partial(
        handlers.plan,
        deliveries=parts.deliveries,
        sending=parts.sending,
        policy=parts.policy,
        clock=parts.clock,
    )

    async def handle(events: list[Event]) -> None:
        await plan([event for event in events if isinstance(event.data, CaseEvent | OfficeAlerted)])

    return {LEDGER_EVENTS: handle}
