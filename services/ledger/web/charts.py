"""Figures as pictures: a point with its range, or a bar, on a common scale. Pure.

What is not told in the table (fewer than ten) is not drawn either.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.ledger.figures import Ageing, OnTime, Resolution

_WIDTH: Final = 240
#: The 97.5th percentile of the normal distribution: a range of 95 %.
_Z: Final = 1.96


@dataclass(frozen=True)
class Mark:
    """One line of a picture: what it is of, and where its range and point stand, in pixels."""

    of: str
    low: int
    point: int
    high: int
    figure: str
    n: int


def wilson(kept: int, dates: int) -> tuple[float, float]:
    """Return within which percentages a share lies that so few or many dates tell of (Wilson)."""
    share, spread = kept / dates, _Z**2 / dates
    middle = (share + spread / 2) / (1 + spread)
    away = _Z * math.sqrt(share * (1 - share) / dates + spread / dates / 4) / (1 + spread)
    return 100 * max(0.0, middle - away), 100 * min(1.0, middle + away)


def on_time(rows: Iterable[tuple[str, OnTime]]) -> list[Mark]:
    """Return the shares of dates kept, the lowest first, each with the range chance leaves."""
    marks = []
    for name, row in rows:
        if row.share is not None:
            low, high = wilson(row.kept, row.dates)
            marks.append(_mark(name, (low, row.share, high), 100, f"{row.share} %", row.dates))
    return sorted(marks, key=lambda mark: (mark.point, mark.of))


def resolution(rows: Sequence[tuple[str, Resolution]]) -> list[Mark]:
    """Return the days to the end: the median as the point, to where nine in ten have ended."""
    told = [
        (name, row, row.median_days, row.ninetieth_days)
        for name, row in rows
        if row.median_days is not None and row.ninetieth_days is not None
    ]
    most = max((ninetieth for *_, ninetieth in told), default=1.0) or 1.0
    return [
        _mark(name, (0, median, ninetieth), most, f"{median:g}–{ninetieth:g}", row.closed)
        for name, row, median, ninetieth in told
    ]


def ageing(rows: Iterable[Ageing]) -> list[Mark]:
    """Return how many cases are open by age, of all holders together."""
    counted: Counter[tuple[int, int | None]] = Counter()
    for row in rows:
        counted[row.from_days, row.upto_days] += row.open
    most = max(counted.values(), default=1) or 1
    return [
        _mark(
            f"{since}–{upto}" if upto else f"{since}+", (0, count, count), most, str(count), count
        )
        for (since, upto), count in sorted(counted.items(), key=lambda one: one[0][0])
    ]


def _mark(of: str, places: tuple[float, float, float], most: float, figure: str, n: int) -> Mark:
    low, point, high = (round(min(place, most) / most * _WIDTH) for place in places)
    return Mark(of, low, point, high, figure, n)
