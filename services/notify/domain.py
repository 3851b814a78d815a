"""Pure rules of a delivery: when it goes out, when it is tried again, what a receipt means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

from shared.hours import BANGUI

State = Literal["queued", "attempting", "sent", "failed", "skipped"]
OutcomeKind = Literal["sent", "retry", "failed", "skipped"]

_DIGEST_AT: Final = time(7, 30)

_FIRST_DELAYS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
_LATER_DELAY: Final = timedelta(hours=14)
_GIVE_UP_AFTER: Final = timedelta(days=3)

#: Delivery receipts on one scale; a failure never takes back what reached the phone.
RANK: Final[Mapping[str, int]] = {"queued": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 2}

_KANNEL: Final[Mapping[str, str]] = {
    "1": "delivered",
    "2": "failed",
    "4": "sent",
    "8": "sent",
    "16": "failed",
}


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; `unclear` when the other side may have taken the message."""

    kind: OutcomeKind
    code: str
    unclear: bool = False


def next_attempt(
    tried: int, first_at: datetime, now: datetime, *, jitter: float, speed: float = 1.0
) -> datetime | None:
    """Return when to try again after `tried` attempts; None when it is time to give up.

    `jitter` (0 to 1) spreads the attempts by a fifth to both sides. The delays are real time, as
    it is a real network that must recover: `speed` stretches them on a rehearsal clock.
    """
    if now - first_at >= _GIVE_UP_AFTER * speed:
        return None
    delay = _FIRST_DELAYS[tried - 1] if tried <= len(_FIRST_DELAYS) else _LATER_DELAY
    return now + delay * (0.8 + 0.4 * jitter) * speed


def digest_slot(now: datetime, *, margin: timedelta) -> datetime:
    """Return when the next daily mail of an office goes out, at least `margin` from now."""
    earliest = (now + margin).astimezone(BANGUI)
    slot = datetime.combine(earliest.date(), _DIGEST_AT, BANGUI)
    if slot < earliest:
        slot += timedelta(days=1)
    return slot.astimezone(now.tzinfo)


def kannel_status(value: str) -> str | None:
    """Return a Kannel receipt type on our scale; None for one that is not known."""
    return _KANNEL.get(value)


def advances(current: str | None, new: str) -> bool:
    """Tell whether a receipt says more than what is known (receipts arrive in any order)."""
    return RANK[new] > RANK[current or "queued"]


def shown_state(state: str, receipt: str | None) -> str:
    """Return the one word for a delivery: our own state, or what the network told beyond it."""
    return receipt if receipt and state == "sent" and advances("sent", receipt) else state


@dataclass(frozen=True)
class Contact:
    """How to reach a complainant, as the vault says at this moment; never stored, never logged."""

    sms: str | None = None
    email: str | None = None
    language: str = "fr"
    opted_out: tuple[str, ...] = ()
    safe_times: str | None = None
    preferred: str | None = None
    erased: bool = False

    def __repr__(self) -> str:
        """Show nothing of the person, wherever this is printed."""
        return "Contact(...)"


def way_to(contact: Contact | None, planned: str) -> tuple[str, str] | Outcome:
    """Return channel and address for a complainant, or why there is none."""
    if contact is None or contact.erased:
        return Outcome("skipped", "erased")
    addresses = {"sms": contact.sms, "email": contact.email}
    wanted = [contact.preferred or planned, planned, "sms", "email"]
    reachable = [name for name in wanted if addresses.get(name)]
    for name in reachable:
        address = addresses[name]
        if address and name not in contact.opted_out:
            return name, address
    return Outcome("skipped", "opted-out" if reachable else "no-address")
