"""The due queue on a real server: one winner, the oldest first, nothing forgotten."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.due_queue import DueQueue, wake_key, wake_time
from shared.loops import Wakeup
from shared.mongo import Collection, Database, Document
from tests.support.clock import FrozenClock
from tests.support.waiting import eventually


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def items(database: Database, clock: FrozenClock) -> Collection:
    collection: Collection = database["items"]
    await DueQueue(collection, clock).ensure_indexes()
    return collection


def due(name: object, wake_at: datetime) -> Document:
    return {"_id": str(name), "wake": wake_key(wake_at, str(name))}


def names(documents: Sequence[Document]) -> list[str]:
    return [document["_id"] for document in documents]


class Noted(Wakeup):
    """A flag that notes how long a loop would have slept, and sleeps until cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    async def wait(self, seconds: float) -> None:
        """Note the pause."""
        self.pauses.append(seconds)
        await asyncio.Event().wait()


class Beaten(DueQueue):
    """A worker that always finds something due and that others always beat to it."""

    async def claim(self, limit: int = 100) -> list[Document]:
        """Find something and win nothing."""
        self.oldest = self._clock.now()
        return []


async def test_scan_and_claim_have_their_index(items: Collection) -> None:
    index = (await items.index_information())["wake"]
    assert (index["key"], index["sparse"]) == ([("wake", 1)], True)


def test_a_due_time_is_read_back_whatever_tells_documents_apart(clock: FrozenClock) -> None:
    assert wake_time(wake_key(clock.now(), "a|b")) == clock.now()


async def test_one_claim_takes_a_hundred_and_the_next_the_rest(
    items: Collection, clock: FrozenClock
) -> None:
    await items.insert_many([due(n, clock.now()) for n in range(101)])
    queue = DueQueue(items, clock)
    assert queue.oldest is None
    assert [len(await queue.claim()) for _ in range(3)] == [100, 1, 0]


async def pause_of(queue: DueQueue) -> float:
    """Return how long a running worker sleeps after its first look."""
    queue.wakeup = noted = Noted()

    async def looked() -> bool:
        return bool(noted.pauses)

    async def work(documents: Sequence[Document]) -> None:
        raise AssertionError(f"nothing was to be claimed: {documents}")

    loop = asyncio.create_task(queue.run(work))
    try:
        await eventually(looked, what="a look at the queue")
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    return noted.pauses[0]


async def test_whoever_was_beaten_to_all_that_was_due_looks_again_soon(
    items: Collection, clock: FrozenClock
) -> None:
    assert await pause_of(Beaten(items, clock)) < 0.2
    assert 0.5 < await pause_of(DueQueue(items, clock)) <= 2


async def test_workers_never_win_the_same_document(items: Collection, clock: FrozenClock) -> None:
    await items.insert_many([due(n, clock.now() - timedelta(seconds=n)) for n in range(120)])
    workers = [DueQueue(items, clock) for _ in range(4)]
    won: list[str] = []

    async def work(queue: DueQueue) -> None:
        while True:
            claimed = await queue.claim(10)
            won.extend(names(claimed))
            if queue.oldest is None:
                return

    await asyncio.gather(*(work(queue) for queue in workers))
    assert len(won) == len(set(won)) == 120


async def test_of_two_workers_at_the_same_moment_one_wins(
    items: Collection, clock: FrozenClock
) -> None:
    for n in range(15):
        await items.insert_one(due(n, clock.now()))
        first, second = await asyncio.gather(
            DueQueue(items, clock).claim(), DueQueue(items, clock).claim()
        )
        assert names(first) + names(second) == [str(n)]


async def test_the_oldest_comes_first_however_many_newer_wait(
    database: Database, clock: FrozenClock
) -> None:
    # Without the index, whose own order would hide that nobody asked for one.
    items: Collection = database["unordered"]
    newer = [due(f"new-{n}", clock.now() - timedelta(seconds=n % 60)) for n in range(2000)]
    future = [due(f"future-{n}", clock.now() + timedelta(hours=1)) for n in range(500)]
    await items.insert_many(newer + future)
    await items.insert_many(
        [due(f"old-{days}", clock.now() - timedelta(days=days)) for days in (1, 3, 2)]
    )
    queue = DueQueue(items, clock)
    claimed = await queue.claim(4)
    assert names(claimed)[:3] == ["old-3", "old-2", "old-1"]
    assert claimed[3]["_id"].startswith("new-")
    assert queue.oldest == clock.now() - timedelta(days=3)


