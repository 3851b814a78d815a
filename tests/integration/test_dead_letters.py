"""Dead letters after a real delivery: replayed once the fault is repaired, or dropped."""

import pytest

from shared.errors import Conflict, NotFound
from shared.events import Event
from tests.integration.desk import POISON, Desk, deliver, stream


async def test_replay_keeps_the_letter_until_the_handler_is_repaired(desk: Desk) -> None:
    broken, (event,) = True, stream(1)

    async def handle(batch: list[Event]) -> None:
        if broken:
            raise KeyError("a bug")
        await desk.see(batch)

    consumer, letter = desk.consumer(handle), f"{desk.topic}:0:0"
    await deliver(desk, consumer, [event.to_bytes()])
    with pytest.raises(Conflict, match=r"fails: KeyError$"):
        await consumer.replay(letter)
    assert len(await desk.letters.list()) == 1
    broken = False
    await consumer.replay(letter)
    assert desk.handled == [event]
    assert await desk.letters.list() == []
    with pytest.raises(NotFound):
        await consumer.replay(letter)


@pytest.mark.parametrize("value", POISON.values(), ids=POISON.keys())
async def test_junk_is_refused_at_replay_and_can_be_dropped(
    desk: Desk, value: bytes | None
) -> None:
    consumer, letter = desk.consumer(), f"{desk.topic}:0:0"
    await deliver(desk, consumer, [value])
    with pytest.raises(Conflict):
        await consumer.replay(letter)
    await desk.letters.drop(letter)
    assert await desk.letters.list() == []
    with pytest.raises(NotFound):
        await desk.letters.drop(letter)
