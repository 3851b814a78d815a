"""One system at several sizes: due queue, lists, reads, the check of the record, the store."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.ledger.verify import verify_database
from shared.mongo import Database, connect, database
from tests.load import due, lists
from tests.load.figures import Tell, size_on_disk
from tests.load.ledger_alone import ledger_on
from tests.load.row import Row
from tests.load.seed import PLACES, Place
from tests.load.seeded import seeded_folder, store_in

_TICKS = 5
_FIRED_WITHIN = 60.0
_MOST = 1.5


@dataclass(frozen=True)
class Figures:
    """What was measured with so many open cases; times in ms where not said otherwise."""

    cases: int
    busy_tick: float
    idle_tick: float
    fired: int
    fired_seconds: float
    in_order: bool
    list_p95: float
    lists: dict[str, float]
    read_p95: float
    desk_p95: float
    desk: dict[str, float]
    verified: bool | None
    entries_per_second: float | None
    disk_mb: float
    store_mb: float
    store_start: float


def overdue_of(cases: int) -> int:
    """Return how many of so many cases are overdue when they are measured."""
    return min(1_000, cases // 2)


async def _record(db: Database, what: str, tell: Tell) -> tuple[bool, float]:
    """Check the record; return whether it holds, and how many entries a second were checked."""
    tell(f"{what}: checking the record")
    begun = time.perf_counter()
    report = await verify_database(db)
    return report.ok, report.entries / (time.perf_counter() - begun)


async def measure(
    data_dir: Path,
    cases: int,
    tell: Tell,
    *,
    only: Sequence[Place] = PLACES,
    record: bool = True,
) -> Figures:
    """Seed a data folder and measure the ledger on it.

    A tenth of the overdue cases is for each of five ticks; the running service fires the others.
    Without `record` the record is not checked, which takes an hour with a million cases.
    """
    late = overdue_of(cases)
    seeded = await seeded_folder(data_dir, cases, tell, overdue=late, only=only)
    begun = time.perf_counter()
    async with store_in(data_dir) as server:
        store_start = time.perf_counter() - begun
        client = connect(server.uri)
        db = database(client, "recours_ledger")
        async with due.ledger_in(db) as ledger:
            busy = await due.busy_ticks(ledger, min(_TICKS, late // 100 - 1))
            old = await due.overdue(db)
            tell(f"{cases:,} cases: a tick of 100 takes {busy * 1000:.0f} ms; {len(old):,} left")
            async with ledger_on(data_dir, server.uri) as service:
                fired = await due.fired_by_service(db, old)
                in_order = await due.in_order(db, old)
                # Of the newer cases that became due meanwhile there are hundreds in a million and
                # next to none in a thousand: pages asked for while they fire tell of the neighbour.
                await due.worked_off(db)
                pages = await lists.list_pages(service)
                reads = await lists.case_reads(service, seeded)
                desk = await lists.desk_pages(service, seeded)
            idle = await due.idle_ticks(ledger)
        told = [("list", pages.p95), ("read", reads.p95), ("desk", desk.p95)]
        tell(f"{cases:,} cases, p95: " + ", ".join(f"{n} {s * 1000:.0f} ms" for n, s in told))
        check = await _record(db, f"{cases:,} cases", tell) if record else None
        assert server.child is not None
        memory = psutil.Process(server.child.pid).memory_full_info().pss / 1e6
        client.close()
    return Figures(
        cases=cases,
        busy_tick=busy * 1000,
        idle_tick=idle * 1000,
        fired=len(old),
        fired_seconds=fired,
        in_order=in_order,
        list_p95=pages.p95 * 1000,
        lists={kind: seconds * 1000 for kind, seconds in pages.by_kind.items()},
        read_p95=reads.p95 * 1000,
        desk_p95=desk.p95 * 1000,
        desk={kind: seconds * 1000 for kind, seconds in desk.by_kind.items()},
        verified=check[0] if check else None,
        entries_per_second=check[1] if check else None,
        disk_mb=size_on_disk(data_dir / "store") / 1e6,
        store_mb=memory,
        store_start=store_start,
    )


def rows(small: Figures, large: Figures) -> list[Row]:
    """Return the rows that compare two sizes."""
    by = f"with {large.cases:,} open cases ÷ with {small.cases:,}"
    slowest = max(large.lists, key=lambda kind: large.lists[kind])
    fired_in_time = large.fired_seconds <= _FIRED_WITHIN
    return [
        _compared(f"tick of the due queue, 100 due, {by}", large.busy_tick, small.busy_tick),
        _compared(f"tick of the due queue, nothing due, {by}", large.idle_tick, small.idle_tick),
        Row(
            name=f"{large.fired:,} overdue cases fired among {large.cases:,}",
            value=round(large.fired_seconds, 1),
            unit="s",
            floor=None,
            ratio=None,
            goal="≤ 60 s",
            ok=fired_in_time,
        ),
        Row(
            name="overdue cases fired before an older one, newer ones coming due all the while",
            value=0.0 if large.in_order and small.in_order else 1.0,
            unit="found",
            floor=None,
            ratio=None,
            goal="none",
            ok=large.in_order and small.in_order,
        ),
        _compared(f"pages of the list, p95, {by}", large.list_p95, small.list_p95),
        _compared(
            f"slowest kind of page ({slowest}), median, {by}",
            large.lists[slowest],
            small.lists[slowest],
        ),
        _compared(f"read of a case, p95, {by}", large.read_p95, small.read_p95),
        _compared(f"pages of the desk, p95, {by}", large.desk_p95, small.desk_p95),
    ]


def _compared(name: str, value: float, counterpart: float) -> Row:
    ratio = value / counterpart
    return Row(
        name=name,
        value=round(value, 2),
        unit="ms",
        floor=round(counterpart, 2),
        ratio=round(ratio, 2),
        goal=f"ratio ≤ {_MOST}",
        ok=ratio <= _MOST,
    )
