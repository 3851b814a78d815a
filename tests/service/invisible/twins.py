"""Two equal systems of ledger and notify, of which only one has the hidden cases.

Whoever may not know of those cases must not be able to tell the two apart: by an answer, a count,
a header, or by how often the store is asked.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pymongo import monitoring

from services.ledger.api import router as ledger_router
from services.ledger.commands import COMMANDS
from services.ledger.consumers import take_in
from services.ledger.drafts import published
from services.ledger.settings import LedgerSettings
from services.ledger.store import Ledger
from services.ledger.vault import vault_client
from services.notify.api import router as notify_router
from shared.access import ROLES, issue_token
from shared.events import Event
from shared.events.codes import CaseState, Responder
from shared.http import Edge, add_problem_answers
from shared.mongo import connect, database
from shared.observability import Metrics
from tests.service.ledger.conftest import ledger_on
from tests.service.notify.world import TOKEN_KEY, Notify, Outside, notify
from tests.support.clock import FrozenClock

_STATES: Sequence[CaseState] = ("routed", "acknowledged", "waiting_for_complainant", "closed")
_QUEUES: Sequence[Responder] = ("syndicate", "company", "authority", "protection", "triage")
_BODY = b'{"text":"t","reason":"r","until":"2026-12-10","deliver_by":"2026-12-10","as":"referred",'
_BODY += b'"consent":"spoken","to":["company"]}'


class Reads(monitoring.CommandListener):
    """Counts what each database is asked, by command and collection."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str, str]] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Count a command."""
        name = event.command_name
        self.seen[event.database_name, name, str(event.command.get(name))] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""

    def take(self, name: str) -> Counter[tuple[str, str]]:
        """Return and forget what a database was asked."""
        taken = Counter({key[1:]: count for key, count in self.seen.items() if key[0] == name})
        self.seen = Counter({key: n for key, n in self.seen.items() if key[0] != name})
        return taken


#: Listeners are global to the driver, so there is one.
READS = Reads()
monitoring.register(READS)


@dataclass(frozen=True)
class Ask:
    """One request, but for who sends it."""

    service: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass
class Twin:
    """One of the two systems."""

    ledger: Ledger
    notify: Notify
    names: tuple[str, str]
    doors: dict[str, httpx.AsyncClient]

    async def hear(self, *events: Event) -> None:
        """Let the ledger take in events, and notify what the ledger publishes of them."""
        await take_in(self.ledger, events)
        await self.tell_all()

    async def tell_all(self) -> None:
        """Let notify hear all that the ledger has published."""
        documents = await self.ledger.events.collection.find({}).to_list(None)
        streams = await self.ledger.events.load_many({d["subject"] for d in documents})
        found = [event for stream in streams.values() for event in stream if published(event)]
        await self.notify.hear(*found)

    async def answer(self, ask: Ask, role: str, organisation: str | None) -> dict[str, Any]:
        """Return all that somebody gets to know by a request."""
        for name in self.names:
            READS.take(name)
        token = issue_token(TOKEN_KEY, sub="somebody", role=role, organisation=organisation)
        response = await self.doors[ask.service].request(
            ask.method,
            ask.path,
            content=ask.body,
            headers={"Authorization": f"Bearer {token}", **dict(ask.headers)},
        )
        headers = {k: v for k, v in response.headers.items() if k != "traceparent"}
        asked = [READS.take(name) for name in self.names]
        return {
            "status": response.status_code,
            "headers": headers,
            "body": response.text,
            "store": asked,
        }


@asynccontextmanager
async def twin(mongo_uri: str, outside: Outside, clock: FrozenClock) -> AsyncIterator[Twin]:
    """Run one system on fresh databases of its own."""
    client = connect(mongo_uri)
    tag = uuid4().hex[:12]
    names = (f"t_{tag}_ledger", f"t_{tag}_notify")
    async with AsyncExitStack() as stack:
        stack.callback(client.close)
        for name in names:
            stack.push_async_callback(client.drop_database, name)
        vault = await stack.enter_async_context(vault_client("http://127.0.0.1:9", "c" * 24))
        ledger = await ledger_on(database(client, names[0]), clock, vault)
        service = await stack.enter_async_context(
            notify(database(client, names[1]), outside, clock)
        )
        door = await stack.enter_async_context(_door(ledger))
        yield Twin(ledger, service, names, {"ledger": door, "notify": service.http})


def _door(ledger: Ledger) -> httpx.AsyncClient:
    app = FastAPI()
    app.state.parts = ledger
    app.state.settings = LedgerSettings(
        RECOURS_ENV="test",
        TOKEN_KEY=TOKEN_KEY,
        ADMIN_CREDENTIAL="a" * 30,
        LEDGER_VAULT_CREDENTIAL="c" * 24,
        LEDGER_ACCOUNTS_KEY="s" * 40,
    )
    add_problem_answers(app)
    app.include_router(ledger_router)
    app.add_middleware(Edge, metrics=Metrics("ledger"), body_limit=lambda _: 65_536)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://ledger.example")


def callers(organisations: Sequence[str | None]) -> list[tuple[str, str | None]]:
    """Return every role in every one of these organisations."""
    return list(product(ROLES, organisations))


_PICKS = (
    "category=LAND_CROP_DAMAGE",
    "site=doungoubou-demo",
    "holder=societe-demo",
    "holder=protection-demo",
)


def asks(reference: str, cursors: Sequence[str]) -> list[Ask]:
    """Return requests to every endpoint of both services that could tell of a case.

    Each endpoint is taken from the routers, so that a new one is asked as well.
    """
    found = [
        *_about(ledger_router, "ledger", reference),
        *_about(notify_router, "notify", reference),
    ]
    queries = [
        *("", "limit=1", "open=false", "due_before=2027-06-01T00:00:00Z", "state=odd", "limit=0"),
        *(f"state={state}" for state in _STATES),
        *(f"queue={queue}&limit=1" for queue in _QUEUES),
        *(f"{pick}&limit=1" for pick in _PICKS),
        *(f"limit=2&cursor={cursor}" for cursor in cursors),
    ]
    return found + [Ask("ledger", "GET", f"/v1/cases?{query}") for query in queries]


def _about(router: APIRouter, service: str, reference: str) -> list[Ask]:
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    return [
        Ask(service, method, path, headers, body)
        for route in routes
        if not route.path.startswith("/receipts/")
        for method in sorted(route.methods or ())
        for path, headers, body in _filled(route.path, method, reference)
    ]


#: What else stands in the paths of endpoints.
_IDS = {"text_id": "t", "ident": "n"}


def _filled(
    path: str, method: str, reference: str
) -> list[tuple[str, tuple[tuple[str, str], ...], bytes]]:
    commands = [*COMMANDS, "dance"] if "{command}" in path else [""]
    paths = [path.format(reference=reference, command=command, **_IDS) for command in commands]
    plain = [(filled, (), _BODY if method == "POST" else b"") for filled in paths]
    lower = f" {reference.lower()} "
    spelled = path.format(reference=lower, command="acknowledge", **_IDS)
    odd: list[tuple[str, tuple[tuple[str, str], ...], bytes]] = [(spelled, (), b"")]
    if "{command}" in path:
        extend = path.format(reference=reference, command="extend", **_IDS)
        odd += [
            (extend, (), b""),
            (extend, (), b"{"),
            (extend, (("If-Match", '"1"'),), _BODY),
            (extend, (("If-Match", "x"),), _BODY),
            (extend, (("Idempotency-Key", "k"),), _BODY),
            (extend, (("Idempotency-Key", "k" * 300),), _BODY),
        ]
    return plain + odd
