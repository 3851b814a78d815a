"""Date arithmetic of deadlines: pure, exact and the same for everybody.

S1 and S2 run on elapsed hours. S3 and S4 run in calendar days: the first day is day 0, the last
ends at 23:59 local time and rolls to the next working day (domain rules, clock rules).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.events.ledger import Deadline

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: Final[tuple[Weekday, ...]] = Weekday.__args__  # type: ignore[attr-defined]
_DAY_ENDS: Final = time(23, 59)


class Change(BaseModel):
    """A day that a decree adds to the public holidays or takes away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    why: str = Field(min_length=1)


class WorkCalendar(BaseModel):
    """The file `calendar.yaml`: time zone, weekend, holidays and their changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: str
    time_zone: str
    weekend: tuple[Weekday, ...] = Field(max_length=6)
    added: tuple[Change, ...]
    removed: tuple[Change, ...]

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value not in holidays.list_supported_countries():
            raise ValueError("no public holidays are known for this country")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("no such time zone") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days end."""
        return ZoneInfo(self.time_zone)

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        if any(change.day == day for change in self.added):
            return False
        if _WEEKDAYS[day.weekday()] in self.weekend:
            return False
        return day not in _holidays(self.country, day.year) or any(
            change.day == day for change in self.removed
        )

    def next_working(self, day: date) -> date:
        """Return this day, or the next on which people work."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def local_day(self, at: datetime) -> date:
        """Return the local day of a time."""
        return at.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the end of a local day, in UTC."""
        return datetime.combine(day, _DAY_ENDS, self.zone).astimezone(UTC)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def days_of(span: timedelta) -> int:
    """Read a time as calendar days; hours count as begun days (48 h = 2 d)."""
    return -(-span // timedelta(days=1))


def due_after(
    start: datetime, span: timedelta, *, elapsed: bool, calendar: WorkCalendar
) -> datetime:
    """Return when something is due that began at `start` and may take `span`."""
    if elapsed:
        return start + span
    last = calendar.local_day(start) + timedelta(days=days_of(span))
    return calendar.end_of(calendar.next_working(last))


def normalised(day: date | datetime, *, elapsed: bool, calendar: WorkCalendar) -> datetime:
    """Return a date chosen by a person as a due time.

    A bare day means its end. In calendar time it rolls to the end of the next working day.
    """
    if isinstance(day, datetime):
        if elapsed:
            return day.astimezone(UTC)
        day = calendar.local_day(day)
    return calendar.end_of(day if elapsed else calendar.next_working(day))


def resumed(
    deadline: Deadline,
    paused_at: datetime,
    now: datetime,
    *,
    elapsed: bool,
    calendar: WorkCalendar,
) -> Deadline:
    """Return a paused deadline as it runs again: what remained then remains now.

    Elapsed time shifts exactly. Calendar time keeps the days that were left and rolls.
    """
    shift = now - paused_at
    if elapsed:
        due = deadline.due_at + shift
    else:
        left = calendar.local_day(deadline.due_at) - calendar.local_day(paused_at)
        due = calendar.end_of(calendar.next_working(calendar.local_day(now) + left))
    return Deadline(stage=deadline.stage, started_at=deadline.started_at + shift, due_at=due)


def warning_times(deadline: Deadline, shares: Sequence[int]) -> list[tuple[int, datetime]]:
    """Return when each share (percent) of a deadline's time has passed, in whole milliseconds."""
    whole = deadline.due_at - deadline.started_at
    return [(share, _millisecond(deadline.started_at + whole * share / 100)) for share in shares]


def _millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
