"""Composition root of routing: `uvicorn services.routing.app:app`."""

from services.routing.api import router
from services.routing.consumers import REACTS_TO, consumers
from services.routing.policy import MODELS, check
from services.routing.settings import Settings
from services.routing.store import Parts
from shared.event_store import EventStore
from shared.events.envelope import StoredEvent
from shared.kafka import queue_topic
from shared.policy_file import PolicySource
from shared.service import Parts as ServiceParts
from shared.service import Runtime, make_app


def topic_of(event: StoredEvent) -> str:
    """Return the queue of the responder that a decision names."""
    return queue_topic(event.data["responder"])


async def build(runtime: Runtime) -> ServiceParts:
    """Put routing together."""
    policy = PolicySource(runtime.settings.policy_dir, MODELS, [check], runtime.clock)
    await policy.keep_in(runtime.db)
    events = EventStore(runtime.db, source="routing")
    await events.ensure_indexes()
    parts = Parts(events, runtime.relay(events, topic_of), runtime.clock, policy)

    def policy_gauge() -> None:
        runtime.metrics.policy_refused.set(1 if policy.refused else 0)

    return ServiceParts(
        state=parts,
        consumers=consumers(parts),
        reads=REACTS_TO,
        relays=[parts.relay],
        tasks=[policy.watch],
        gauges=[policy_gauge],
    )


app = make_app("routing", Settings, build, [router], title="Recours: routing")
