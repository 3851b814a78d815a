"""Tells an organisation what is about no single case: an event of its own, published once."""

from services.ledger.chain import chained
from shared.clock import Clock
from shared.event_store import EventStore
from shared.events.envelope import Event
from shared.events.ledger import OfficeAlerted
from shared.ids import derived_id


class Alerts:
    """Appends alerts to the record, each in a stream of one entry; the same cause twice is one."""

    def __init__(self, events: EventStore, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    async def told(self, cause: str) -> bool:
        """Tell whether there has been an alert of this cause."""
        return bool(await self._events.load(derived_id("alert", cause)))

    async def tell(self, alert: OfficeAlerted, cause: str) -> None:
        """Store an alert; the relay publishes it."""
        event = Event.derived(
            alert,
            subject=derived_id("alert", cause),
            sequence=1,
            time=self._clock.now(),
            cause=cause,
        )
        await self._events.append([chained(event, None)])
