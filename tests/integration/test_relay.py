"""The steps of an outbox relay over a real store: what goes out, in which order, and who may."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from shared.clock import real_time
from shared.errors import TransientError
from shared.event_store import EventStore
from shared.events import Event
from shared.events.envelope import StoredEvent, parse
from shared.ids import shard_of
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import OutboxRelay
from tests.integration.relays import drained, draining, running, stream
from tests.support.clock import FrozenClock
from tests.support.events import START, message
from tests.support.waiting import eventually


class Outside:
    """Where the events go: what arrived there, after what was brought up to date."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, Event]] = []
        self.told: list[str] = []
        self.down = False

    async def publish(self, messages: Sequence[tuple[str, StoredEvent]]) -> None:
        """Take messages in, or fail."""
        if self.down:
            raise TransientError("the connection broke")
        self.told.append(f"{len(messages)} published")
        self.arrived += [(topic, parse(event.to_bytes())) for topic, event in messages]

    async def catch_up(self, events: Sequence[StoredEvent]) -> None:
        """Be told of the events that are about to go out."""
        self.told.append(f"{len(events)} caught up")

    @property
    def events(self) -> list[Event]:
        """What arrived."""
        return [event for _, event in self.arrived]


@pytest.fixture
def outside() -> Outside:
    """An empty topic."""
    return Outside()


@pytest.fixture
def clock() -> FrozenClock:
    """The relays' clock, at the time of the events."""
    return FrozenClock(START)


def relay_of(
    store: EventStore, leases: Leases, outside: Outside, clock: FrozenClock
) -> OutboxRelay:
    """Return a relay that sends each event to the topic of its subject."""
    return OutboxRelay(
        store,
        leases,
        clock,
        publish=outside.publish,
        topic_of=lambda event: f"topic-{event.subject}",
        catch_up=outside.catch_up,
    )


