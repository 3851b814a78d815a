"""A second way to reckon the clock: plain calendar arithmetic over a hand-written list of days off.

Nothing of the ledger and not the library it uses is imported here.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parents[2] / "data"
DAY = timedelta(days=1)
SATURDAY = 5
_MILLISECOND = timedelta(milliseconds=1)


@cache
def listed() -> tuple[dict[str, Any], ...]:
    """Return the hand-written holidays: day, weekday and name."""
    return tuple(yaml.safe_load((DATA / "holidays_cf.yaml").read_text("utf-8")))


@cache
def days_off() -> frozenset[date]:
    """Return the days of the list."""
    return frozenset(entry["day"] for entry in listed())


def worked(day: date, adds: Iterable[date] = (), removes: Iterable[date] = ()) -> bool:
    """Tell whether a day is worked, with what a decree adds and takes away."""
    if day.weekday() >= SATURDAY or day in set(adds):
        return False
    return day not in days_off() - set(removes)


def rolled(day: date, adds: Iterable[date] = (), removes: Iterable[date] = ()) -> date:
    """Return the day, or the next one that is worked."""
    return day if worked(day, adds, removes) else rolled(day + DAY, adds, removes)


def end_of(day: date) -> datetime:
    """Return the last minute of a day, local time."""
    return datetime(day.year, day.month, day.day, 23, 59)


def share_of(percent: int, start: datetime, end: datetime) -> datetime:
    """Return when so many percent of a time have passed, in whole milliseconds."""
    return start + (end - start) * percent // 100 // _MILLISECOND * _MILLISECOND


def easter(year: int) -> date:
    """Return Easter Sunday by the anonymous Gregorian computation (Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def islamic(year: int, month: int, day: int) -> date:
    """Return the Gregorian day of a date of the tabular Islamic calendar (civil, 30-year cycle)."""
    julian = (
        (11 * year + 3) // 30 + 354 * year + 30 * month - (month - 1) // 2 + day + 1948440 - 385
    )
    return date.fromordinal(julian - 1721425)
