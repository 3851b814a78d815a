"""The accounts under test."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.ledger.store import Ledger
from shared.mongo import Database
from tests.service.ledger.accounts.world import Person, World, app_of, identity_on
from tests.support.clock import FrozenClock


@pytest.fixture
async def world(ledger: Ledger, database: Database, clock: FrozenClock) -> AsyncIterator[World]:
    """The ledger with accounts on it."""
    identity = identity_on(database, clock)
    await identity.ensure_indexes()
    ledger.identity = identity
    transport = httpx.ASGITransport(app=app_of(ledger))
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger.example") as http:
        yield World(ledger, identity, database, clock, http)


@pytest.fixture
async def admin(world: World) -> Person:
    """An administrator who is signed in."""
    return await world.administrator()


@pytest.fixture
async def officer(world: World, admin: Person) -> Person:
    """An officer of the company, signed in."""
    return await world.person(admin, "marie@societe.example", "societe-demo", "csr")
