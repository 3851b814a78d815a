"""Counts the figures of a report from the views, and keeps each a while: it reads every case."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from services.ledger.case import Term
from services.ledger.deadlines import WorkCalendar
from services.ledger.figures import Passage, Report, Tally
from services.ledger.sight import key_of, knows_facts
from services.ledger.stages import Stages
from services.ledger.views import list_key
from shared.access import Caller
from shared.clock import Clock
from shared.errors import Invalid
from shared.mongo import Collection, Document
from shared.policy_file import PolicySource
from shared.ranges import in_ranges

_KEPT: Final = 100
_FIELDS: Final = (
    "reference",
    "holder",
    "site",
    "category",
    "opened_at",
    "closed_at",
    "late_since",
    "path",
    "terms",
    "released_to",
)


@dataclass(frozen=True)
class Months:
    """The months in which the cases of a report were opened, first and last, as `2026-11`."""

    since: str
    until: str

    def within(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return the moments between which these months lie; raises Invalid when there are none."""
        try:
            begin, last = (datetime.strptime(month, "%Y-%m") for month in (self.since, self.until))
        except ValueError:
            raise Invalid("Write a month like 2026-11", errors=self._wrong("month")) from None
        if begin > last or not 2000 <= begin.year <= last.year < 2200:
            raise Invalid(
                "The first month must not come after the last", errors=self._wrong("order")
            )
        end = datetime(last.year + last.month // 12, last.month % 12 + 1, 1, tzinfo=zone)
        return begin.replace(tzinfo=zone).astimezone(UTC), end.astimezone(UTC)

    @staticmethod
    def _wrong(reason: str) -> list[dict[str, str]]:
        return [{"field": "since, until", "reason": reason}]


def year_before(now: datetime, zone: tzinfo) -> Months:
    """Return the last twelve months, the present one included."""
    here = now.astimezone(zone)
    months = here.year * 12 + here.month - 12
    return Months(f"{months // 12:04d}-{months % 12 + 1:02d}", here.strftime("%Y-%m"))


@dataclass
class Reports:
    """Gives out reports: what a caller's role and organisation may know, for some months.

    `fresh` is for how many seconds one is given out again before it is counted anew.
    """

    cases: Collection
    policy: PolicySource
    clock: Clock
    fresh: float = 60.0
    _kept: dict[tuple[str, str | None, Months], tuple[float, Report]] = field(default_factory=dict)
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the months."""
        return self.policy.current.get(WorkCalendar).zone

    async def report(self, caller: Caller, months: Months | None = None) -> Report:
        """Return the figures for a caller; raises Invalid for months that are none.

        Monitors get those of all cases but the protected and those that accuse their own
        organisation; others those of what their organisation itself did.
        """
        months = months or year_before(self.clock.now(), self.zone)
        begin, end = months.within(self.zone)
        asked = (caller.role, caller.organisation, months)
        # One at a time: several that read every case at once would only wait for each other.
        async with self._counting:
            now = asyncio.get_running_loop().time()
            counted_at, found = self._kept.get(asked, (now, None))
            if found is None or now - counted_at >= self.fresh:
                tally = await self._count(caller, begin, end)
                found = tally.report(months.since, months.until)
                if len(self._kept) >= _KEPT:
                    self._kept.clear()
                self._kept[asked] = (asyncio.get_running_loop().time(), found)
        return found

    async def _count(self, caller: Caller, begin: datetime, end: datetime) -> Tally:
        owed = self.policy.current.get(Stages).holders
        own = None if caller.role == "monitor" else caller.organisation
        tally = Tally(self.clock.now(), owed, self.zone, own)
        key = key_of(caller)
        if key is None:
            return tally
        scope: Document = {"seen_by": list_key(key, None), "opened_at": {"$gte": begin, "$lt": end}}
        if caller.role == "monitor" and caller.organisation is not None:
            scope["accused"] = {"$ne": caller.organisation}

        async def read(low: str, high: str) -> list[Document]:
            query = scope | {"_id": {"$gte": low, "$lt": high}}
            return await self.cases.find(query, dict.fromkeys(_FIELDS, 1)).to_list(None)

        async for part in in_ranges(read):
            for document in part:
                tally.add(_passage(document, caller))
            await asyncio.sleep(0)
        return tally


def _passage(document: Document, caller: Caller) -> Passage:
    facts = knows_facts(caller.role, document["released_to"])
    terms: list[dict[str, Any]] = document.get("terms", [])
    return Passage(
        reference=document["reference"],
        holder=document["holder"],
        site=document["site"] if facts else None,
        category=document["category"] if facts else None,
        opened_at=document["opened_at"],
        closed_at=document.get("closed_at"),
        late_since=document.get("late_since"),
        path=document.get("path", ()),
        terms=[Term(**term) for term in terms],
    )
