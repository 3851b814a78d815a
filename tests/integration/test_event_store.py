"""The event store on a real server: one place, one event."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from shared.event_store import EventStore
from shared.events import Event, UnknownType
from shared.events.envelope import parse
from shared.ids import shard_of
from shared.mongo import Database
from tests.support.events import START, message


async def test_of_concurrent_appends_at_one_place_one_wins(
    store: EventStore, database: Database
) -> None:
    rivals = [message("g", 1, cause=f"rival-{n}") for n in range(20)]
    writers = [EventStore(database, source="intake") for _ in rivals]
    outcomes = await asyncio.gather(
        *(writer.append([event]) for writer, event in zip(writers, rivals, strict=True))
    )
    stored = [event for outcome in outcomes for event in outcome.stored]
    conflicts = [event for outcome in outcomes for event in outcome.conflicts]
    assert len(stored) == 1
    assert len(conflicts) == len(rivals) - 1
    assert not any(outcome.repeats for outcome in outcomes)
    assert await store.load("g") == stored


async def test_streams_asked_for_together_are_each_their_own(
    store: EventStore, database: Database
) -> None:
    await store.append([message("g", 1), message("g", 2), message("h", 1)])
    newer = {"_id": "newer", "subject": "n", "sequence": 1, "type": "cf.recours.newer.v9"}
    await database["events"].insert_one(newer | {"time": START, "data": {}})
    first, second, other, nobody, unread = await asyncio.gather(
        *(store.load(subject) for subject in ("g", "g", "h", "x", "n")), return_exceptions=True
    )
    assert not isinstance(first, BaseException)
    assert [event.sequence for event in first] == [1, 2]
    assert first == second
    assert first is not second
    assert other == [message("h", 1)]
    assert nobody == []
    assert isinstance(unread, UnknownType), "and nobody else's read failed by it"


async def test_what_is_read_is_what_is_stored_now(store: EventStore) -> None:
    """A store may be put back from a backup while a process runs: the same ids, other content."""
    event = message("g", 1)
    await store.append([event])
    assert await store.load("g") == [event]
    await store.collection.delete_many({})
    later = replace(event, time=event.time + timedelta(days=1), chain="another")
    await store.append([later])
    assert await store.load("g") == [later]
    await store.collection.update_one({"_id": event.id}, {"$set": {"data.channel": "other"}})
    [read] = await store.load("g")
    assert read.data != event.data


async def test_of_concurrent_repeats_one_is_stored(store: EventStore) -> None:
    event = message("g", 1)
    outcomes = await asyncio.gather(*(store.append([event]) for _ in range(20)))
    assert sum(len(outcome.stored) for outcome in outcomes) == 1
    assert sum(len(outcome.repeats) for outcome in outcomes) == 19
    assert not any(outcome.conflicts for outcome in outcomes)
    assert await store.load("g") == [event]


async def test_losers_that_decide_again_all_find_a_place(store: EventStore) -> None:
    async def write(n: int) -> None:
        while True:
            stream = await store.load("g")
            outcome = await store.append([message("g", len(stream) + 1, cause=f"writer-{n}")])
            if outcome.stored:
                return

    await asyncio.gather(*(write(n) for n in range(8)))
    stream = await store.load("g")
    assert [event.sequence for event in stream] == list(range(1, 9))
    assert {event.cause for event in stream} == {f"writer-{n}" for n in range(8)}


async def test_a_repeat_at_another_place_is_still_a_repeat(store: EventStore) -> None:
    event = message("g", 1, cause="command")
    await store.append([event])
    outcome = await store.append([event.resequenced(2)])
    assert outcome.repeats == [event.resequenced(2)]
    assert await store.load("g") == [event]


async def test_later_event_is_not_inserted_when_the_earlier_lost_its_place(
    store: EventStore,
) -> None:
    winner = message("g", 1, cause="winner")
    await store.append([winner])
    losers = [message("g", n, cause=f"loser-{n}") for n in (1, 2, 3)]
    outcome = await store.append(losers)
    assert outcome.stored == []
    assert outcome.conflicts == losers
    assert await store.load("g") == [winner]


async def test_later_event_is_not_inserted_when_the_middle_one_lost(store: EventStore) -> None:
    taken = message("g", 2, cause="taken")
    await store.append([taken])
    batch = [message("g", n, cause=f"mine-{n}") for n in (1, 2, 3)]
    outcome = await store.append(batch)
    assert outcome.stored == batch[:1]
    assert outcome.conflicts == batch[1:]
    assert await store.load("g") == [batch[0], taken]


async def test_later_event_waits_for_a_decision_when_the_earlier_is_a_repeat(
    store: EventStore,
) -> None:
    first, second = message("g", 1), message("g", 2)
    await store.append([first])
    outcome = await store.append([first, second])
    assert (outcome.repeats, outcome.conflicts) == ([first], [second])
    assert await store.load("g") == [first]


async def test_the_whole_batch_again_is_only_repeats(store: EventStore) -> None:
    batch = [message(subject, n) for subject in ("a", "b") for n in (1, 2, 3)]
    assert (await store.append(batch)).stored != []
    outcome = await store.append(batch)
    assert (outcome.stored, outcome.conflicts) == ([], [])
    assert {event.id for event in outcome.repeats} == {event.id for event in batch}


async def test_trouble_of_one_subject_leaves_the_others_alone(store: EventStore) -> None:
    await store.append([message("bad", 1, cause="winner"), message("again", 1)])
    good = [message("good", 1), message("good", 2)]
    late = message("bad", 1, cause="late")
    outcome = await store.append([late, good[0], message("again", 1), good[1]])
    assert outcome.stored == good
    assert outcome.conflicts == [late]
    assert outcome.repeats == [message("again", 1)]
    assert await store.load("good") == good


async def test_events_come_back_as_they_were(store: EventStore) -> None:
    streams = {
        subject: [message(subject, n, time=START + timedelta(milliseconds=n)) for n in (1, 2)]
        for subject in ("a", "b", "c")
    }
    await store.append([event for stream in streams.values() for event in stream])
    assert await store.load_many([*streams, "nobody"]) == {**streams, "nobody": []}
    assert await store.find(streams["a"][0].id) == streams["a"][0]
    assert await store.find("nothing") is None
    assert await store.load_many([]) == {}


async def test_extra_is_stored_beside_the_event(store: EventStore) -> None:
    event = message("g", 1)
    await store.append([event], extra=lambda _: {"request": "digest"})
    document = await store.find_document(event.id)
    assert document is not None
    assert document["request"] == "digest"
    assert await store.load("g") == [event]


async def waiting(store: EventStore, shard: int, until: datetime, limit: int) -> list[Event]:
    """Return what waits in the outbox as its readers will get it."""
    return [parse(event.to_bytes()) for event in await store.pending(shard, until, limit)]


async def test_only_what_is_to_be_published_is_pending_until_marked(store: EventStore) -> None:
    batch = [message("g", n, time=START + timedelta(seconds=n)) for n in (1, 2, 3, 4)]
    await store.append(batch, publish=lambda event: event.sequence != 2)
    shard = shard_of("g", store.shards)
    far = START + timedelta(days=1)
    assert await waiting(store, shard, far, 10) == [batch[0], batch[2], batch[3]]
    assert await waiting(store, shard, far, 1) == [batch[0]]
    assert await waiting(store, shard, START + timedelta(seconds=3), 10) == [batch[0], batch[2]]
    assert await waiting(store, (shard + 1) % store.shards, far, 10) == []
    await store.mark_published(await store.pending(shard, far, 2))
    assert await waiting(store, shard, far, 10) == [batch[3]]
    assert await store.oldest_pending(shard, far) == batch[3].time
    assert await store.load("g") == batch


async def test_the_shards_are_read_together_each_with_its_bounds(store: EventStore) -> None:
    """Also when there is more than one read may bring: no shard keeps another one waiting."""
    batch = [
        message(f"g{n}", place, time=START + timedelta(seconds=place))
        for n in range(12)
        for place in (1, 2, 3)
    ]
    await store.append(batch)
    shards = range(store.shards)
    for limit in (2, 1_000):
        for until in (START + timedelta(seconds=2), START + timedelta(days=1)):
            each = [await store.pending(shard, until, limit) for shard in shards]
            assert all(each)
            assert await store.pending_in(shards, until, limit) == each
    far = START + timedelta(days=1)
    some = [0, store.shards - 1]
    assert await store.pending_in(some, far, 1_000) == [
        await store.pending(shard, far, 1_000) for shard in some
    ]
