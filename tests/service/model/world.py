"""The ledger's API over the real store, with routing's own decisions in between."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx
import respx
from fastapi import FastAPI

from services.ledger.api import router
from services.ledger.chain import Entry
from services.ledger.consumers import take_in, work_due
from services.ledger.domain import fold
from services.ledger.drafts import Draft
from services.ledger.settings import LedgerSettings
from services.ledger.store import Ledger
from services.ledger.vault import vault_client
from services.ledger.verify import record_of, verify_database
from services.routing.domain import Route, evolve, react
from services.routing.domain import fold as fold_route
from shared.access import issue_token
from shared.events.envelope import Event, EventData
from shared.events.intake import GrievanceSubmitted
from shared.events.routing import GrievanceRouted
from shared.http import add_problem_answers
from shared.ids import grievance_id
from shared.mongo import connect
from shared.mongo import database as open_database
from tests.service.ledger.conftest import ledger_on
from tests.service.ledger.people import ADMIN, KEY
from tests.service.model.model import Actor
from tests.support.clock import FrozenClock
from tests.support.submissions import policy, submission

START = "2026-11-23T08:00:00+01:00"
_MOST_ROUNDS = 50


class World:
    """One ledger; `begin` empties it for the next story."""

    def __init__(self, uri: str, name: str) -> None:
        self.client = connect(uri)
        self.database = open_database(self.client, name)
        self.clock = FrozenClock(START)
        self.routes: dict[str, Route] = {}
        self.told: dict[str, int] = {}
        self.happened = 0

    async def start(self) -> None:
        """Put the ledger together, once for all stories."""
        self.vault = respx.mock(base_url="http://intake.example", assert_all_called=False)
        self.vault.start()
        self.vault.route().mock(side_effect=_kept)
        http = vault_client("http://intake.example", "c" * 24)
        self.ledger: Ledger = await ledger_on(self.database, self.clock, http)
        app = FastAPI()
        add_problem_answers(app)
        app.include_router(router)
        app.state.parts = self.ledger
        app.state.settings = LedgerSettings(
            RECOURS_ENV="test",
            TOKEN_KEY=KEY,
            ADMIN_CREDENTIAL=ADMIN,
            LEDGER_VAULT_CREDENTIAL="c" * 24,
            LEDGER_ACCOUNTS_KEY="s" * 40,
        )
        transport = httpx.ASGITransport(app=app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://ledger.example")

    async def begin(self) -> None:
        """Forget the story before."""
        for name in ("events", "cases"):
            await self.database[name].delete_many({})
        self.ledger.shown.clear()
        self.clock.set(START)
        self.routes, self.told = {}, {}

    async def stop(self) -> None:
        """Give everything back."""
        await self.http.aclose()
        self.vault.stop()
        await self.client.drop_database(self.database.name)
        self.client.close()

    def now(self) -> datetime:
        """Return the time of the story."""
        return self.clock.now()

    async def file(self, reference: str, **told: Any) -> list[GrievanceRouted]:
        """Let a grievance come in, be routed and become a case."""
        data = submission(reference=reference, received_at=self.now(), **told)
        return await self.tell(data)

    async def tell(self, data: EventData) -> list[GrievanceRouted]:
        """Let intake tell something; return what routing decided because of it."""
        self.happened += 1
        reference: str = data.reference  # type: ignore[attr-defined]
        gid = grievance_id(reference)
        event = Event.derived(
            data, subject=gid, sequence=1, time=self.now(), cause=f"{self.happened}"
        )
        if isinstance(data, GrievanceSubmitted):
            self.routes[gid] = fold_route(())
            return await self._routed(gid, [event])
        await take_in(self.ledger, [event])
        return await self.answered(gid)

    async def give(
        self, actor: Actor, reference: str, command: str, body: Any, key: str
    ) -> httpx.Response:
        """Give a command."""
        return await self.http.post(
            f"/v1/cases/{reference}/{command}",
            headers=self._headers(actor) | {"Idempotency-Key": key},
            json=body,
        )

    async def look(self, actor: Actor, path: str) -> httpx.Response:
        """Read something."""
        return await self.http.get(path, headers=self._headers(actor))

    async def pass_time(self, **span: float) -> dict[str, list[GrievanceRouted]]:
        """Let time pass and everything that becomes due happen; return what was decided."""
        self.clock.move(**span)
        decided: dict[str, list[GrievanceRouted]] = {}
        for _ in range(_MOST_ROUNDS):
            claimed = await self.ledger.queue.claim()
            if not claimed:
                return decided
            await work_due(self.ledger, claimed)
            for gid in self.routes:
                decided.setdefault(gid, []).extend(await self.answered(gid))
        raise AssertionError("the due queue never becomes empty")

    async def answered(self, gid: str) -> list[GrievanceRouted]:
        """Let routing answer what the ledger has told since."""
        stream = await self.stream(gid)
        fresh = [event for event in stream if event.sequence > self.told.get(gid, 0)]
        self.told[gid] = stream[-1].sequence if stream else 0
        return await self._routed(gid, fresh)

    async def _routed(self, gid: str, events: Sequence[Event]) -> list[GrievanceRouted]:
        decided: list[GrievanceRouted] = []
        for event in events:
            decision = react(self.routes[gid], event, policy(), self.now())
            if decision is None:
                continue
            self.routes[gid] = evolve(self.routes[gid], decision)
            await take_in(self.ledger, [decision])
            assert isinstance(decision.data, GrievanceRouted)
            decided += [decision.data, *await self.answered(gid)]
        return decided

    async def stream(self, gid: str) -> list[Event]:
        """Return the record of a case."""
        return list(await self.ledger.events.load(gid))

    async def sound(self, gid: str) -> None:
        """Check that the list view is what the events say, by folding them anew."""
        stream = await self.stream(gid)
        assert fold(gid, stream) == Draft(gid, stream).case
        view = await self.ledger.views.collection.find_one({"_id": gid})
        expected = await self.ledger.view_of(Draft(gid, stream))
        assert view is not None
        # A lease stands in `wake` while the due queue works on the case; none does here.
        assert {name: view.get(name) for name in expected} == expected
        assert view.keys() - expected.keys() <= {"_id"}

    async def record(self, gid: str) -> Sequence[Entry]:
        """Return what is stored of a case."""
        return await record_of(self.ledger.events.collection, gid)

    async def verified(self) -> bool:
        """Tell whether the whole record holds."""
        return (await verify_database(self.database)).ok

    @staticmethod
    def _headers(actor: Actor) -> dict[str, str]:
        token = issue_token(KEY, sub=actor.sub, role=actor.role, organisation=actor.organisation)
        return {"Authorization": f"Bearer {token}"}


def _kept(request: httpx.Request) -> httpx.Response:
    """Answer as the vault does."""
    if request.url.path.endswith("/reachable"):
        return httpx.Response(200, json={"safe": True})
    if request.method == "POST":
        return httpx.Response(201, content=json.dumps({}))
    return httpx.Response(200, json={"texts": []})
