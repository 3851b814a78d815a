"""`make bench`: every figure with its floor and goal, then one JSON line."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.load import first_page, latency, lifecycles, size, throughput
from tests.load.figures import Tell, memory_of
from tests.load.machine import memory_row, restart_row, store_killed_row, supervisor_of
from tests.load.row import Row
from tests.load.seeded import seeded_system, system_on
from tests.support.system import System

_ROOT = Path(__file__).resolve().parents[2]


class Bench:
    """One run of the bench: a folder for its data, how large it is, and the rows so far."""

    def __init__(self, folder: Path, *, short: bool, tell: Tell) -> None:
        self.folder, self.short, self.tell = folder, short, tell
        self.count, self.runs = (400, 1) if short else (4_000, 3)
        self.small, self.large = (1_000, 5_000) if short else (1_000, 1_000_000)
        self.rows: list[Row] = []
        self.through_empty: float | None = None
        self.lives_empty: float | None = None

    async def system(self) -> None:
        """A fresh system: idle memory, first page, throughput, latency, burst, memory, restart."""
        data = self.folder / "system"
        shutil.rmtree(data, ignore_errors=True)
        with system_on(data) as running:
            supervisor = supervisor_of(data)
            self.rows.append(memory_row(memory_of(supervisor), "idle", 1_200, self.tell))
            self.rows += await first_page.rows(f"{running.intake}/", self.tell)
            with highest_memory(supervisor) as seen:
                await self._load(running)
            highest = max(seen, key=lambda one: sum(one.values()))
            self.rows.append(memory_row(highest, "under load", 2_000, self.tell))
            self.rows.append(await store_killed_row(running, self.tell))
        self.rows.append(restart_row(data, self.tell))

    async def _load(self, running: System) -> None:
        figures = await throughput.measure(
            running, count=self.count, runs=self.runs, tell=self.tell
        )
        self.rows += throughput.rows(*figures)
        self.through_empty = median(rates.through for rates in figures[0])
        lives = await lifecycles.measure(
            running, lives=self.count // 4, runs=self.runs, tell=self.tell
        )
        self.rows.append(lifecycles.row(lives, median(figures[3])))
        self.lives_empty = median(lives)
        seconds = 5.0 if self.short else 30.0
        self.rows += await latency.steady(running, seconds=seconds, tell=self.tell)
        self.rows += await latency.burst(
            running,
            sustained=self.through_empty,
            seconds=5.0 if self.short else 60.0,
            tell=self.tell,
        )

    async def sizes(self) -> None:
        """The due queue, lists and reads with a million cases and with a thousand."""
        found = {}
        for cases in (self.small, self.large):
            self.tell(f"with {cases:,} open cases …")
            data = self.folder / f"size-{cases}"
            found[cases] = await size.measure(data, cases, self.tell, record=False)
        shutil.rmtree(self.folder / f"size-{self.small}", ignore_errors=True)
        self.rows += size.rows(found[self.small], found[self.large])

    async def full(self) -> None:
        """The whole pipeline on a million cases ÷ on none."""
        if self.through_empty is None or self.lives_empty is None:
            self.tell("left out: it compares with the part `system`, which was not run")
            return
        # The folder of the part before, where there is one: to seed it again takes ten minutes.
        data, late = self.folder / f"size-{self.large}", size.overdue_of(self.large)
        async with seeded_system(data, self.large, self.tell, overdue=late) as running:
            rates = await throughput.full(running, count=self.count, runs=self.runs, tell=self.tell)
            lives = await lifecycles.measure(
                running, lives=self.count // 4, runs=self.runs, tell=self.tell
            )
            for name, size_mb in memory_of(supervisor_of(data)).items():
                self.tell(f"{size_mb:7.0f} MB  {name}")
        shutil.rmtree(data, ignore_errors=True)
        ratio = median(rates) / self.through_empty
        self.rows.append(
            Row(f"whole way with {self.large:,} cases ÷ with none", round(median(rates)), "/s",
                round(self.through_empty), round(ratio, 2), "ratio ≥ 0.9", ratio >= 0.9)
        )  # fmt: skip
        self.rows.append(lifecycles.flat_row(lives, self.lives_empty, self.large))

    async def tests(self) -> None:
        """The time that the whole suite takes."""
        if self.short:
            self.tell("left out of the short form")
            return
        begun = time.monotonic()
        ended = await asyncio.to_thread(
            subprocess.run, ["make", "test"], cwd=_ROOT, stdout=subprocess.DEVNULL, check=False
        )
        minutes = (time.monotonic() - begun) / 60
        self.tell("the suite passed" if ended.returncode == 0 else "the suite failed")
        well = ended.returncode == 0 and minutes <= 10
        self.rows.append(
            Row("`make test`", round(minutes, 1), "min", None, None, "≤ 10 min, passing", well)
        )


@contextmanager
def highest_memory(supervisor: int) -> Iterator[list[dict[str, float]]]:
    """Look at the memory of a run every two seconds and collect what is seen (MB)."""
    seen = [memory_of(supervisor)]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(2.0):
            seen.append(memory_of(supervisor))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def shown(rows: list[Row]) -> Table:
    """Return the rows as a table for people."""
    table = Table("what", "figure", "floor", "ratio", "to reach", "", title="make bench")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.value:,} {row.unit}",
            "" if row.floor is None else f"{row.floor:,}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.goal,
            "✓" if row.ok else "✗",
        )
    return table


def verdict_of(rows: list[Row]) -> tuple[bool, str]:
    """Return whether every goal was reached, and that in words; nothing measured is not reached."""
    if not rows:
        return False, "nothing was measured"
    missed = [row.name for row in rows if not row.ok]
    return not missed, f"not reached: {'; '.join(missed)}" if missed else "every goal was reached"


async def measured(bench: Bench, only: list[str]) -> None:
    """Run the parts that are asked for, in their order."""
    parts: dict[str, Callable[[], Awaitable[None]]] = {
        "system": bench.system,
        "sizes": bench.sizes,
        "full": bench.full,
        "tests": bench.tests,
    }
    if unknown := set(only) - parts.keys():
        sys.exit(f"No such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    for name, part in parts.items():
        if not only or name in only:
            bench.tell(f"— {name}: {(part.__doc__ or '').strip()}")
            await part()


def main() -> int:
    """Run the bench; 0 only when every goal was reached."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="small sizes: does it run at all?")
    parser.add_argument("--only", default="", help="parts to run, separated by commas")
    given = parser.parse_args()
    # Whoever ends it leaves nothing running: what was started is stopped as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(stderr=False, highlight=False)
    folder = Path(os.environ.get("DATA_DIR") or ".data").resolve() / "bench"
    begun = time.monotonic()
    bench = Bench(folder, short=given.short, tell=lambda line: console.print(f"  {line}"))
    asyncio.run(measured(bench, [name for name in given.only.split(",") if name]))
    console.print(shown(bench.rows))
    ok, verdict = verdict_of(bench.rows)
    console.print(f"{verdict} ({time.monotonic() - begun:.0f} s)")
    sys.stdout.write(
        json.dumps(
            {"command": "bench", "ok": ok, "rows": [row.as_json() for row in bench.rows]},
            ensure_ascii=False,
        )
        + "\n"
    )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
