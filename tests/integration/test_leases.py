"""Leases on a real server: one holder at a time, and none for ever."""

import asyncio

from shared.leases import Leases
from shared.mongo import Database


class Seconds:
    """Real time under the control of a test."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def test_of_many_that_want_a_new_lease_one_holds_it(database: Database) -> None:
    rivals = [Leases(database) for _ in range(20)]
    held = await asyncio.gather(*(rival.hold("outbox-0") for rival in rivals))
    assert held.count(True) == 1
    again = await asyncio.gather(*(rival.hold("outbox-0") for rival in rivals))
    assert again == held, "the holder renews, the others wait"


async def test_of_many_that_want_an_expired_lease_one_holds_it(database: Database) -> None:
    time = Seconds()
    await Leases(database, seconds=10, time=time).hold("outbox-0")
    rivals = [Leases(database, seconds=10, time=time) for _ in range(20)]
    time.now += 9.9
    assert not any([await rival.hold("outbox-0") for rival in rivals])
    time.now += 0.2
    held = await asyncio.gather(*(rival.hold("outbox-0") for rival in rivals))
    assert held.count(True) == 1


async def test_a_renewed_lease_lasts_longer(database: Database) -> None:
    time = Seconds()
    holder, other = Leases(database, time=time), Leases(database, time=time)
    for _ in range(3):
        assert await holder.hold("outbox-0")
        time.now += 8
        assert not await other.hold("outbox-0")


async def test_only_the_holder_gives_a_lease_back(database: Database) -> None:
    holder, other = Leases(database), Leases(database)
    await other.release("outbox-0")
    assert await holder.hold("outbox-0")
    await other.release("outbox-0")
    assert not await other.hold("outbox-0")
    await holder.release("outbox-0")
    assert await other.hold("outbox-0")
    assert not await holder.hold("outbox-0")


async def test_leases_of_different_names_do_not_meet(database: Database) -> None:
    first, second = Leases(database), Leases(database)
    assert await first.hold("outbox-0")
    assert await second.hold("outbox-1")
