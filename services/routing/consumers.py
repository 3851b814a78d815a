"""What routing listens to: new grievances, and cases that must go up."""

from collections.abc import Mapping

from services.routing import handlers
from services.routing.store import Parts
from shared.delivery import Handle
from shared.events import Event
from shared.events.intake import GrievanceSubmitted
from shared.events.ledger import CaseAppealed, DeadlineMissed, EscalationRequested
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS

_CONCERN_US = (GrievanceSubmitted, DeadlineMissed, EscalationRequested, CaseAppealed)


def consumers(parts: Parts) -> Mapping[str, Handle]:
    """Return topic → handler; types that do not concern routing are left out first."""

    async def handle(events: list[Event]) -> None:
        ours = [event for event in events if isinstance(event.data, _CONCERN_US)]
        if ours:
            await handlers.route(
                ours,
                store=parts.events,
                clock=parts.clock,
                policy=parts.policy_of,
                nudge=parts.relay.nudge,
            )

    return {INTAKE_EVENTS: handle, LEDGER_EVENTS: handle}
