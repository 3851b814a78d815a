"""The dates of a case over time: when each ran, stood still, was moved or passed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.ledger.case import Case
from services.ledger.domain import evolve, fold
from shared.events.envelope import Event
from shared.events.ledger import CaseExtended, DeadlineMissed

Key = tuple[str, datetime]


@dataclass(frozen=True)
class Span:
    """One date: its stage and holder, from when until when, and what became of it.

    `end` is None while it runs; `still` are the times in which it stood still, the last of them
    open while it does; `moved` are the due times that it had before. `lanes` are those in which
    it began and ended.
    """

    stage: str
    holder: str
    begin: datetime
    due: datetime
    end: datetime | None = None
    still: tuple[tuple[datetime, datetime | None], ...] = ()
    moved: tuple[datetime, ...] = ()
    missed: bool = False
    lanes: frozenset[str] = frozenset()


def spans_of(case_id: str, stream: Sequence[Event]) -> list[Span]:
    """Return the dates that a case has had, in the order in which they began."""
    case = fold(case_id, ())
    found: dict[Key, Span] = {}
    for event in stream:
        case = evolve(case, event)
        found = _after(found, case, event)
    return list(found.values())


def _after(found: dict[Key, Span], case: Case, event: Event) -> dict[Key, Span]:
    """Return the dates as an event leaves them."""
    paused = {(clock.stage, clock.started_at) for clock in case.paused}
    clocks = {(clock.stage, clock.started_at): clock for clock in (*case.clocks, *case.paused)}
    spans = _resumed(found, {key[0]: key for key in clocks if key not in found}, event.time)
    for key, span in spans.items():
        if span.end is None and key not in clocks:
            late = isinstance(event.data, DeadlineMissed) and event.data.stage == span.stage
            lanes = span.lanes | _lanes(case)
            ended = replace(_going(span, event.time), end=event.time, missed=late, lanes=lanes)
            spans[key] = ended
    for key, clock in clocks.items():
        known = spans.get(key) or _begun(case, clock.stage, clock.started_at, clock.due_at)
        if clock.due_at != known.due:
            told = (known.due,) if isinstance(event.data, CaseExtended) else ()
            known = replace(known, due=clock.due_at, moved=(*known.moved, *told))
        if key in paused and not _stands(known):
            known = replace(known, still=(*known.still, (event.time, None)))
        spans[key] = known
    return spans


def _resumed(found: dict[Key, Span], new: dict[str, Key], at: datetime) -> dict[Key, Span]:
    """Return the dates under their keys: what stood still and runs again is the same date."""
    spans: dict[Key, Span] = {}
    for key, span in found.items():
        again = new.get(span.stage) if span.end is None and _stands(span) else None
        spans[again or key] = _going(span, at) if again else span
    return spans


def _stands(span: Span) -> bool:
    return bool(span.still) and span.still[-1][1] is None


def _begun(case: Case, stage: str, begin: datetime, due: datetime) -> Span:
    holder = case.route.holder if case.route else ""
    return Span(stage, holder, begin, due, lanes=_lanes(case))


def _lanes(case: Case) -> frozenset[str]:
    return frozenset({case.route.lane} if case.route else ())


def _going(span: Span, at: datetime) -> Span:
    """Return a date that does not stand still any more."""
    if not _stands(span):
        return span
    return replace(span, still=(*span.still[:-1], (span.still[-1][0], at)))