class Asked:
    """Real time for leases, which counts how often it was asked for."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> float:
        self.times += 1
        return real_time()


async def test_a_step_sends_what_waits_once_in_order_and_each_to_its_topic(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    await store.append([*stream("g", 3), *stream("h", 2)])
    relay = relay_of(store, Leases(database), outside, clock)
    assert await relay.step(*range(store.shards)) is None
    for subject, length in (("g", 3), ("h", 2)):
        sent = [event for topic, event in outside.arrived if topic == f"topic-{subject}"]
        assert sent == stream(subject, length)
    assert await drained(store)
    assert (await relay.step(*range(store.shards)) or 0) > 0
    assert len(outside.arrived) == 5


async def test_what_must_not_lag_is_brought_up_to_date_before_anything_goes_out(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    await store.append(stream("g", 3))
    await relay_of(store, Leases(database), outside, clock).step(*range(store.shards))
    assert outside.told == ["3 caught up", "3 published"]


async def test_a_relay_may_have_nothing_to_bring_up_to_date(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    await store.append(stream("g", 1))
    relay = OutboxRelay(
        store, Leases(database), clock, publish=outside.publish, topic_of=lambda _: "t"
    )
    assert await relay.step(*range(store.shards)) is None
    assert outside.arrived == [("t", message("g", 1))]


async def test_an_outbox_larger_than_a_batch_takes_several_steps(
    database: Database, outside: Outside, clock: FrozenClock
) -> None:
    store = EventStore(database, source="intake", shards=1)
    await store.ensure_indexes()
    streams = [stream(f"g{n}", 2) for n in range(300)]
    await store.append([event for events in streams for event in events])
    relay = relay_of(store, Leases(database), outside, clock)
    assert await relay.step(0) is None
    assert 0 < len(outside.arrived) < 600
    assert await relay.step(0) is None
    assert await drained(store)
    for n, events in enumerate(streams):
        assert [event for event in outside.events if event.subject == f"g{n}"] == events


@pytest.mark.parametrize("speed", [1.0, 60.0])
async def test_an_event_of_a_replica_whose_clock_is_a_real_second_ahead_goes_out(
    speed: float,
    store: EventStore,
    database: Database,
    outside: Outside,
    clock: FrozenClock,
) -> None:
    clock.speed = speed
    second = timedelta(seconds=1) * speed
    ahead = message("g", 1, time=START + second)
    await store.append([ahead, message("h", 1, time=START + second * 1.01)])
    await relay_of(store, Leases(database), outside, clock).step(*range(store.shards))
    assert outside.events == [ahead]


async def test_only_the_holder_of_a_shard_sends_its_events(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    subjects = {shard_of(f"g{n}", store.shards): f"g{n}" for n in range(40)}
    await store.append([message(subjects[0], 1), message(subjects[1], 1)])
    other = relay_of(store, Leases(database), Outside(), clock)
    assert (await other.step(2, 3) or 0) > 0
    assert (await other.step(1) or 0) == 0
    await store.append([message(subjects[1], 2)])
    relay = relay_of(store, Leases(database), outside, clock)
    assert await relay.step(*range(store.shards)) is None
    assert outside.events == [message(subjects[0], 1)]
    assert (await relay.step(1, 2, 3) or 0) > 0
    assert outside.events == [message(subjects[0], 1)]


async def test_the_oldest_that_waits_is_known_until_it_is_gone_or_not_ours(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    subjects = {shard_of(f"g{n}", store.shards): f"g{n}" for n in range(40)}
    times = [START - timedelta(minutes=n) for n in (1, 5, 3)]
    await store.append([message(subjects[n], 1, time=time) for n, time in enumerate(times)])
    relay = relay_of(store, Leases(database, time=Asked()), outside, clock)
    assert relay.oldest_unsent is None
    outside.down = True
    with pytest.raises(TransientError):
        await relay.step(*range(store.shards))
    assert relay.oldest_unsent == START - timedelta(minutes=5)
    outside.down = False
    await relay.step(1)
    assert await relay.step(1) is not None
    assert relay.oldest_unsent == START - timedelta(minutes=3)
    await relay.step(*range(store.shards))
    await relay.step(*range(store.shards))
    assert relay.oldest_unsent is None


async def test_a_shard_that_another_relay_took_over_counts_no_longer(
    store: EventStore,
    database: Database,
    outside: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await store.append(stream("g", 1))
    shard = shard_of("g", store.shards)
    relay = relay_of(store, Leases(database), outside, clock)
    outside.down = True
    monkeypatch.setattr("shared.outbox.time", SimpleNamespace(monotonic=lambda: 1_000.0))
    with pytest.raises(TransientError):
        await relay.step(shard)
    assert relay.oldest_unsent == START
    late = Leases(database, time=lambda: real_time() + 11)
    assert await late.hold(f"outbox-{shard}")
    monkeypatch.setattr("shared.outbox.time", SimpleNamespace(monotonic=lambda: 1_010.0))
    assert (await relay.step(shard) or 0) > 0
    assert relay.oldest_unsent is None


@pytest.mark.parametrize("started", [0.5, 1_000.0])
async def test_a_lease_is_renewed_at_a_third_of_its_life(
    started: float,
    store: EventStore,
    database: Database,
    outside: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Asked()
    relay = relay_of(store, Leases(database, seconds=9, time=asked), outside, clock)
    counts = []
    for passed in (0.0, 2.99, 3.0, 5.99, 6.0):
        now = SimpleNamespace(monotonic=lambda at=started + passed: at)
        monkeypatch.setattr("shared.outbox.time", now)
        await relay.step(0)
        counts.append(asked.times)
    assert counts == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("started", [0.5, 1_000.0])
async def test_a_lease_that_was_refused_is_asked_for_at_each_step(
    started: float,
    store: EventStore,
    database: Database,
    outside: Outside,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await Leases(database).hold("outbox-0")
    asked = Asked()
    relay = relay_of(store, Leases(database, time=asked), outside, clock)
    monkeypatch.setattr("shared.outbox.time", SimpleNamespace(monotonic=lambda: started))
    pauses = [await relay.step(0) for _ in range(3)]
    assert asked.times == 3
    assert all(pause is not None and pause > 0 for pause in pauses)


async def test_a_running_relay_is_woken_and_gives_its_leases_back_at_the_end(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    relay = relay_of(store, Leases(database), outside, clock)
    async with running(relay):
        await store.append([event for n in range(8) for event in stream(f"g{n}", 2)])
        await eventually(draining(store, relay), what="an empty outbox")
    assert len(outside.arrived) == 16
    other = Leases(database)
    assert all([await other.hold(f"outbox-{shard}") for shard in range(store.shards)])


async def test_a_relay_that_fails_is_named_in_the_log_and_goes_on(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    await store.append(stream("g", 1))
    outside.down = True
    relay = relay_of(store, Leases(database), outside, clock)
    with capture_logs() as logs:
        async with running(relay):

            async def failed() -> bool:
                return any(entry["event"] == "loop failed" for entry in logs)

            await eventually(failed, what="a failure in the log")
            outside.down = False
            await eventually(draining(store, relay), what="an empty outbox")
    assert {entry["loop"] for entry in logs} == {"outbox"}


class Stuck(Leases):
    """Leases of a store that no longer answers when they are given back."""

    async def release(self, name: str) -> None:
        """Wait for an answer that never comes."""
        await asyncio.Event().wait()


async def test_a_relay_ends_though_the_store_no_longer_answers(
    store: EventStore, database: Database, outside: Outside, clock: FrozenClock
) -> None:
    relay = relay_of(store, Stuck(database), outside, clock)
    await store.append(stream("g", 1))
    task = asyncio.create_task(relay.run())
    await eventually(draining(store, relay), what="an empty outbox")
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(task, return_exceptions=True)
