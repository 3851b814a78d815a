"""The way of a case as a picture: one line per holder on a common axis of days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_LEFT, _WIDTH, _ROW, _TOP = 8, 640, 40, 24
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """A time with one holder: its name, from when, until when, and which dates passed."""

    name: str
    begin: datetime
    end: datetime
    missed: tuple[datetime, ...]


@dataclass(frozen=True)
class Bar:
    """One line of the picture, in pixels."""

    name: str
    x: int
    y: int
    width: int
    late: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """The picture: its height, its lines, where today and the due date stand, in pixels."""

    height: int
    bars: tuple[Bar, ...]
    now: int
    due: int | None
    days: int


def stays(entries: Sequence[tuple[datetime, str, str]], now: datetime) -> list[Stay]:
    """Return the times with each holder from entries of time, holder and short type."""
    found: list[tuple[str, datetime, list[datetime]]] = []
    for at, holder, kind in entries:
        if not found or found[-1][0] != holder:
            found.append((holder, at, []))
        if kind == "deadline.missed":
            found[-1][2].append(at)
    ends = [begin for _, begin, _ in found[1:]] + [now]
    return [
        Stay(name, begin, end, tuple(missed))
        for (name, begin, missed), end in zip(found, ends, strict=True)
    ]


def drawn(found: Sequence[Stay], now: datetime, due: datetime | None) -> Picture:
    """Return where everything stands on a common axis from the first day to the last."""
    begin = min(stay.begin for stay in found)
    end = max([now, *([due] if due else []), begin + _DAY])
    whole = (end - begin) / _DAY

    def place(at: datetime) -> int:
        return _LEFT + round((at - begin) / _DAY / whole * _WIDTH)

    bars = tuple(
        Bar(
            stay.name,
            place(stay.begin),
            _TOP + number * _ROW,
            max(2, place(stay.end) - place(stay.begin)),
            tuple(place(at) for at in stay.missed),
        )
        for number, stay in enumerate(found)
    )
    height = _TOP + len(bars) * _ROW + 8
    return Picture(height, bars, place(now), place(due) if due else None, round(whole))
