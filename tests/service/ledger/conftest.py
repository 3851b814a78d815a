"""A ledger on a real store, with the vault of intake answered at its HTTP edge."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.ledger.store import MODELS, Ledger
from services.ledger.vault import vault_client
from services.ledger.views import CaseViews
from shared.clock import Clock
from shared.due_queue import DueQueue
from shared.event_store import EventStore
from shared.mongo import Database
from shared.policy_file import PolicySource
from tests.support.clock import FrozenClock
from tests.unit.ledger.cases import POLICY


@pytest.fixture
def clock() -> FrozenClock:
    """Monday, 08:00 in Bangui."""
    return FrozenClock("2026-11-23T08:00:00+01:00")


async def ledger_on(database: Database, clock: Clock, http: httpx.AsyncClient) -> Ledger:
    """Return a ledger on a database, indexes and all."""
    events = EventStore(database, source="ledger")
    await events.ensure_indexes()
    views = CaseViews(database)
    queue = DueQueue(views.collection, clock)
    await views.ensure_indexes(queue)
    policy = PolicySource(POLICY, MODELS)
    await policy.keep_in(database)
    return Ledger(database, events, views, queue, policy, clock, http)


@pytest.fixture
async def ledger(database: Database, clock: FrozenClock) -> AsyncIterator[Ledger]:
    """The ledger under test."""
    async with vault_client("http://intake.example", "c" * 24) as http:
        yield await ledger_on(database, clock, http)
