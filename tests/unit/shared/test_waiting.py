"""`Prefer: wait`: a request that comes too early waits for the change it needs, and no longer."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request

from shared import waiting
from shared.errors import Conflict, NotFound
from shared.http import add_problem_answers
from shared.ids import grievance_id
from shared.waiting import Changes, PatientRoute, preferred_wait
from tests.support.waiting import eventually

CASE = grievance_id("K7QM")


class Door:
    """An endpoint that is open, not open yet, or not there."""

    def __init__(self) -> None:
        self.open = False
        self.there = True
        self.asked: list[str] = []

    def router(self) -> APIRouter:
        """Return the endpoint."""
        router = APIRouter(route_class=PatientRoute)

        @router.post("/cases/{reference}")
        async def enter(reference: str, request: Request) -> str:
            self.asked.append((await request.body()).decode())
            if not self.there:
                raise NotFound("There is no such case")
            if not self.open:
                raise Conflict("Not yet")
            return reference

        return router


@pytest.fixture
def door() -> Door:
    """A closed door."""
    return Door()


@pytest.fixture
def changes() -> Changes:
    """What wakes those who wait."""
    return Changes()


@pytest.fixture
async def http(door: Door, changes: Changes) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with the door."""
    app = FastAPI()
    app.state.parts = SimpleNamespace(changes=changes)
    app.include_router(door.router())
    add_problem_answers(app)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


async def enter(http: httpx.AsyncClient, prefer: str | None = "wait=20") -> httpx.Response:
    """Try the door with a body."""
    headers = {"Prefer": prefer} if prefer else {}
    return await http.post("/cases/k7-qm", content=b"me", headers=headers)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("wait=10", 10.0),
        ("respond-async, wait=5", 5.0),
        ('WAIT = "3"', 3.0),
        ("wait=9999", 20.0),
        ("wait=-1", 0.0),
        ("wait=1.5", 0.0),
        ("await=7", 0.0),
        ("wait", 0.0),
        ("", 0.0),
    ],
)
def test_how_long_a_caller_waits(said: str, seconds: float) -> None:
    request = Request({"type": "http", "headers": [(b"prefer", said.encode())]})
    assert preferred_wait(request) == seconds


async def test_who_does_not_say_so_is_refused_at_once(http: httpx.AsyncClient, door: Door) -> None:
    assert (await enter(http, None)).status_code == 409
    assert len(door.asked) == 1


async def test_it_is_tried_again_when_the_case_changes(
    http: httpx.AsyncClient, door: Door, changes: Changes
) -> None:
    waits = asyncio.create_task(enter(http))

    async def tried(times: int) -> None:
        async def enough() -> bool:
            return len(door.asked) >= times

        await eventually(enough, what=f"attempt {times}")

    await tried(1)
    changes.tell([grievance_id("ANOTHER")])
    changes.tell([CASE])
    await tried(2)
    door.open = True
    changes.tell([CASE])
    answer = await waits
    assert (answer.status_code, answer.json()) == (200, "k7-qm")
    assert door.asked == ["me"] * 3


async def test_a_change_while_it_is_tried_is_not_missed(
    http: httpx.AsyncClient, door: Door, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_LOOK_AGAIN_SECONDS", 60.0)

    class Asked(list[str]):
        def append(self, body: str) -> None:
            super().append(body)
            if len(self) == 3:
                door.open = True
            changes.tell([CASE])

    door.asked = Asked()
    assert (await enter(http)).status_code == 200
    assert len(door.asked) == 3


async def test_what_another_replica_changed_is_looked_for(
    http: httpx.AsyncClient, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_LOOK_AGAIN_SECONDS", 0.01)
    waits = asyncio.create_task(enter(http))

    async def often() -> bool:
        return len(door.asked) > 2

    await eventually(often, what="looking again")
    door.open = True
    assert (await waits).status_code == 200


async def test_what_is_refused_for_good_is_refused_when_the_time_is_over(
    http: httpx.AsyncClient, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_LONGEST_SECONDS", 0.05)
    answer = await enter(http)
    assert (answer.status_code, answer.json()["detail"]) == (409, "Not yet")
    assert len(door.asked) == 2


async def test_other_refusals_do_not_wait(http: httpx.AsyncClient, door: Door) -> None:
    door.there = False
    assert (await enter(http)).status_code == 404
    assert len(door.asked) == 1


async def test_when_too_many_wait_the_next_is_refused_at_once(
    http: httpx.AsyncClient, door: Door, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_MOST_AWAITED", 1)
    held = changes.next_of("another")
    assert (await enter(http)).status_code == 409
    assert len(door.asked) == 1
    assert changes.next_of("another") is None, "or it would tell that somebody waits for it"
    del held
    door.open = True
    assert (await enter(http)).status_code == 200
