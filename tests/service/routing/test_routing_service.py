"""Routing on a real store: batches, repeats, replicas, cases in flight, and what HTTP tells."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.routing.api import router
from services.routing.app import topic_of
from services.routing.consumers import consumers
from services.routing.policy import MODELS, check
from services.routing.store import Parts
from shared.event_store import EventStore, stored_event, to_document
from shared.events import Event, EventData
from shared.events.ledger import (
    Actor,
    CaseAppealed,
    CaseSummary,
    DeadlineMissed,
    EscalationRequested,
)
from shared.events.routing import GrievanceRouted
from shared.http import add_problem_answers
from shared.ids import grievance_id
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import OutboxRelay
from shared.policy_file import PolicySource
from tests.support.clock import FrozenClock
from tests.support.submissions import POLICY_DIR, submission

ADMIN = "operator-credential-for-tests"


async def no_kafka(_: object) -> None:
    """Stand where the publisher is: these tests look at the store."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped policy that a test may change."""
    return Path(shutil.copytree(POLICY_DIR, tmp_path / "policy"))


async def routing(database: Database, folder: Path) -> Parts:
    """Return one replica of the service."""
    clock = FrozenClock()
    events = EventStore(database, source="routing")
    await events.ensure_indexes()
    relay = OutboxRelay(events, Leases(database), clock, publish=no_kafka, topic_of=topic_of)
    policy = PolicySource(folder, MODELS, [check])
    await policy.keep_in(database)
    return Parts(events, relay, clock, policy)


@pytest.fixture
async def parts(database: Database, folder: Path) -> Parts:
    """One replica on a fresh store."""
    return await routing(database, folder)


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """Speak HTTP to the endpoints."""
    app = FastAPI()
    app.state.parts = parts
    app.state.settings = SimpleNamespace(admin_credential=SecretStr(ADMIN))
    app.include_router(router)
    add_problem_answers(app)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as http:
        yield http


def submitted(reference: str, **changes: Any) -> Event:
    """Return the event of a new grievance."""
    data = submission(reference=reference, **changes)
    return fact(reference, 1, data, f"post {reference}")


