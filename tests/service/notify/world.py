"""Notify on a real store with a real mail server, text gateway and vault beside it."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import uvicorn
from aiosmtpd.smtp import SMTP as SmtpServer
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.notify.api import router
from services.notify.consumers import consumers
from services.notify.contacts import Contacts
from services.notify.deliveries import Sending
from services.notify.handlers import Parts
from services.notify.prepare import Links, Preparing
from services.notify.recorder import Recorder
from services.notify.senders.email import EmailSender
from services.notify.senders.sms_kannel import KannelSender
from services.notify.store import Deliveries
from services.notify.tally import Tally
from services.notify.templates import MODELS, check
from shared.clock import Clock
from shared.event_store import EventStore
from shared.events import Event
from shared.http import add_problem_answers
from shared.kafka import LEDGER_EVENTS
from shared.mongo import Database
from shared.policy_file import PolicySource
from tests.support.waiting import eventually
from tests.unit.notify.cases import POLICY

TOKEN_KEY = "k" * 43
ADMIN = "operator-credential-of-tests"
NUMBER = "+23670000001"


@dataclass
class Outside:
    """The world that notify talks to: what it received, and how it answers."""

    texts: list[dict[str, str]] = field(default_factory=list)
    mails: list[Any] = field(default_factory=list)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    reads: list[list[str]] = field(default_factory=list)
    sms_status: list[int] = field(default_factory=list)
    #: The gateway answers only while this is set.
    sms_open: asyncio.Event = field(default_factory=asyncio.Event)
    sms_at_once: int = 0
    sms_most_at_once: int = 0
    smtp_answer: list[str] = field(default_factory=list)
    vault_status: list[int] = field(default_factory=list)
    sms_url: str = ""
    vault_url: str = ""
    smtp_port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail, unless the test wants another answer."""
        if self.smtp_answer:
            return self.smtp_answer.pop(0)
        self.mails.append(envelope)
        return "250 2.0.0 OK"

    def application(self) -> FastAPI:
        """Return gateway and vault as one HTTP application."""
        app = FastAPI()

        @app.get("/cgi-bin/sendsms")
        async def sendsms(request: Request) -> Response:
            self.sms_at_once += 1
            self.sms_most_at_once = max(self.sms_most_at_once, self.sms_at_once)
            await self.sms_open.wait()
            self.sms_at_once -= 1
            status = self.sms_status.pop(0) if self.sms_status else 202
            if status == 202:
                self.texts.append(dict(request.query_params))
            return Response("0: Accepted for delivery", status_code=status)

        @app.post("/internal/vault/contacts")
        async def contacts(request: Request) -> Any:
            if request.headers.get("authorization") != "Bearer vault-credential-of-notify":
                return Response(status_code=401)
            if self.vault_status:
                return Response(status_code=self.vault_status.pop(0))
            body = await request.json()
            assert body["purpose"] == "notice"
            self.reads.append(body["grievances"])
            return {"contacts": {g: self.contacts.get(g, self.usual()) for g in body["grievances"]}}

        return app

    @staticmethod
    def usual(**changes: Any) -> dict[str, Any]:
        """Return the contact that everybody has unless a test says otherwise."""
        return {
            "sms": NUMBER,
            "email": None,
            "language": "fr",
            "opted_out": [],
            "discreet": True,
            "safe_times": None,
            "preferred": "sms",
            "erased": False,
        } | changes


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """Run the mail server and the HTTP application on free ports of this machine."""
    world = Outside()
    world.sms_open.set()
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SmtpServer(world, hostname="mail.example", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    world.smtp_port = smtp.sockets[0].getsockname()[1]
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(world.application(), log_level="error", lifespan="off", access_log=False)
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))

    async def started() -> bool:
        return server.started

    await eventually(started, what="the HTTP server")
    world.vault_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    world.sms_url = f"{world.vault_url}/cgi-bin/sendsms"
    try:
        yield world
    finally:
        world.sms_open.set()
        server.should_exit = True
        await serving
        smtp.close()


@dataclass
class Notify:
    """One replica of notify, with what a test looks at."""

    parts: Parts
    events: EventStore
    http: httpx.AsyncClient
    senders: dict[str, Any]
    contacts: Contacts
    nudges: Counter[str]

    async def hear(self, *events: Event) -> None:
        """Take events as from Kafka."""
        await consumers(self.parts)[LEDGER_EVENTS](list(events))

    async def send_offered(self) -> None:
        """Send what was offered, as the workers do."""
        chunks = self.parts.sending._chunks
        while not chunks.empty():
            until, chunk = chunks.get_nowait()
            await self.parts.sending.deliver(chunk, until)

    async def send_due(self) -> None:
        """Send what is due, as the due loop does."""
        claimed = await self.parts.deliveries.queue.claim()
        await self.parts.sending.deliver_claimed(claimed)

    async def tell(self, *events: Event) -> None:
        """Take events and send."""
        await self.hear(*events)
        await self.send_offered()

    async def documents(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return delivery documents."""
        return await self.parts.deliveries.collection.find(wanted).to_list(None)

    async def facts(self) -> list[tuple[str, str, str]]:
        """Return what the case was told: told or not, audience, and reason if not told."""
        found = await self.events.collection.find({}).sort([("sequence", 1)]).to_list(None)
        return [
            ("told" if one["told"] else "not-told", one["audience"], one["reason"] or "")
            for document in found
            for one in document["data"]["outcomes"]
        ]


@asynccontextmanager
async def notify(database: Database, world: Outside, clock: Clock) -> AsyncIterator[Notify]:
    """Return a replica; its loops are driven by the test."""
    events = EventStore(database, source="notify")
    await events.ensure_indexes()
    deliveries = Deliveries(database, clock)
    await deliveries.ensure_indexes()
    nudges: Counter[str] = Counter()
    recorder = Recorder(events, clock, lambda: nudges.update(["relay"]))
    policy = PolicySource(POLICY, MODELS, [check])
    contacts = Contacts(world.vault_url, "vault-credential-of-notify")
    tally = Tally(CollectorRegistry())
    preparing = Preparing(
        contacts,
        deliveries,
        recorder,
        policy,
        clock,
        Links("https://t.example", "https://d.example"),
    )
    senders: dict[str, Any] = {
        "email": EmailSender(
            "127.0.0.1", world.smtp_port, sender="nepasrepondre@notify.example", clock=clock
        ),
        "sms": KannelSender(
            world.sms_url,
            username="u",
            password="p",
            sender="4040",
            receipts_url="http://notify.example/receipts/kannel",
        ),
    }
    sending = Sending(
        deliveries,
        recorder,
        preparing,
        senders,
        clock,
        tally,
        per_second={"sms": 1e4, "email": 1e4},
    )
    app = FastAPI()
    app.state.parts = Parts(deliveries, recorder, sending, policy, clock, tally)
    app.state.settings = SimpleNamespace(
        token_key=SecretStr(TOKEN_KEY), admin_credential=SecretStr(ADMIN)
    )
    app.include_router(router)
    add_problem_answers(app)
    transport = httpx.ASGITransport(app=app)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://notify")
        )
        for closing in (contacts, *senders.values()):
            stack.push_async_callback(closing.close)
        yield Notify(app.state.parts, events, http, senders, contacts, nudges)
