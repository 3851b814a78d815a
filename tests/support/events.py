"""Small events for tests of the technical building blocks."""

from datetime import UTC, datetime

from shared.events import Event
from shared.events.intake import MessageReceived

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def message(
    subject: str, sequence: int, *, cause: str | None = None, time: datetime = START
) -> Event:
    """Return a `message.received` event of a subject at a place of its stream."""
    return Event.derived(
        MessageReceived(reference="K", channel="web", message_id="m", danger_signs=()),
        subject=subject,
        sequence=sequence,
        time=time,
        cause=cause or f"cause-{sequence}",
    )
