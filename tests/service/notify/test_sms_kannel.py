"""Text messages to a gateway that is slow: a few at a time, and none is lost or told twice."""

import asyncio

from services.notify.senders.sender import Message
from services.notify.senders.sms_kannel import AT_ONCE, KannelSender
from tests.service.notify.world import NUMBER, Outside
from tests.support.waiting import eventually


def sender_to(world: Outside, turn_seconds: float) -> KannelSender:
    """Return a sender whose messages wait so long for their turn."""
    return KannelSender(
        world.sms_url,
        username="u",
        password="p",
        sender="4040",
        receipts_url="http://127.0.0.1/receipts/kannel",
        turn_seconds=turn_seconds,
    )


def messages(count: int) -> list[Message]:
    """Return messages that differ by their delivery only."""
    return [Message(f"delivery-{n}", (NUMBER,), "Recours ABCD: bien recu.") for n in range(count)]


async def test_a_slow_gateway_gets_a_few_at_a_time(world: Outside) -> None:
    world.sms_open.clear()
    sender = sender_to(world, turn_seconds=60)
    sending = asyncio.gather(*(sender.send(message) for message in messages(3 * AT_ONCE)))

    async def busy() -> bool:
        return world.sms_at_once >= AT_ONCE

    await eventually(busy, what="the gateway being busy")
    world.sms_open.set()
    assert {outcome.kind for outcome in await sending} == {"sent"}
    assert world.sms_most_at_once == AT_ONCE
    assert len(world.texts) == 3 * AT_ONCE
    await sender.close()


async def test_whose_turn_does_not_come_has_not_left(world: Outside) -> None:
    world.sms_open.clear()
    sender = sender_to(world, turn_seconds=0.05)
    first = asyncio.gather(*(sender.send(message) for message in messages(AT_ONCE)))

    async def busy() -> bool:
        return world.sms_at_once == AT_ONCE

    await eventually(busy, what="the gateway being busy")
    outcome = await sender.send(Message("late", (NUMBER,), "Recours ABCD: bien recu."))
    assert (outcome.kind, outcome.code, outcome.unclear) == ("retry", "gateway-slow", False)
    world.sms_open.set()
    assert {one.kind for one in await first} == {"sent"}
    assert len(world.texts) == AT_ONCE, "the late one is not among them"
    await sender.close()
