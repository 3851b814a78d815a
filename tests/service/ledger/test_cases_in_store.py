"""The ledger on a real store: batches, due queue, views, rebuild, verification."""

import asyncio
from datetime import timedelta
from typing import Any

from services.ledger.consumers import take_in, work_due
from services.ledger.handlers import Order, carry_out, open_case
from services.ledger.orders import Asked, order_of
from services.ledger.store import Ledger
from services.ledger.verify import verify_database
from services.ledger.views import CaseViews, Filters
from shared.access import Caller
from shared.due_queue import DueQueue, wake_time
from shared.events import Event
from shared.events.ledger import CaseTaken
from shared.mongo import Database, Document
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases
from tests.unit.ledger.cases import GID

CSR = Caller("csr-1", "csr", "societe-demo")


def many(count: int, **changed: Any) -> list[Event]:
    """Return routes of so many cases."""
    return [
        cases.routed(f"s{number}", reference=f"MANY-{number:05d}", **changed)
        for number in range(count)
    ]


async def everything(database: Database, name: str) -> list[Document]:
    """Return a collection as it is, without what changes at each claim."""
    found = await database[name].find({}, {"claim": 0}).sort([("_id", 1)]).to_list(None)
    return list(found)


async def test_redelivery_of_a_batch_changes_nothing(ledger: Ledger, database: Database) -> None:
    """Every message twice, also within the batch."""
    batch = [*many(20), cases.routed(), cases.message(), cases.withdrawn(), cases.told()]
    await take_in(ledger, [event for event in batch for _ in range(2)])
    events, views = await everything(database, "events"), await everything(database, "cases")
    assert len(views) == 21
    assert len(events) == 24
    ledger.clock.move(hours=3)  # type: ignore[attr-defined]
    await take_in(ledger, batch)
    assert await everything(database, "events") == events
    assert await everything(database, "cases") == views


async def test_two_workers_on_one_batch_store_it_once(ledger: Ledger, database: Database) -> None:
    """The loser of each race finds the winner's events."""
    batch = [cases.routed(), cases.message(), cases.message("m2")]
    await asyncio.gather(*(take_in(ledger, batch) for _ in range(4)))
    assert [e["sequence"] for e in await everything(database, "events")].count(1) == 1
    assert len(await everything(database, "events")) == 3
    assert (await verify_database(database)).ok


async def test_a_command_decided_on_an_outdated_reading_is_decided_anew(ledger: Ledger) -> None:
    """Two read the same case before either acts: both entries are kept, and one of a repeat."""
    await take_in(ledger, [cases.routed()])
    early, late, again = [await open_case(ledger, cases.REFERENCE, CSR) for _ in range(3)]
    one, other = _order("acknowledge", "k1"), _order("take", "k2")
    first = await carry_out(ledger, one, early)
    second = await carry_out(ledger, other, late)
    assert [first.event.sequence, second.event.sequence] == [2, 3]
    assert isinstance(second.event.data, CaseTaken)
    repeated = await carry_out(ledger, one, again)
    assert repeated.replayed
    assert repeated.event == first.event
    assert len(await ledger.events.load(GID)) == 3


async def test_commands_given_at_once_are_stored_together_each_by_itself(
    ledger: Ledger, database: Database
) -> None:
    """Of those on one case the first wins and the others look again; a repeat is told as such."""
    await take_in(ledger, [cases.routed(), *many(20)])
    references = [f"MANY-{number:05d}" for number in range(20)]
    orders = [_order("acknowledge", f"k{ref}", ref) for ref in references]
    same = [_order("acknowledge", "same") for _ in range(3)]
    done = await asyncio.gather(
        *(carry_out(ledger, order) for order in (*orders, *same, _order("take", "other"))),
    )
    assert [one.replayed for one in done[:20]] == [False] * 20
    assert sorted(one.replayed for one in done[20:23]) == [False, True, True]
    assert len({one.event.id for one in done[20:23]}) == 1
    assert len(await ledger.events.load(GID)) == 3
    versions = {view["_id"]: view["version"] for view in await everything(database, "cases")}
    assert versions.pop(GID) == 3
    assert set(versions.values()) == {2}
    assert (await verify_database(database)).ok


