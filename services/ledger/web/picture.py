"""The way of a case as a picture: one line for each date on a common axis of days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.ledger.web.spans import Span

#: Drawn narrow, so that its letters can be read on a telephone.
_LEFT, _WIDTH, _ROW, _TOP = 4, 332, 34, 16
_DAY: Final = timedelta(days=1)
#: How many of the last dates are drawn; the list below the picture has all that happened.
_MOST: Final = 12


@dataclass(frozen=True)
class Line:
    """One line of the picture: x and width of each part in pixels."""

    stage: str
    state: str
    y: int
    planned: tuple[int, int]
    done: tuple[int, int]
    still: tuple[tuple[int, int], ...]
    late: tuple[int, int] | None
    moved: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """The picture: its height, its lines, where today stands, and when people were told.

    Of a notice it says whether the complainant got it; `left_out` counts the dates not drawn.
    """

    height: int
    lines: tuple[Line, ...]
    left_out: int
    now: int
    told: tuple[tuple[int, bool], ...]
    begin: datetime
    end: datetime


def drawn(
    spans: Sequence[Span], told: Sequence[tuple[datetime, bool]], now: datetime
) -> Picture | None:
    """Return where everything stands from the first day to the last; None without any date."""
    shown = list(spans)[-_MOST:]
    if not shown:
        return None
    begin = min(span.begin for span in shown)
    end = max([now, begin + _DAY, *(span.due for span in shown)])

    def place(at: datetime) -> int:
        inside = min(max(at, begin), end)
        return _LEFT + round((inside - begin) / (end - begin) * _WIDTH)

    def part(since: datetime, until: datetime) -> tuple[int, int]:
        return place(since), max(0, place(until) - place(since))

    def until(span: Span) -> datetime:
        # While a date stands still no time passes for it.
        stands = state_of(span, now) == "still"
        return span.end or (span.still[-1][0] if stands else now)

    lines = tuple(
        Line(
            stage=span.stage,
            state=state_of(span, now),
            y=_TOP + number * _ROW,
            planned=part(span.begin, span.due),
            done=part(span.begin, min(until(span), span.due)),
            still=tuple(part(since, to or now) for since, to in span.still),
            late=part(span.due, until(span)) if until(span) > span.due else None,
            moved=tuple(place(at) for at in span.moved),
        )
        for number, span in enumerate(shown)
    )
    marks = tuple(sorted({(place(at), person) for at, person in told if at >= begin}))
    height, left_out = _TOP + len(lines) * _ROW + 30, len(spans) - len(shown)
    return Picture(height, lines, left_out, place(now), marks, begin, end)


def state_of(span: Span, now: datetime) -> str:
    """Return how a date stands: kept, missed, standing still, overdue or running."""
    if span.end is not None:
        return "missed" if span.missed or span.end > span.due else "kept"
    if span.still and span.still[-1][1] is None:
        return "still"
    return "overdue" if now > span.due else "running"
