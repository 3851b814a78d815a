"""What a monitor follows: who keeps dates, how long cases take, what is overdue. Pure.

The measures are those of domain.md 5: an overdue case counts as late however it ends, times are
shown as median and ninetieth percent with the number of cases beside them, and no rate of fewer
than ten.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal

from pydantic import BaseModel

from services.ledger.case import Term

#: No rate and no time is shown of fewer cases than these.
FEWEST: Final = 10
#: The most overdue cases that are named one by one.
MOST_NAMED: Final = 500
#: Ages of open cases in days: each band ends before the next begins (domain.md 5, backlog_age).
BANDS: Final = (0, 15, 31, 61, 91, 181)

Dimension = Literal["holder", "site", "category", "month"]
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Passage:
    """How one case went, without what it says; site and category are None where not to be told."""

    reference: str
    holder: str
    site: str | None
    category: str | None
    opened_at: datetime
    closed_at: datetime | None
    late_since: datetime | None
    path: Sequence[str]
    terms: Sequence[Term]


class OnTime(BaseModel):
    """How many of its dates of a stage an organisation kept; `share` in percent."""

    holder: str
    stage: str
    dates: int
    kept: int
    share: int | None


class Resolution(BaseModel):
    """How long cases took from opening to closing, in days; None of fewer than ten."""

    by: Dimension
    key: str | None
    cases: int
    open: int
    closed: int
    median_days: float | None
    ninetieth_days: float | None
    most_days: float | None


class Ageing(BaseModel):
    """Open cases of a holder by how many days ago they were opened."""

    holder: str
    from_days: int
    upto_days: int | None
    open: int


class Overdue(BaseModel):
    """A case whose holder let a date pass and has not met it."""

    reference: str
    holder: str
    site: str | None
    category: str | None
    late_since: datetime


class Flow(BaseModel):
    """How many cases went from one holder to the next."""

    previous: str
    next: str
    cases: int


class Report(BaseModel):
    """The figures of the cases opened in some months, as of a moment."""

    as_of: datetime
    since: str
    until: str
    cases: int
    overdue_cases: int
    on_time: list[OnTime]
    resolution: list[Resolution]
    ageing: list[Ageing]
    overdue: list[Overdue]
    flow: list[Flow]


@dataclass
class Tally:
    """Counts passages one by one; with `own`, only what that organisation itself did.

    `owed` are the stages whose date is the holder's to keep, `zone` is that of the months.
    """

    now: datetime
    owed: Collection[str]
    zone: tzinfo
    own: str | None = None
    cases: int = 0
    _dates: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    _days: dict[tuple[Dimension, str | None], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _open: Counter[tuple[Dimension, str | None]] = field(default_factory=Counter)
    _ages: Counter[tuple[str, int]] = field(default_factory=Counter)
    _late: list[Overdue] = field(default_factory=list)
    _moves: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, passage: Passage) -> None:
        """Count one case."""
        self._count_dates(passage)
        for move in itertools.pairwise(passage.path):
            if self.own is None or self.own in move:
                self._moves[move] += 1
        if self.own is not None and passage.holder != self.own:
            return
        self.cases += 1
        for key in self._keys(passage):
            if passage.closed_at is None:
                self._open[key] += 1
            else:
                self._days[key].append((passage.closed_at - passage.opened_at) / _DAY)
        if passage.closed_at is None:
            self._count_open(passage)

    def _keys(self, passage: Passage) -> Iterator[tuple[Dimension, str | None]]:
        yield "holder", passage.holder
        yield "site", passage.site
        yield "category", passage.category
        yield "month", passage.opened_at.astimezone(self.zone).strftime("%Y-%m")

    def _count_dates(self, passage: Passage) -> None:
        seen = set()
        for term in passage.terms:
            key = (term.holder, term.stage)
            # A second round at the same holder has dates of its own; the first is what counts.
            if term.stage in self.owed and key not in seen and self.own in (None, term.holder):
                self._dates[key].append(term.kept)
            seen.add(key)

    def _count_open(self, passage: Passage) -> None:
        age = (self.now - passage.opened_at) / _DAY
        band = max((days for days in BANDS if days <= age), default=0)
        self._ages[passage.holder, band] += 1
        if passage.late_since is not None:
            self._late.append(
                Overdue(
                    reference=passage.reference,
                    holder=passage.holder,
                    site=passage.site,
                    category=passage.category,
                    late_since=passage.late_since,
                )
            )

    def report(self, since: str, until: str) -> Report:
        """Return the figures of all that was added."""
        late = sorted(self._late, key=lambda one: (one.late_since, one.reference))
        return Report(
            as_of=self.now,
            since=since,
            until=until,
            cases=self.cases,
            overdue_cases=len(late),
            on_time=[_on_time(*key, kept) for key, kept in sorted(self._dates.items())],
            resolution=list(self._resolution()),
            ageing=list(self._ageing()),
            overdue=late[:MOST_NAMED],
            flow=[
                Flow(previous=previous, next=following, cases=cases)
                for (previous, following), cases in self._moves.most_common()
            ],
        )

    def _resolution(self) -> Iterator[Resolution]:
        for by, key in sorted(
            self._days.keys() | self._open.keys(), key=lambda one: (one[0], one[1] or "")
        ):
            days = sorted(self._days.get((by, key), ()))
            enough = len(days) >= FEWEST
            still = self._open[by, key]
            yield Resolution(
                by=by,
                key=key,
                cases=still + len(days),
                open=still,
                closed=len(days),
                median_days=_rank(days, 50) if enough else None,
                ninetieth_days=_rank(days, 90) if enough else None,
                most_days=_rank(days, 100) if enough else None,
            )

    def _ageing(self) -> Iterator[Ageing]:
        ends = dict(itertools.pairwise(BANDS))
        for holder in sorted({holder for holder, _ in self._ages}):
            for band in BANDS:
                upto = ends.get(band)
                yield Ageing(
                    holder=holder,
                    from_days=band,
                    upto_days=upto - 1 if upto else None,
                    open=self._ages[holder, band],
                )


def _on_time(holder: str, stage: str, kept: Sequence[bool]) -> OnTime:
    enough = len(kept) >= FEWEST
    share = round(100 * sum(kept) / len(kept)) if enough else None
    return OnTime(holder=holder, stage=stage, dates=len(kept), kept=sum(kept), share=share)


def _rank(ordered: Sequence[float], percent: int) -> float:
    """Return the nearest-rank percentile of ordered values."""
    return round(ordered[-(-len(ordered) * percent // 100) - 1], 1)
