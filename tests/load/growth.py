"""The growth table: `python -m tests.load.growth 1000,10000,100000` in a scratch folder."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.load.seed import PLACES
from tests.load.size import Figures, measure, rows

_COLUMNS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("open cases", lambda f: f"{f.cases:,}"),
    ("tick, 100 due (ms)", lambda f: f"{f.busy_tick:.0f}"),
    ("tick, none due (ms)", lambda f: f"{f.idle_tick:.1f}"),
    ("list p95 (ms)", lambda f: f"{f.list_p95:.0f}"),
    ("read p95 (ms)", lambda f: f"{f.read_p95:.0f}"),
    ("desk p95 (ms)", lambda f: f"{f.desk_p95:.0f}"),
    ("verified (entries/s)", lambda f: f"{f.entries_per_second or 0:,.0f}"),
    ("on disk (MB)", lambda f: f"{f.disk_mb:,.0f}"),
    ("store's memory (MB)", lambda f: f"{f.store_mb:,.0f}"),
    ("store's start (s)", lambda f: f"{f.store_start:.1f}"),
)


def table(figures: Sequence[Figures]) -> str:
    """Return the figures of each size as a table in Markdown."""
    lines = [
        "| " + " | ".join(title for title, _ in _COLUMNS) + " |",
        "|" + "---|" * len(_COLUMNS),
    ]
    lines += ["| " + " | ".join(show(f) for _, show in _COLUMNS) + " |" for f in figures]
    return "\n".join(lines)


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def grow(folder: Path, sizes: Sequence[int], *, whole: bool) -> list[Figures]:
    """Measure each size in a data folder of its own; without `whole` the ledger's part alone."""
    places = PLACES if whole else [place for place in PLACES if place[0] == "ledger"]
    return [await measure(folder / str(size), size, say, only=places) for size in sizes]


def sizes_of(text: str) -> list[int]:
    """Return the numbers of a list with commas; raises ArgumentTypeError for anything else."""
    numbers = text.split(",")
    if not all(number.isdecimal() and int(number) for number in numbers):
        raise argparse.ArgumentTypeError("give numbers of cases, for example 1000,10000")
    return [int(number) for number in numbers]


def main() -> None:
    """Measure the sizes given and print the table and the rows of first and last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sizes", type=sizes_of, help="numbers of open cases, with commas between them"
    )
    parser.add_argument("--folder", type=Path, help="where to keep the data; default: nowhere")
    parser.add_argument("--whole", action="store_true", help="seed all services, not the ledger's")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recours-growth-") as scratch:
        folder = given.folder or Path(scratch)
        figures = asyncio.run(grow(folder, given.sizes, whole=given.whole))
    say(table(figures))
    for one in figures:
        say(
            f"{one.cases:,}: "
            + ", ".join(f"{k} {v:.0f}" for k, v in (one.lists | one.desk).items())
        )
    for row in rows(figures[0], figures[-1]) if len(figures) > 1 else []:
        say(f"{'ok ' if row.ok else 'RED'} {row.name}: {row.value} {row.unit} ({row.goal})")


if __name__ == "__main__":
    main()
