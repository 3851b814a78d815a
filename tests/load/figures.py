"""Small arithmetic and processes that the rows about size share."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

import psutil

Tell = Callable[[str], None]


async def seconds_of(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Do some work so many times and return the seconds each took."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - begun)
    return taken


def middle(values: list[float]) -> float:
    """Return the median."""
    return median(values)


def p95(values: list[float]) -> float:
    """Return what 95 % of the values do not pass."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def memory_of(pid: int) -> dict[str, float]:
    """Return MB of memory by command of a process and all below it.

    The proportional set size: pages that several processes share are counted once in all, which
    the resident size would count for each of them.
    """
    root = psutil.Process(pid)
    found: dict[str, float] = {}
    for process in [root, *root.children(recursive=True)]:
        try:
            name = _name(process)
            found[name] = found.get(name, 0.0) + process.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue
    return found


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    service = next((word for word in words if word.startswith("services.")), None)
    module = next((after for word, after in pairwise(words) if word == "-m"), None)
    return service or module or (Path(words[0]).name if words else process.name())


def size_on_disk(folder: Path) -> int:
    """Return the bytes that the files of a folder take."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


async def until(condition: Callable[[], Awaitable[bool]], within: float, what: str) -> float:
    """Wait for a condition and return the seconds it took; raises TimeoutError that says what."""
    begun = time.perf_counter()
    while not await condition():
        if time.perf_counter() - begun > within:
            raise TimeoutError(f"{what}: not within {within:.0f} s")
        await asyncio.sleep(0.05)
    return time.perf_counter() - begun
