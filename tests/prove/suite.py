"""Runs test files in a process of their own, with many more examples, and counts what passed."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.prove.part import Task

ROOT = Path(__file__).parents[2]
_EXAMPLES = re.compile(r"([\d,]+) passing, ")
_PROGRESS = re.compile(r"\[ *(\d+%)\]$")
#: No single test may take longer, in seconds; what hangs is a failure.
_LONGEST = 3_600
_TAIL = 15


@dataclass(frozen=True)
class Examined:
    """What came of the tests: names of those that passed, failures in words, examples tried.

    `trouble` tells that the tests could not be run to their end.
    """

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    examples: int
    trouble: str | None

    @property
    def failures(self) -> list[str]:
        """Everything that went wrong, in words."""
        return [*self.failed, *([self.trouble] if self.trouble else [])]

    def count(self, prefix: str) -> int:
        """Return how many tests whose name begins so have passed."""
        return sum(name.startswith(prefix) for name in self.passed)


async def examine(
    task: Task, name: str, paths: Sequence[str], given: Mapping[str, str] | None = None
) -> Examined:
    """Run test files; the short form has as many examples as `make test`.

    `given` is added to the environment.
    """
    report = task.folder / f"{name}.xml"
    report.unlink(missing_ok=True)
    task.folder.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", *paths, f"--junitxml={report}"),
        *("--hypothesis-show-statistics", "-p", "no:cacheprovider", "-o", f"timeout={_LONGEST}"),
        cwd=ROOT,
        env=os.environ
        | {"RECOURS_EXAMPLES": "short" if task.short else "long"}
        | dict(given or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        lines = await _told(process, task, name)
        status = await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    examples = sum(int(n.replace(",", "")) for line in lines for n in _EXAMPLES.findall(line))
    passed, failed = _read(report)
    trouble = None
    if status != 0 and not failed:
        trouble = f"the tests ended with status {status}: {' | '.join(lines[-_TAIL:])}"
    return Examined(passed, failed, examples, trouble)


async def _told(process: asyncio.subprocess.Process, task: Task, name: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    async for raw in process.stdout:
        line = raw.decode("utf-8", "replace").rstrip()
        lines.append(line)
        if done := _PROGRESS.search(line):
            task.tell(f"{name}: {done[1]} of the tests")
    return lines


def _read(report: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not report.exists():
        return (), ()
    passed: list[str] = []
    failed: list[str] = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = str(case.get("name"))
        wrong = next((child for child in case if child.tag in ("failure", "error")), None)
        if wrong is not None:
            said = (wrong.get("message") or "failed").strip().splitlines()[0]
            failed.append(f"{case.get('classname')}::{name}: {said}")
        elif case.find("skipped") is None:
            passed.append(name)
    return tuple(passed), tuple(failed)
