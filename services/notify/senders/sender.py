"""The seam between a delivery and the network: what a way out must be able to do."""

from dataclasses import dataclass
from typing import Protocol

from services.notify.domain import Outcome


@dataclass(frozen=True)
class Message:
    """One message at the moment of sending; it is in memory only and never printed.

    `notices` are the ids of the deliveries it carries, where these are several.
    """

    delivery_id: str
    to: tuple[str, ...]
    text: str
    subject: str | None = None
    language: str = "fr"
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show the delivery only: address and words must not reach a log."""
        return f"Message({self.delivery_id})"


class Sender(Protocol):
    """A way out, for example mail or text messages."""

    async def send(self, message: Message) -> Outcome:
        """Hand a message over and tell what came of it; never raises for a network failure."""

    async def close(self) -> None:
        """Close connections."""
