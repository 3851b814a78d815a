"""The accounts under test."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from services.ledger.accounts.openid import OpenId, openid_client
from services.ledger.accounts.register import Register
from services.ledger.store import Ledger
from shared.mongo import Database
from tests.service.ledger.accounts.provider import CLIENT, PATH, REDIRECT, SECRET, Provider, running
from tests.service.ledger.accounts.world import (
    Person,
    World,
    app_of,
    identity_on,
    register_on,
)
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
async def register(world: World) -> Register:
    """The register of the world, whose accounts go by it."""
    register = register_on(world)
    await register.ensure_indexes()
    world.identity = identity_on(world.database, world.clock, register.directory)
    world.ledger.identity, world.ledger.register = world.identity, register
    return register


@pytest.fixture
async def admin(world: World) -> Person:
    """An administrator who is signed in."""
    return await world.administrator()


@pytest.fixture
async def officer(world: World, admin: Person) -> Person:
    """An officer of the company, signed in."""
    return await world.person(admin, "marie@societe.example", "societe-demo", "csr")


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    """One provider for all tests of a module."""
    with running(Provider()) as mind:
        yield mind


@pytest.fixture
def provider(server: Provider, world: World) -> Provider:
    """The provider as it is before a test spoils it."""
    fresh = Provider(issuer=server.issuer, key=server.key)
    server.__dict__.update(fresh.__dict__)
    server.now = world.clock.now().timestamp()
    return server


@pytest.fixture
async def openid(world: World, admin: Person, provider: Provider) -> AsyncIterator[OpenId]:
    """The company's people may sign in by their provider; marie has an account, invited."""
    async with openid_client() as http:
        flows = world.database["account_flows"]
        world.ledger.openid = OpenId(world.identity, flows, http, REDIRECT, loopback=True)
        body = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
        answer = await world.http.put(PATH, json=body, headers=admin.header)
        assert answer.status_code == 200, answer.text
        assert SECRET not in answer.text
        yield world.ledger.openid


@pytest.fixture
async def marie(world: World, admin: Person, openid: OpenId) -> Person:
    """An account of the company whose holder has never signed in."""
    body = {"organisation": "societe-demo", "login": "marie@societe.example", "role": "csr"}
    made = (await world.post("/v1/accounts", body, admin)).json()
    return Person(made["id"], "marie@societe.example", "societe-demo")
