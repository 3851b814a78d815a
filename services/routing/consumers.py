"""What routing listens to: new grievances, and cases that must go up."""

from collections.abc import Mapping

from services.routing import handlers
from services.routing.store import Parts
from shared.delivery import Handle
from shared.events import Event
from shared.events.intake import GrievanceSubmitted
from shared.events.ledger import (
    CaseAppealed,
    DeadlineMissed,
    EscalationRequested,
    ReleaseAgreed,
    TriageCorrected,
)
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS

#: What routing decides on; all else on its topics is passed over.
REACTS_TO = (
    GrievanceSubmitted,
    DeadlineMissed,
    EscalationRequested,
    CaseAppealed,
    TriageCorrected,
    ReleaseAgreed,
)


def consumers(parts: Parts) -> Mapping[str, Handle]:
    """Return topic → handler."""

    async def handle(events: list[Event]) -> None:
        await handlers.route(
            events,
            store=parts.events,
            clock=parts.clock,
            policy=parts.policy_of,
            nudge=parts.relay.nudge,
        )

    return {INTAKE_EVENTS: handle, LEDGER_EVENTS: handle}
