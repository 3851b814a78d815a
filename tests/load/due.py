"""The due queue: what a tick costs, and that the oldest are served first whatever comes after."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import pairwise

from services.ledger.consumers import work_due
from services.ledger.store import MODELS, Ledger
from services.ledger.vault import vault_client
from services.ledger.views import CaseViews
from shared.clock import SystemClock
from shared.due_queue import DueQueue, wake_key
from shared.event_store import EventStore
from shared.mongo import Database, Document
from shared.policy_file import PolicySource
from tests.load.figures import middle, seconds_of, until
from tests.support.submissions import POLICY_DIR

#: How many newer cases become due in a second while the old ones are worked off.
_NEWER_PER_SECOND = 200


@asynccontextmanager
async def ledger_in(db: Database) -> AsyncIterator[Ledger]:
    """Yield the ledger's use cases on a database, put together as the service does."""
    views, clock = CaseViews(db), SystemClock()
    queue = DueQueue(views.collection, clock)
    policy = PolicySource(POLICY_DIR, MODELS)
    await policy.keep_in(db)
    async with vault_client("http://intake.example", "c" * 24) as http:
        yield Ledger(db, EventStore(db, source="ledger"), views, queue, policy, clock, http)


async def busy_ticks(ledger: Ledger, times: int) -> float:
    """Return the median seconds of a tick that fires a hundred overdue cases."""

    async def tick() -> None:
        await work_due(ledger, await ledger.queue.claim(100))

    return middle(await seconds_of(tick, times))


async def idle_ticks(ledger: Ledger, times: int = 25) -> float:
    """Return the median seconds of a tick that finds nothing due; what is left is done first."""
    seconds: list[float] = []
    while len(seconds) < times:
        begun = time.perf_counter()
        claimed = await ledger.queue.claim(100)
        if claimed:
            await work_due(ledger, claimed)
        else:
            seconds.append(time.perf_counter() - begun)
    return middle(seconds)


async def overdue(db: Database) -> list[Document]:
    """Return id and time of what is due, the oldest first."""
    due = {"$gte": "0", "$lte": wake_key(SystemClock().now(), "~")}
    found = await db["cases"].find({"wake": due}, {"wake": 1}).to_list(None)
    return sorted(found, key=lambda view: view["wake"])


async def fired_by_service(db: Database, old: list[Document]) -> float:
    """Wait until a running ledger has fired all of these; return the seconds it took.

    Newer cases become due all the while, more than the loop claims in one go.
    """
    feeder = asyncio.create_task(_newer(db))
    try:
        return await until(lambda: _all_fired(db, old), 120, "all overdue cases fired")
    finally:
        feeder.cancel()
        await asyncio.gather(feeder, return_exceptions=True)


async def worked_off(db: Database) -> None:
    """Wait until a running ledger has nothing left that is due."""

    async def nothing_due() -> bool:
        return not await overdue(db)

    await until(nothing_due, 120, "nothing is due any more")


async def _newer(db: Database) -> None:
    ids = [f"{number:03x}" for number in range(4096)]
    while True:
        now = wake_key(SystemClock().now(), "newer")
        low = ids.pop()
        some = {"_id": {"$gte": low, "$lt": low + "g"}}
        found = await db["cases"].find(some, {"wake": 1}).to_list(None)
        later = [v["_id"] for v in found if v.get("wake", "") > now]
        await db["cases"].update_many(
            {"_id": {"$in": later[:_NEWER_PER_SECOND]}}, {"$set": {"wake": now}}
        )
        ids.insert(0, low)
        await asyncio.sleep(min(len(later), _NEWER_PER_SECOND) / _NEWER_PER_SECOND)


async def _all_fired(db: Database, old: list[Document]) -> bool:
    return len(await _missed(db, old)) == len(old)


async def _missed(db: Database, old: list[Document]) -> dict[str, datetime]:
    query = {"subject": {"$in": [view["_id"] for view in old]}}
    found = await db["events"].find(query, {"subject": 1, "type": 1, "time": 1}).to_list(None)
    return {
        event["subject"]: event["time"]
        for event in found
        if event["type"] == "cf.recours.deadline.missed.v1"
    }


async def in_order(db: Database, old: list[Document]) -> bool:
    """Whether no case was fired before an older one."""
    fired = await _missed(db, old)
    return all(fired[one["_id"]] <= fired[next_["_id"]] for one, next_ in pairwise(old))
