"""Too many at once: who comes on top is told so at once, and nobody else is."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.types import Message

from shared.errors import Conflict
from shared.http import PROBLEM, Edge, add_problem_answers
from shared.observability import Metrics
from shared.overload import AtOnce
from shared.waiting import Changes, PatientRoute
from tests.support.waiting import eventually


class Desk:
    """Endpoints that answer when they are let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.begun = 0

    def application(self, most: int) -> FastAPI:
        """Return an application that answers so many requests of its API at once."""
        app = FastAPI()
        app.state.parts = SimpleNamespace(changes=Changes())
        router = APIRouter(route_class=PatientRoute)

        @router.post("/v1/slow")
        @router.post("/page")
        async def slow(request: Request) -> str:
            await request.body()
            self.begun += 1
            await self.let.wait()
            return "done"

        @router.post("/v1/broken")
        async def broken() -> str:
            raise RuntimeError("a bug")

        @router.post("/v1/early/{reference}")
        async def early(reference: str) -> str:
            self.begun += 1
            if not self.let.is_set():
                raise Conflict("Not yet")
            return reference

        app.include_router(router)
        add_problem_answers(app)
        app.add_middleware(
            Edge,
            metrics=Metrics("desk"),
            body_limit=lambda _: 1_000,
            at_once=AtOnce(most, lambda path: path.startswith("/v1/")),
        )
        return app

    async def busy_with(self, count: int) -> None:
        """Wait until so many requests have begun."""

        async def enough() -> bool:
            return self.begun >= count

        await eventually(enough, what=f"{count} requests")


@pytest.fixture
async def desk() -> Desk:
    """A desk whose slow answers wait."""
    return Desk()


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that answers two at once."""
    transport = httpx.ASGITransport(app=desk.application(2), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


async def test_who_comes_on_top_is_told_to_come_again(http: httpx.AsyncClient, desk: Desk) -> None:
    first = [asyncio.create_task(http.post("/v1/slow")) for _ in range(2)]
    await desk.busy_with(2)
    refused = await http.post("/v1/slow")
    assert (refused.status_code, refused.headers["content-type"]) == (503, PROBLEM)
    assert int(refused.headers["retry-after"]) > 0
    assert "Send it again" in refused.json()["detail"]
    assert "traceparent" in refused.headers
    assert desk.begun == 2
    page = asyncio.create_task(http.post("/page"))
    await desk.busy_with(3)
    desk.let.set()
    answers = await asyncio.gather(*first, page)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert (await http.post("/v1/slow")).status_code == 200


async def test_what_ends_badly_is_counted_no_more(http: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await http.post("/v1/broken")).status_code == 500
        assert (await http.post("/v1/slow", content=b"x" * 2_000)).status_code == 413
        assert (await http.post("/v1/nowhere")).status_code == 404


async def test_who_only_waits_takes_nobodys_place(http: httpx.AsyncClient, desk: Desk) -> None:
    waits = [
        asyncio.create_task(http.post(f"/v1/early/{n}", headers={"Prefer": "wait=20"}))
        for n in range(2)
    ]
    await desk.busy_with(2)
    third = asyncio.create_task(http.post("/v1/early/3", headers={"Prefer": "wait=20"}))
    await desk.busy_with(3)
    assert (await http.post("/v1/broken")).status_code == 500, "taken, and not refused"
    desk.let.set()
    answers = await asyncio.gather(*waits, third)
    assert [answer.status_code for answer in answers] == [200] * 3


async def test_who_sends_slowly_takes_nobodys_place(desk: Desk) -> None:
    """By hand, as no client sends so: the head of a request, and its body when it is let."""
    app = desk.application(1)
    said: list[int] = []

    async def request(parts: "asyncio.Queue[bytes | None]") -> None:
        async def receive() -> Message:
            part = await parts.get()
            return {"type": "http.request", "body": part or b"", "more_body": part is not None}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                said.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/v1/slow", "headers": []}
        await app(scope | {"query_string": b"", "http_version": "1.1"}, receive, send)

    slow: list[asyncio.Queue[bytes | None]] = [asyncio.Queue() for _ in range(3)]
    sending = [asyncio.create_task(request(parts)) for parts in slow]
    slow[0].put_nowait(b"a part")
    whole: asyncio.Queue[bytes | None] = asyncio.Queue()
    whole.put_nowait(None)
    first = asyncio.create_task(request(whole))
    await desk.busy_with(1)
    whole.put_nowait(None)
    await request(whole)
    assert said == [503], "the one place is taken by who sent all"
    desk.let.set()
    for parts in slow:
        parts.put_nowait(None)
    await asyncio.gather(first, *sending)
    assert sorted(said) == [200, 200, 200, 200, 503]
