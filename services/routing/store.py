"""What routing keeps: the stream of its decisions, and the policy versions they were made under."""

from dataclasses import dataclass

import structlog

from services.routing.policy import Policy
from shared.clock import Clock
from shared.errors import NotFound
from shared.event_store import EventStore
from shared.outbox import OutboxRelay
from shared.policy_file import PolicyError, PolicySource

log = structlog.get_logger("recours.routing")


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

    async def policy_of(self, version: str | None) -> Policy:
        """Return the rules of a version over the directory of today; those in force for None.

        A version that is not kept, or that this program cannot read any more, gives way to the
        policy in force: a case must go on.
        """
        current = self.policy_in_force()
        if version is None or version == current.version:
            return current
        try:
            return Policy.of(await self.policy.get(version)).with_directory_of(current)
        except (NotFound, PolicyError) as error:
            log.warning("policy version not kept, the one in force decides", reason=str(error))
            return current
