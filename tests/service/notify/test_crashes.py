"""A process that dies at each step, and what the next one makes of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from services.notify.domain import Outcome
from services.notify.senders.sender import Message
from shared.events import Event
from shared.events.notify import PartyTold
from shared.mongo import Database, Document
from tests.service.notify.world import Notify, Outside, notify
from tests.support.clock import FrozenClock
from tests.unit.notify.cases import event


class Killed(BaseException):
    """The process ends here."""


def die(*_: Any, **__: Any) -> Any:
    """End the process."""
    raise Killed


async def after_the_lease(
    database: Database, world: Outside, clock: FrozenClock
) -> tuple[list[dict[str, Any]], list[tuple[str, str, str]]]:
    """Start a new process once the lease is over; return documents and facts."""
    clock.move(minutes=5)
    async with notify(database, world, clock) as fresh:
        await fresh.send_due()
        return await fresh.documents(), await fresh.facts()


async def killed_before_the_record(service: Notify, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was offered leave, and end the process before it is recorded."""
    monkeypatch.setattr(service.parts.recorder, "record", die)
    with pytest.raises(Killed):
        await service.send_offered()


async def test_killed_before_sending(
    service: Notify, database: Database, world: Outside, clock: FrozenClock
) -> None:
    await service.hear(event("case.acknowledged", advocate=None))
    [document], facts = await after_the_lease(database, world, clock)
    assert len(world.texts) == 1
    assert document["maybe_twice"] is False
    assert facts == [("told", "complainant", "")]


