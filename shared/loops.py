"""Background loops that stop cleanly, back off on errors and can be woken."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger("recours.loops")


class Wakeup:
    """A flag that a loop sleeps on until it is nudged or the time is over."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def nudge(self) -> None:
        """Wake the loop now."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Sleep until nudged, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class UnderWay:
    """What is being done just now, for whoever has to wait until it is done."""

    def __init__(self) -> None:
        self._begun: set[asyncio.Future[None]] = set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Mark something as being done for as long as the block runs, however it ends."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._begun.add(done)
        try:
            yield
        finally:
            self._begun.discard(done)
            done.set_result(None)

    async def all_begun(self) -> None:
        """Wait until everything is done that has begun by now."""
        if self._begun:
            await asyncio.wait(set(self._begun))


def backoff(attempt: int, *, first: float = 0.1, most: float = 5.0) -> float:
    """Return jittered, growing seconds to wait before attempt number `attempt` (from 1)."""
    return float(min(most, first * 2 ** min(attempt - 1, 16)) * random.uniform(0.5, 1.0))


async def forever(name: str, step: Callable[[], Awaitable[float | None]], wakeup: Wakeup) -> None:
    """Run `step` again and again; it returns the seconds to sleep, or None to go on at once.

    An error is logged once per kind and retried with back-off: a loop never dies of it.
    """
    failures = 0
    while True:
        try:
            pause = await step()
            if failures:
                log.info("loop recovered", loop=name, failures=failures)
            failures = 0
        except Exception:  # the loop must outlive any fault; it is logged and retried
            failures += 1
            if failures in (1, 10, 100) or failures % 1000 == 0:
                log.exception("loop failed", loop=name, failures=failures)
            # Not woken by nudges: what fails would be tried again at each new event.
            await asyncio.sleep(backoff(failures))
            continue
        if pause is None:
            await asyncio.sleep(0)
        else:
            await wakeup.wait(pause)
