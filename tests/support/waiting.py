"""Waiting for conditions instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    probe: Callable[[], Awaitable[T | None]], *, within: float = 20.0, what: str = "the condition"
) -> T:
    """Return the first truthy answer of `probe`; fail when none comes in time."""
    deadline = time.monotonic() + within
    pause = 0.01
    while True:
        answer = await probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within} s; last: {answer!r}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.25)
