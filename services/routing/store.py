"""What routing keeps: the stream of its decisions, and the policy versions they were made under."""

from dataclasses import dataclass

from services.routing.policy import Policy
from shared.clock import Clock
from shared.event_store import EventStore
from shared.outbox import OutboxRelay
from shared.policy_file import PolicySource


@dataclass(frozen=True)
class Parts:
    """What endpoints and consumers work with."""

    events: EventStore
    relay: OutboxRelay
    clock: Clock
    policy: PolicySource

    def policy_in_force(self) -> Policy:
        """Return the policy for decisions made now."""
        return Policy.of(self.policy.current)
