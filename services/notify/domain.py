"""Pure rules of a delivery: when it goes out, when it is tried again, what a receipt means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

BANGUI: Final = ZoneInfo("Africa/Bangui")

State = Literal["queued", "attempting", "sent", "failed", "skipped"]
OutcomeKind = Literal["sent", "retry", "failed", "skipped"]

#: Text messages are read by day only (quiet hours 20:00 to 08:00, Africa/Bangui).
_DAY: Final = (time(8), time(20))
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


def quiet_until(
    now: datetime, windows: Sequence[tuple[time, time]] = (), *, exempt: bool = False
) -> datetime | None:
    """Return when a text message may go out; None when it may now.

    `windows` are the hours that the person called safe: they bind always, and where they leave
    none of the common hours they win over those. `exempt` lifts the common quiet hours only (the
    receipt of a message just sent, and safety).
    """
    if exempt and not windows:
        return None
    local = now.astimezone(BANGUI)
    shared = [_shared(window, exempt) for window in windows]
    allowed = [window for window in shared if window[0] < window[1]] or windows or [_DAY]
    if any(start <= local.time() < end for start, end in allowed):
        return None
    starts = [
        datetime.combine(local.date() + timedelta(days=day), start, BANGUI)
        for day in (0, 1)
        for start, _ in allowed
    ]
    return min(start for start in starts if start > local).astimezone(now.tzinfo)


def _shared(window: tuple[time, time], exempt: bool) -> tuple[time, time]:
    if exempt:
        return window
    return max(window[0], _DAY[0]), min(window[1], _DAY[1])


_WINDOW: Final = re.compile(
    r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?\s*(?:-|–|à|a|to)\s*(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?"
)


def safe_windows(words: str | None) -> tuple[tuple[time, time], ...]:
    """Read safe hours such as `9h-12h, 14:00-17:30`; what is not understood is left out.

    Hours that pass midnight (`20h-5h`) become those before and those after it.
    """
    windows: list[tuple[time, time]] = []
    for match in _WINDOW.finditer((words or "").lower()):
        start, end = _clock_time(match[1], match[2]), _clock_time(match[3], match[4])
        if start is None or end is None:
            continue
        spans = [(start, end)] if start < end else [(start, time.max), (time.min, end)]
        windows += [span for span in spans if span[0] < span[1]]
    return tuple(windows)


def _clock_time(hour: str, minute: str | None) -> time | None:
    if int(hour) == 24:
        return time(23, 59)
    valid = int(hour) < 24 and int(minute or 0) < 60
    return time(int(hour), int(minute or 0)) if valid else None


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
