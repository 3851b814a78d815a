"""Group commit: what arrives during a write shares the next; each caller gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.errors import TransientError
from shared.group_commit import GroupCommit


async def test_items_that_arrive_during_a_write_share_the_next() -> None:
    batches: list[list[int]] = []
    writing, gate = asyncio.Event(), asyncio.Event()

    async def flush(items: Sequence[int]) -> list[int | Exception]:
        batches.append(list(items))
        writing.set()
        await gate.wait()
        return [item * 10 for item in items]

    commit: GroupCommit[int, int] = GroupCommit(flush)
    first = asyncio.create_task(commit.submit(1))
    await writing.wait()
    rest = [asyncio.create_task(commit.submit(n)) for n in (2, 3, 4)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(first, *rest) == [10, 20, 30, 40]
    assert batches == [[1], [2, 3, 4]]


async def test_each_caller_gets_its_own_error() -> None:
    async def flush(items: Sequence[int]) -> list[int | Exception]:
        return [ValueError(f"no {item}") if item % 2 else item for item in items]

    commit: GroupCommit[int, int] = GroupCommit(flush)
    answers = await asyncio.gather(*(commit.submit(n) for n in (1, 2)), return_exceptions=True)
    assert isinstance(answers[0], ValueError)
    assert answers[1] == 2


async def test_a_failed_write_fails_its_callers_and_not_the_next() -> None:
    failures = [ConnectionError("away")]

    async def flush(items: Sequence[int]) -> list[int | Exception]:
        if failures:
            raise failures.pop()
        return list(items)

    commit: GroupCommit[int, int] = GroupCommit(flush)
    with pytest.raises(ConnectionError):
        await commit.submit(1)
    assert await commit.submit(2) == 2


async def test_an_overload_is_told_at_once() -> None:
    gate = asyncio.Event()

    async def flush(items: Sequence[int]) -> list[int | Exception]:
        await gate.wait()
        return list(items)

    commit: GroupCommit[int, int] = GroupCommit(flush, largest=1, limit=2)
    waiting = [asyncio.create_task(commit.submit(n)) for n in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.append(asyncio.create_task(commit.submit(9)))
    await asyncio.sleep(0)
    with pytest.raises(TransientError):
        await commit.submit(10)
    gate.set()
    assert await asyncio.gather(*waiting) == [0, 1, 9]


async def test_a_read_that_hangs_does_not_hold_up_the_next() -> None:
    hanging = asyncio.Event()

    async def read(items: Sequence[int]) -> list[int | Exception]:
        if 1 in items:
            await hanging.wait()
        return list(items)

    reads: GroupCommit[int, int] = GroupCommit(read, largest=1, patience=0.0)
    first = asyncio.create_task(reads.submit(1))
    await asyncio.sleep(0)
    assert await reads.submit(2) == 2
    assert not first.done()
    hanging.set()
    assert await first == 1


async def test_a_write_that_hangs_holds_up_the_next() -> None:
    order: list[int] = []
    hanging = asyncio.Event()

    async def write(items: Sequence[int]) -> list[int | Exception]:
        if 1 in items:
            await hanging.wait()
        order.extend(items)
        return list(items)

    writes: GroupCommit[int, int] = GroupCommit(write, largest=1)
    both = [asyncio.create_task(writes.submit(n)) for n in (1, 2)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert order == []
    hanging.set()
    assert await asyncio.gather(*both) == [1, 2]
    assert order == [1, 2]
