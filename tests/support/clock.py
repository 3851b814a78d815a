"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """Time under the control of a test."""

    speed = 1.0

    def __init__(self, now: str | datetime = "2026-11-23T08:00:00+01:00") -> None:
        start = datetime.fromisoformat(now) if isinstance(now, str) else now
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time the test has set."""
        return self._now

    def move(self, **span: float) -> None:
        """Let time pass: `move(days=2, hours=1)`."""
        self._now += timedelta(**span)

    def set(self, now: str) -> None:
        """Go to a time."""
        self._now = datetime.fromisoformat(now).astimezone(UTC)