def fact(reference: str, sequence: int, data: EventData, cause: str) -> Event:
    """Return an event about a grievance."""
    return Event.derived(
        data,
        subject=grievance_id(reference),
        sequence=sequence,
        time=FrozenClock().now(),
        cause=cause,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def case(route: GrievanceRouted, **changes: Any) -> CaseSummary:
    """Return the case that a route has led to."""
    values = {
        "state": "acknowledged",
        "closed_as": None,
        "stage": "propose",
        "due_at": None,
        **route.model_dump(),
    }
    return CaseSummary.model_validate(values | changes)


def missed(route: GrievanceRouted, number: int, *, escalates: bool = True) -> Event:
    """Return a missed deadline of a case."""
    data = DeadlineMissed(
        case=case(route),
        stage="propose",
        due_at=FrozenClock().now(),
        escalates=escalates,
        renewed=None,
    )
    return fact(route.reference, number, data, f"deadline {number}")


async def stream(parts: Parts, reference: str) -> list[GrievanceRouted]:
    """Return the decisions about a grievance."""
    events = await parts.events.load(grievance_id(reference))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [event.data for event in events if isinstance(event.data, GrievanceRouted)]


async def test_a_batch_is_decided_whole_and_keeps_the_trace_of_the_request(parts: Parts) -> None:
    handle = consumers(parts)[INTAKE_EVENTS]
    batch = [submitted(f"K{n:07d}", category="WAGES") for n in range(50)]
    await handle(batch)
    for event in batch:
        [decision] = await parts.events.load(event.subject)
        assert decision.cause == event.id
        assert decision.traceparent == event.traceparent
        assert topic_of(stored_event(to_document(decision), "routing")) == "queue.syndicate.v1"


async def test_the_same_message_twice_is_one_decision(parts: Parts) -> None:
    handle = consumers(parts)[INTAKE_EVENTS]
    event = submitted("K1", category="WAGES")
    await handle([event, event])
    await handle([event])
    assert len(await stream(parts, "K1")) == 1


async def test_two_replicas_at_once_make_one_decision(
    parts: Parts, database: Database, folder: Path
) -> None:
    other = await routing(database, folder)
    batch = [submitted(f"K{n}", category="WAGES") for n in range(20)]
    await asyncio.gather(
        consumers(parts)[INTAKE_EVENTS](batch), consumers(other)[INTAKE_EVENTS](batch)
    )
    for n in range(20):
        assert len(await stream(parts, f"K{n}")) == 1


async def test_a_complaint_naming_the_police_goes_to_the_protection_queue(parts: Parts) -> None:
    event = submitted(
        "K2", category="LAND_CROP_DAMAGE", organisation="societe-demo", accused=["police-demo"]
    )
    await consumers(parts)[INTAKE_EVENTS]([event])
    [decision] = await parts.events.load(event.subject)
    assert topic_of(stored_event(to_document(decision), "routing")) == "queue.protection.v1"
    assert (await stream(parts, "K2"))[0].holder == "protection-demo"


async def test_a_missed_deadline_moves_the_case_up_once(parts: Parts) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K3", category="WAGES")])
    [first] = await stream(parts, "K3")
    late = missed(first, 2)
    handle = consumers(parts)[LEDGER_EVENTS]
    await handle([late])
    await handle([late])
    assert [route.holder for route in await stream(parts, "K3")] == [
        "syndicat-demo",
        "societe-demo",
    ]


async def test_two_reasons_to_go_up_from_one_level_are_one_step(parts: Parts) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K4", category="WAGES")])
    [first] = await stream(parts, "K4")
    by = Actor(sub="r1", role="representative", organisation="syndicat-demo")
    asked = EscalationRequested(case=case(first), by=by, text_id="t")
    await consumers(parts)[LEDGER_EVENTS]([missed(first, 2), fact("K4", 3, asked, "escalate")])
    assert len(await stream(parts, "K4")) == 2


async def test_an_appeal_moves_up_and_a_quiet_deadline_does_not(parts: Parts) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K5", category="WAGES")])
    [first] = await stream(parts, "K5")
    handle = consumers(parts)[LEDGER_EVENTS]
    await handle([missed(first, 2, escalates=False)])
    assert len(await stream(parts, "K5")) == 1
    appeal = CaseAppealed(case=case(first), message_id=None, deadlines=())
    await handle([fact("K5", 3, appeal, "appeal")])
    assert [route.reason for route in await stream(parts, "K5")] == ["submitted", "appealed"]


async def test_whoever_is_accused_later_is_skipped_on_the_way_up(parts: Parts) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K6", category="WAGES")])
    [first] = await stream(parts, "K6")
    data = missed(first, 2).data
    assert isinstance(data, DeadlineMissed)
    named = data.model_copy(update={"case": case(first, accused=("societe-demo",))})
    await consumers(parts)[LEDGER_EVENTS]([fact("K6", 2, named, "deadline")])
    last = (await stream(parts, "K6"))[-1]
    assert last.holder == "inspection-travail-demo"
    assert "societe-demo" in last.accused


async def test_a_case_in_flight_keeps_its_rules_after_a_restart_under_other_ones(
    parts: Parts, database: Database, folder: Path
) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K7", category="WAGES")])
    [first] = await stream(parts, "K7")
    path = folder / "taxonomy.yaml"
    old = "ladder: [syndicate, company, authority:labour, central]"
    path.write_text(path.read_text().replace(old, "ladder: [syndicate, central]"))
    restarted = await routing(database, folder)
    assert restarted.policy.current.version != first.policy_version
    await consumers(restarted)[LEDGER_EVENTS]([missed(first, 2)])
    last = (await stream(restarted, "K7"))[-1]
    assert (last.holder, last.policy_version) == ("societe-demo", first.policy_version)
    await consumers(restarted)[INTAKE_EVENTS]([submitted("K8", category="WAGES")])
    [fresh] = await stream(restarted, "K8")
    await consumers(restarted)[LEDGER_EVENTS]([missed(fresh, 2)])
    assert (await stream(restarted, "K8"))[-1].holder == "autorite-centrale-demo"


async def test_a_policy_version_that_is_lost_gives_way_to_the_one_in_force(
    parts: Parts, database: Database, folder: Path
) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K9", category="WAGES")])
    [first] = await stream(parts, "K9")
    await database["policies"].delete_many({})
    (folder / "sites.yaml").write_text((folder / "sites.yaml").read_text() + "# later\n")
    restarted = await routing(database, folder)
    await consumers(restarted)[LEDGER_EVENTS]([missed(first, 2)])
    last = (await stream(restarted, "K9"))[-1]
    assert (last.holder, last.policy_version) == (
        "societe-demo",
        restarted.policy.current.version,
    )


async def test_explaining_codes_tells_why_and_stores_nothing(
    client: httpx.AsyncClient, parts: Parts
) -> None:
    codes = {
        "category": "LAND_CROP_DAMAGE",
        "site": "doungoubou-demo",
        "accused": [{"organisation": "societe-demo"}],
    }
    answer = await client.post("/v1/explain", json=codes)
    told = answer.json()
    assert (told["holder"], told["queue"]) == ("commune-demo", "authority")
    assert "Société minière (démonstration)" in told["explanation"]
    assert {rule["rule"] for rule in told["rules"]} >= {"recusal", "skipped.company"}
    assert await parts.events.collection.find({}).to_list(None) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"accused": "x"}', b'{"danger": 7}', b'{"category": {"a": 1}}', b"\xff"],
)
async def test_a_bad_question_is_a_problem_and_never_a_fault(
    client: httpx.AsyncClient, body: bytes
) -> None:
    answer = await client.post(
        "/v1/explain", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_stored_decisions_are_told_to_the_operator_only(
    client: httpx.AsyncClient, parts: Parts
) -> None:
    await consumers(parts)[INTAKE_EVENTS]([submitted("K7QM4T2P", category="WAGES")])
    assert (await client.get("/v1/explain/K7QM4T2P")).status_code == 401
    known = {"Authorization": f"Bearer {ADMIN}"}
    told = (await client.get("/v1/explain/k7q m4t 2p", headers=known)).json()
    assert [decision["holder"] for decision in told["decisions"]] == ["syndicat-demo"]
    assert (await client.get("/v1/explain/NOPE", headers=known)).status_code == 404


async def test_the_directory_is_public_without_addresses(client: httpx.AsyncClient) -> None:
    sites = (await client.get("/v1/directory/sites")).json()["sites"]
    assert "doungoubou-demo" in {site["id"] for site in sites}
    answer = await client.get("/v1/directory/organisations")
    assert "societe-demo" in {body["id"] for body in answer.json()["organisations"]}
    assert "@" not in answer.text
