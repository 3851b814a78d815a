"""A ledger on a real store, with the vault of intake answered at its HTTP edge."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx
from fastapi import FastAPI

from services.ledger.api import router
from services.ledger.consumers import take_in
from services.ledger.reports_api import router as reports_router
from services.ledger.settings import LedgerSettings
from services.ledger.store import MODELS, Ledger
from services.ledger.vault import vault_client
from services.ledger.views import CaseViews
from shared.clock import Clock
from shared.due_queue import DueQueue
from shared.event_store import EventStore
from shared.http import add_problem_answers
from shared.mongo import Database
from shared.policy_file import PolicySource
from tests.service.ledger.people import ADMIN, KEY
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases
from tests.unit.ledger.cases import GID, POLICY


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


@pytest.fixture
async def http(ledger: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the ledger's API with one open case of the company."""
    await take_in(ledger, [cases.routed()])
    app = FastAPI()
    add_problem_answers(app)
    app.include_router(router)
    app.include_router(reports_router)
    app.state.settings = LedgerSettings(
        RECOURS_ENV="test",
        TOKEN_KEY=KEY,
        ADMIN_CREDENTIAL=ADMIN,
        LEDGER_VAULT_CREDENTIAL="c" * 24,
        LEDGER_ACCOUNTS_KEY="s" * 40,
    )
    app.state.parts = ledger
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger.example") as client:
        yield client


@pytest.fixture
def vault() -> Iterator[respx.MockRouter]:
    """The vault's HTTP edge."""
    with respx.mock(base_url="http://intake.example", assert_all_called=False) as mock:
        mock.post(url__regex=r"/internal/vault/[^/]+/texts", name="keep").respond(201, json={})
        mock.get(f"/internal/vault/{GID}/words", name="words").respond(
            200, json={"texts": [{"id": "1", "text": "mots"}]}
        )
        mock.get(url__regex=r"/internal/vault/[^/]+/reachable", name="reachable").respond(
            200, json={"safe": True}
        )
        mock.post(url__regex=r"/internal/vault/[^/]+/alerts", name="alert").respond(201, json={})
        mock.get(url__regex=rf"/internal/vault/{GID}/texts/.+", name="text").mock(
            side_effect=lambda request: httpx.Response(
                200, json={"id": request.url.path.rpartition("/")[2], "text": "expos\u00e9"}
            )
        )
        yield mock