async def test_killed_after_the_gateway_took_it_is_marked_as_perhaps_twice(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await service.hear(event("complainant.wrote"))
    await killed_before_the_record(service, monkeypatch)
    assert len(world.mails) == 1
    [document], facts = await after_the_lease(database, world, clock)
    assert len(world.mails) == 2
    first, second = world.mails
    ids = {
        line
        for mail in (first, second)
        for line in mail.original_content.split(b"\r\n")
        if line.lower().startswith(b"message-id")
    }
    assert len(ids) == 1, "a mail program sees that both are the same"
    assert document["maybe_twice"] is True
    assert [a["code"] for a in document["attempts"]] == ["interrupted", "smtp-250"]
    assert facts == [("told", "holder", "")]


async def test_killed_between_record_and_mark_sends_nothing_again(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service.parts.deliveries, "finish", die)
    with pytest.raises(Killed):
        await service.tell(event("case.acknowledged", advocate=None))
    [document], facts = await after_the_lease(database, world, clock)
    assert len(world.texts) == 1
    assert document["state"] == "sent"
    assert facts == [("told", "complainant", "")]


async def test_what_an_earlier_version_recorded_is_not_sent_again(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened = event("case.acknowledged", advocate=None)
    await service.hear(happened)
    await killed_before_the_record(service, monkeypatch)
    [delivery] = await service.documents()
    told = PartyTold(
        reference=delivery["reference"],
        delivery_id=delivery["_id"],
        notice=delivery["notice"],
        audience=delivery["audience"],
        channel="sms",
        attempts=1,
        handed_at=clock.now(),
        maybe_twice=False,
    )
    earlier = Event.derived(
        told, subject=happened.subject, sequence=1, time=clock.now(), cause=delivery["_id"]
    )
    await service.events.append([earlier])
    clock.move(minutes=5)
    async with notify(database, world, clock) as fresh:
        await fresh.send_due()
        [document] = await fresh.documents()
    assert len(world.texts) == 1
    assert (document["state"], document["maybe_twice"]) == ("sent", False)


async def test_killed_between_the_daily_mail_and_its_mark(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await service.tell(*(event("deadline.approaching", reference=f"R{i}") for i in range(3)))
    clock.move(days=1)
    monkeypatch.setattr(service.parts.deliveries, "finish", die)
    with pytest.raises(Killed):
        await service.send_due()
    documents, facts = await after_the_lease(database, world, clock)
    assert len(world.mails) == 1
    assert facts == [("told", "holder", "")] * 3
    assert not [d for d in documents if "digest" in d or "wake" in d]


async def test_killed_between_writing_down_and_recording_who_cannot_be_told(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened = event("case.acknowledged", advocate=None, contactable=())
    monkeypatch.setattr(service.parts.recorder, "record", die)
    with pytest.raises(Killed):
        await service.tell(happened)
    await service.hear(happened)
    [document], facts = await after_the_lease(database, world, clock)
    assert (document["state"], document["reason"]) == ("skipped", "no-address")
    assert facts == [("not-told", "complainant", "no-address")]


async def test_an_answer_that_never_came_is_sent_again_and_marked(
    service: Notify, world: Outside, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = service.senders["sms"]
    took = sender.send

    async def silent(message: Message) -> Outcome:
        await took(message)
        return Outcome("retry", "gateway-silent", unclear=True)

    with monkeypatch.context() as patch:
        patch.setattr(sender, "send", silent)
        await service.tell(event("case.acknowledged", advocate=None))
    clock.move(minutes=5)
    await service.send_due()
    assert len(world.texts) == 2
    [document] = await service.documents()
    assert document["maybe_twice"] is True


async def test_a_lease_that_is_over_is_not_used(service: Notify, world: Outside) -> None:
    await service.hear(event("case.acknowledged", advocate=None))
    _, chunk = service.parts.sending._chunks.get_nowait()
    await service.parts.sending.deliver(chunk, until=0.0)
    assert world.texts == []


async def test_paused_past_its_lease_it_sends_nothing_that_another_sent(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await service.hear(event("case.acknowledged", advocate=None))
    prepare = service.parts.sending._preparing.prepare

    async def paused(documents: Sequence[Document]) -> Any:
        await after_the_lease(database, world, clock)
        return await prepare(documents)

    monkeypatch.setattr(service.parts.sending._preparing, "prepare", paused)
    await service.send_offered()
    [document] = await service.documents()
    assert len(world.texts) == 1
    assert (document["state"], document["maybe_twice"]) == ("sent", False)


async def test_paused_while_sending_it_takes_nothing_back(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await service.hear(event("case.acknowledged", advocate=None))

    async def paused(_: Message) -> Outcome:
        await after_the_lease(database, world, clock)
        return Outcome("retry", "gateway-silent", unclear=True)

    monkeypatch.setattr(service.senders["sms"], "send", paused)
    await service.send_offered()
    [document] = await service.documents()
    assert (document["state"], document["maybe_twice"]) == ("sent", True)
    clock.move(days=1)
    await service.send_due()
    assert len(world.texts) == 1


async def test_the_mark_outlives_the_quiet_hours(
    service: Notify,
    database: Database,
    world: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await service.hear(event("case.acknowledged", advocate=None))
    await killed_before_the_record(service, monkeypatch)
    clock.move(hours=12)
    async with notify(database, world, clock) as fresh:
        await fresh.send_due()
        assert len(world.texts) == 1, "it waits for the morning"
        clock.move(hours=12)
        await fresh.send_due()
        [document] = await fresh.documents()
    assert len(world.texts) == 2
    assert (document["state"], document["maybe_twice"]) == ("sent", True)


async def test_stopped_cleanly_it_records_what_has_begun_to_leave(
    service: Notify, world: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.hear(event("case.acknowledged", advocate=None))
    sender, leaving, stopping = service.senders["sms"], asyncio.Event(), asyncio.Event()
    took = sender.send

    async def slow(message: Message) -> Outcome:
        leaving.set()
        await stopping.wait()
        outcome: Outcome = await took(message)
        return outcome

    monkeypatch.setattr(sender, "send", slow)
    sending = asyncio.create_task(service.send_offered())
    await leaving.wait()
    sending.cancel()
    stopping.set()
    with pytest.raises(asyncio.CancelledError):
        await sending
    [document] = await service.documents()
    assert (document["state"], document["maybe_twice"]) == ("sent", False)
    assert await service.facts() == [("told", "complainant", "")]