def _order(command: str, key: str, reference: str = cases.REFERENCE) -> Order:
    order, _ = order_of(Asked(CSR, reference, command, key), None, "secret")
    return order


async def test_two_due_workers_fire_once(
    ledger: Ledger, database: Database, clock: FrozenClock
) -> None:
    """Even when both hold the same claim, as after an expired lease."""
    await take_in(ledger, many(10, severity="S2"))
    clock.move(hours=25)
    queues = [DueQueue(ledger.views.collection, clock) for _ in range(2)]
    claims = await asyncio.gather(*(queue.claim() for queue in queues))
    assert sum(len(claim) for claim in claims) == 10
    claimed = [document for claim in claims for document in claim]
    await asyncio.gather(work_due(ledger, claimed), work_due(ledger, claimed))
    missed = await database["events"].find({"type": "cf.recours.deadline.missed.v1"}).to_list(None)
    assert len(missed) == 10
    assert {document["data"]["due_at"] for document in missed} == {"2026-11-24T07:00:00Z"}
    assert (await verify_database(database)).ok
    assert await queues[0].claim() == []


async def test_a_worker_that_died_leaves_its_claim_to_the_next(
    ledger: Ledger, clock: FrozenClock
) -> None:
    """The lease runs out and the case is due again."""
    await take_in(ledger, many(1, severity="S2"))
    clock.move(hours=25)
    assert len(await ledger.queue.claim()) == 1
    assert await ledger.queue.claim() == []
    clock.move(seconds=31)
    assert len(await ledger.queue.claim()) == 1


async def test_the_oldest_due_is_served_first(ledger: Ledger, clock: FrozenClock) -> None:
    """No backlog starves it."""
    old = cases.routed("old", reference="OLD", severity="S1", responder="triage")
    await take_in(ledger, [*many(30, severity="S2"), old])
    clock.move(days=2)
    claimed = await ledger.queue.claim(limit=1)
    assert claimed[0]["reference"] == "OLD"


async def test_rebuilt_views_equal_the_followed_ones(
    ledger: Ledger, database: Database, clock: FrozenClock
) -> None:
    """After a story, after losing all views, and after they claim more than the events say."""
    await take_in(ledger, [*many(5, severity="S2"), cases.routed(), cases.message()])
    clock.move(hours=30)
    await work_due(ledger, await ledger.queue.claim())
    await take_in(ledger, [cases.escalated(), cases.withdrawn()])
    followed = await everything(database, "cases")
    await database["cases"].update_one({"_id": GID}, {"$set": {"version": 99, "state": "wrong"}})
    await database["cases"].delete_one({"_id": {"$ne": GID}})
    assert await ledger.rebuild() == 6
    assert await everything(database, "cases") == followed


async def test_views_catch_up_after_a_crash(ledger: Ledger, database: Database) -> None:
    """A crash between events and view is healed before the events are published."""
    await take_in(ledger, [cases.routed()])
    before = await everything(database, "cases")
    await database["cases"].delete_many({})
    ledger.shown.clear()
    stream = await ledger.events.load(GID)
    await ledger.catch_up(stream)
    assert await everything(database, "cases") == before
    drafts = await ledger.drafts([GID])
    drafts[GID].react(cases.message(), ledger.clock.now(), await ledger.rules_for(drafts[GID]))
    await ledger.events.append(drafts[GID].new)
    await ledger.catch_up(drafts[GID].new)
    assert (await everything(database, "cases"))[0]["version"] == 2


