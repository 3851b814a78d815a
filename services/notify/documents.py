"""What a notice is stored as in `deliveries`, under an id that follows from its cause."""

from datetime import datetime

from services.notify.audience import COMPLAINANT, Notice, short_name
from shared.due_queue import wake_key
from shared.events import Event
from shared.events.envelope import format_time
from shared.events.ledger import CaseEvent
from shared.hours import BANGUI
from shared.ids import derived_id
from shared.mongo import Document


def delivery_of(notice: Notice, event: Event, data: CaseEvent, *, channel: str) -> Document:
    """Return the delivery document of a notice; its id follows from the event and the party.

    A notice that a case has at most once a day follows from the day (Bangui) instead.
    """
    cause = event.id
    if notice.daily:
        day = event.time.astimezone(BANGUI).date().isoformat()
        cause = f"{event.subject}|{notice.notice}|{day}"
    case = data.case
    return {
        "_id": derived_id(cause, notice.audience, notice.recipient, channel),
        "subject": event.subject,
        "reference": case.reference,
        "event": event.id,
        "event_name": short_name(event),
        "at": event.time,
        "notice": notice.notice,
        "audience": notice.audience,
        "recipient": notice.recipient,
        "channel": channel,
        "language": case.language if notice.recipient == COMPLAINANT else "fr",
        "lane": case.lane,
        "holder": case.holder,
        "accused": list(case.accused),
        "params": dict(notice.params),
        "quiet_exempt": notice.quiet_exempt,
        "state": "queued",
        "attempts": [],
        "maybe_twice": False,
        "receipt": None,
        **({"traceparent": event.traceparent} if event.traceparent else {}),
    }


def alert_delivery(notice: Notice, event: Event) -> Document:
    """Return the delivery document of what is about no case: no case is told what came of it."""
    return {
        "_id": derived_id(event.id, notice.audience, notice.recipient, "email"),
        "reference": None,
        "alert": True,
        "at": event.time,
        "notice": notice.notice,
        "audience": notice.audience,
        "recipient": notice.recipient,
        "channel": "email",
        "language": "fr",
        "params": dict(notice.params),
        "state": "queued",
        "attempts": [],
        "maybe_twice": False,
        "receipt": None,
    }


def place_in_line(delivery: Document) -> str:
    """Return where a notice waits for its office's daily mail: the oldest are told first."""
    return f"{delivery['recipient']}|{format_time(delivery['at'])}|{delivery['_id']}"


def digest_of(office: str, slot: datetime, notice: str) -> Document:
    """Return the delivery document of an office's daily mail."""
    ident = derived_id("digest", office, slot.isoformat())
    return {
        "_id": ident,
        "reference": None,
        "at": slot,
        "notice": notice,
        "audience": "holder",
        "recipient": office,
        "channel": "email",
        "language": "fr",
        "params": {},
        "state": "queued",
        "attempts": [],
        "maybe_twice": False,
        "receipt": None,
        "wake": wake_key(slot, ident),
    }
