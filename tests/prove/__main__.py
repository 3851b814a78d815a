"""`make prove`: runs the parts of the proof and ends with one JSON line and its verdict."""

import argparse
import asyncio
import importlib
import json
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.prove.part import Part, Run, Task

#: The parts in their order: name, and the module whose `run` it is.
PARTS: Final = (
    ("kills", "tests.prove.kills"),
    ("doubles", "tests.prove.doubles"),
    ("canaries", "tests.prove.canaries"),
    ("recusal", "tests.prove.properties"),
    ("model", "tests.prove.model"),
    ("clock", "tests.prove.clock"),
    ("fuzz", "tests.prove.fuzz"),
    ("mutations", "tests.prove.mutations"),
)
#: Figures that several parts count and the JSON line adds up.
_SUMMED: Final = ("rounds", "accepted", "lost", "doubled", "leaked")

console = Console(highlight=False)


def _run_of(module: str) -> Run:
    run: Run = importlib.import_module(module).run
    return run


async def prove(names: Sequence[str], folder: Path, *, short: bool) -> list[Part]:
    """Run the named parts one after the other; one that breaks off has failed."""
    done = []
    for name, module in PARTS:
        if name not in names:
            continue
        console.rule(f"[bold]{name}")
        began = time.monotonic()
        task = Task(folder / name, short, lambda line: console.print(f"  {line}", markup=False))
        task.folder.mkdir(parents=True)
        try:
            part = await _run_of(module)(task)
        except Exception as error:
            console.print_exception()
            part = Part(name, failures=(f"broke off: {type(error).__name__}: {error}",))
        _show(part, time.monotonic() - began)
        done.append(part)
    return done


def _show(part: Part, seconds: float) -> None:
    console.print(part.table, markup=False)
    for failure in part.failures:
        console.print(f"✗ {failure}", style="red", markup=False)
    verdict = "[green]held" if part.ok else "[red]did not hold"
    console.print(f"{part.name}: {verdict}[/] ({seconds:.0f} s)")


def summary(parts: Sequence[Part]) -> dict[str, object]:
    """Return the JSON line of the command."""
    return {
        "command": "prove",
        "ok": all(part.ok for part in parts),
        **{name: sum(part.figures.get(name, 0) for part in parts) for name in _SUMMED},
        "parts": {part.name: dict(part.figures) | {"ok": part.ok} for part in parts},
        "failures": [f"{part.name}: {failure}" for part in parts for failure in part.failures],
    }


def main() -> int:
    """Run what was asked for; the exit status is 0 only when everything held."""
    names = [name for name, _ in PARTS]
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--only", default=",".join(names), help="parts, separated by commas")
    parser.add_argument("--short", action="store_true", help="minutes instead of the long form")
    parser.add_argument("--keep", action="store_true", help="keep the data of the runs")
    given = parser.parse_args()
    wanted = given.only.split(",")
    if unknown := set(wanted) - set(names):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="recours-prove-"))
    try:
        line = summary(asyncio.run(prove(wanted, folder, short=given.short)))
    finally:
        if given.keep:
            console.print(f"data kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0 if line["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