async def test_what_is_not_due_is_left_alone(items: Collection, clock: FrozenClock) -> None:
    await items.insert_many(
        [
            due("later", clock.now() + timedelta(milliseconds=1)),
            due("now", clock.now()),
            {"_id": "done"},
            {"_id": "null", "wake": None},
        ]
    )
    queue = DueQueue(items, clock)
    assert names(await queue.claim()) == ["now"]
    clock.move(seconds=1)
    assert names(await queue.claim()) == ["later"]


async def test_the_document_of_a_dead_worker_comes_back_after_the_lease(
    items: Collection, clock: FrozenClock
) -> None:
    await items.insert_one(due("a", clock.now()))
    dead, alive = DueQueue(items, clock), DueQueue(items, clock)
    (claimed,) = await dead.claim()
    clock.move(seconds=29)
    assert await alive.claim() == []
    clock.move(seconds=1)
    (again,) = await alive.claim()
    assert again["_id"] == claimed["_id"]
    assert again["wake"] != claimed["wake"]
    await items.update_many({"wake": claimed["wake"]}, {"$unset": {"wake": ""}})
    assert await items.count_documents({"wake": again["wake"]}) == 1
    await items.update_many({"wake": again["wake"]}, {"$unset": {"wake": ""}})
    clock.move(days=1)
    assert await alive.claim() == []


async def test_what_its_owner_moved_meanwhile_is_not_claimed(
    items: Collection, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the claim the owner wrote a later time: that one holds."""
    await items.insert_many([due("a", clock.now()), due("b", clock.now())])
    later = wake_key(clock.now() + timedelta(days=3), "a")
    queue = DueQueue(items, clock)
    update = items.update_many

    async def moved_first(*given: Any) -> Any:
        await items.update_one({"_id": "a"}, {"$set": {"wake": later}})
        return await update(*given)

    monkeypatch.setattr(queue, "_collection", _Spied(items, moved_first))
    assert names(await queue.claim()) == ["b"]
    kept = await items.find_one({"_id": "a"})
    assert kept is not None
    assert kept["wake"] == later


class _Spied:
    """A collection whose `update_many` is looked in on."""

    def __init__(self, collection: Collection, update_many: Any) -> None:
        self.find, self.update_many = collection.find, update_many


async def test_a_lease_is_in_real_seconds_under_a_fast_clock(
    items: Collection, clock: FrozenClock
) -> None:
    clock.speed = 3600.0
    await items.insert_one(due("a", clock.now()))
    queue = DueQueue(items, clock, lease=timedelta(seconds=2))
    assert names(await queue.claim()) == ["a"]
    clock.move(hours=1, minutes=59)
    assert await queue.claim() == []
    clock.move(minutes=1)
    assert names(await queue.claim()) == ["a"]


async def test_what_was_claimed_together_shares_a_lease_and_comes_back_together(
    items: Collection, clock: FrozenClock
) -> None:
    await items.insert_many([due(n, clock.now()) for n in range(30)])
    claimed = await DueQueue(items, clock).claim(30)
    assert len({document["wake"] for document in claimed}) == 1
    clock.move(seconds=30)
    assert len(await DueQueue(items, clock).claim(10)) == 30


async def test_failed_work_comes_again_and_the_loop_lives(
    items: Collection, clock: FrozenClock
) -> None:
    await items.insert_many([due("a", clock.now()), due("b", clock.now())])
    queue = DueQueue(items, clock)
    tries: list[list[str]] = []

    async def work(documents: Sequence[Document]) -> None:
        tries.append(sorted(names(documents)))
        if len(tries) == 1:
            raise RuntimeError("first try fails")
        for document in documents:
            await items.update_one({"_id": document["_id"]}, {"$unset": {"wake": ""}})

    async def tried(times: int) -> bool:
        queue.wakeup.nudge()
        return len(tries) >= times

    with capture_logs() as logs:
        loop = asyncio.create_task(queue.run(work))
        try:
            await eventually(lambda: tried(1), what="the first try")
            clock.move(seconds=30)
            await eventually(lambda: tried(2), what="the second try")
        finally:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
    assert tries == [["a", "b"], ["a", "b"]]
    assert {entry["loop"] for entry in logs} == {"due-queue"}