async def test_an_older_view_never_replaces_a_newer(ledger: Ledger, database: Database) -> None:
    """Projections may come late."""
    await take_in(ledger, [cases.routed()])
    old = (await ledger.drafts([GID]))[GID]
    await take_in(ledger, [cases.withdrawn()])
    await ledger.project([old])
    assert (await everything(database, "cases"))[0]["state"] == "closed"


async def test_lists_page_by_due_date_and_cut_to_the_caller(ledger: Ledger) -> None:
    """Each case once, the earliest due first, and none of others."""
    await take_in(ledger, [*many(7, severity="S2"), *[cases.routed()]])
    other = cases.routed("o", reference="OTHER", holder="commune-demo", responder="authority")
    hidden = cases.routed("h", reference="HID", accused=("societe-demo",))
    await take_in(ledger, [other, hidden])
    seen, cursor = [], None
    while True:
        rows, cursor = await ledger.views.page(CSR, Filters(), cursor, 3)
        seen += [row["reference"] for row in rows]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 8
    assert seen[-1] == cases.REFERENCE
    rows, _ = await ledger.views.page(CSR, Filters(state="closed"), None, 10)
    assert rows == []
    soon = ledger.clock.now() + timedelta(hours=25)
    rows, _ = await ledger.views.page(CSR, Filters(due_before=soon), None, 10)
    assert len(rows) == 7
    watcher = Caller("m", "monitor", "societe-demo")
    rows, _ = await ledger.views.page(watcher, Filters(), None, 50)
    assert "HID" not in [row["reference"] for row in rows]
    nobody = Caller("a", "administrator", None)
    assert await ledger.views.page(nobody, Filters(), None, 50) == ([], None)


async def test_a_long_list_gives_each_case_once_by_queue_and_state(ledger: Ledger) -> None:
    """Page by page, also for a queue with few cases among many others."""
    await take_in(ledger, many(300))
    few = [
        cases.routed(f"f{n}", reference=f"FEW-{n}", holder="commune-demo", responder="authority")
        for n in range(3)
    ]
    await take_in(ledger, few)
    watcher = Caller("m", "monitor", None)
    for filters, count in (
        (Filters(), 303),
        (Filters(queue="company"), 300),
        (Filters(queue="authority"), 3),
        (Filters(queue="authority", state="routed"), 3),
        (Filters(queue="triage"), 0),
    ):
        seen: list[str] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            rows, cursor = await ledger.views.page(watcher, filters, cursor, 20)
            assert len(rows) == 20 or cursor is None
            seen += [row["due_key"] for row in rows]
            pages += 1
        assert seen == sorted(set(seen))
        assert len(seen) == count


async def test_verification_names_what_was_tampered_with(
    ledger: Ledger, database: Database
) -> None:
    """A changed entry, a cut end, and a whole case gone."""
    await take_in(ledger, [*many(3), cases.routed(), cases.message()])
    assert (await verify_database(database)).ok
    events = database["events"]
    ids = [event.subject for event in many(3)]
    await events.update_one({"subject": ids[0]}, {"$set": {"data.case.holder": "x"}})
    await events.delete_one({"subject": ids[1]})
    await events.delete_one({"subject": GID, "sequence": 2})
    report = await verify_database(database)
    found = {(fault.case, fault.sequence, fault.kind) for fault in report.faults}
    assert found == {(ids[0], 1, "changed"), (ids[1], 1, "missing"), (GID, 2, "missing")}


async def test_views_hold_no_more_than_codes(database: Database, ledger: Ledger) -> None:
    """One document per case, which is its own place in the due queue."""
    await take_in(ledger, [cases.routed()])
    view = (await everything(database, CaseViews(database).collection.name))[0]
    assert wake_time(view["wake"]) <= view["due_at"]
    await take_in(ledger, [cases.withdrawn()])
    view = (await everything(database, "cases"))[0]
    # Closed, it is looked at again when the person is to be asked how things are.
    assert wake_time(view["wake"]) == ledger.clock.now() + timedelta(days=30, hours=15, minutes=59)
