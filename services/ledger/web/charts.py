"""Figures as pictures: a point with its range, or a bar, on a common scale. Pure.

What is not told in the table (fewer than ten) is not drawn either.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from services.ledger.figures import Ageing, Flow, OnTime, Resolution

_WIDTH: Final = 240
#: A name that is longer goes on in the next line, 14 pixels below.
_LETTERS, _LINE, _BELOW = 50, 14, 22
#: The 97.5th percentile of the normal distribution: a range of 95 %.
_Z: Final = 1.96
#: So many are drawn; the table has them all.
MOST_DRAWN: Final = 12


@dataclass(frozen=True)
class Mark:
    """What one line of a picture is of, and where its range and point stand, in pixels."""

    of: str
    low: int
    point: int
    high: int
    figure: str
    n: int


@dataclass(frozen=True)
class Row:
    """A mark at its place: the lines of its name with their y, and the y of the mark itself."""

    mark: Mark
    name: tuple[tuple[int, str], ...]
    y: int


@dataclass(frozen=True)
class Chart:
    """A picture: its height and rows, and the line that says how to read it."""

    height: int
    rows: tuple[Row, ...]

    @property
    def told(self) -> str:
        """What the picture shows, in words."""
        return ". ".join(f"{row.mark.of} : {row.mark.figure}" for row in self.rows)


def chart(marks: Sequence[Mark]) -> Chart | None:
    """Return the first marks under each other; None when there are none."""
    rows, y = [], 0
    for mark in marks[:MOST_DRAWN]:
        lines = wrap(mark.of, _LETTERS) or [""]
        name = tuple((y + 12 + _LINE * number, line) for number, line in enumerate(lines))
        y += _LINE * len(lines)
        rows.append(Row(mark, name, y + 10))
        y += _BELOW
    return Chart(y + 4, tuple(rows)) if rows else None


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


def ageing(rows: Iterable[tuple[str, Ageing]]) -> dict[str, list[Mark]]:
    """Return how many cases are open by age, for each holder on one scale; the most first."""
    rows = list(rows)
    most = max((row.open for _, row in rows), default=1) or 1
    held = Counter[str]()
    for name, row in rows:
        held[name] += row.open
    return {
        name: [_bar(_band(row), row.open, most) for holder, row in rows if holder == name]
        for name, cases in held.most_common(MOST_DRAWN)
        if cases
    }


def flow(rows: Iterable[tuple[str, Flow]]) -> list[Mark]:
    """Return how many cases went from whom to whom, the most first."""
    rows = list(rows)
    most = max((row.cases for _, row in rows), default=1)
    return [_bar(name, row.cases, most) for name, row in rows]


def _band(row: Ageing) -> str:
    return f"{row.from_days}–{row.upto_days}" if row.upto_days else f"{row.from_days}+"


def _bar(of: str, count: int, most: int) -> Mark:
    return _mark(of, (0, count, count), most, str(count), count)


def _mark(of: str, places: tuple[float, float, float], most: float, figure: str, n: int) -> Mark:
    low, point, high = (round(min(place, most) / most * _WIDTH) for place in places)
    return Mark(of, low, point, high, figure, n)
