"""People who are away or gone, closed organisations, queues that nobody looks at."""

from typing import Any

import pytest

from services.ledger.consumers import take_in
from services.ledger.verify import verify_database
from services.ledger.watch import give_back, pass_on_closed, tell_silence
from tests.service.ledger.accounts.world import Person, World
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

CASE = f"/v1/cases/{REFERENCE}"


async def last(world: World) -> dict[str, Any]:
    """Return the newest entry of the case."""
    query = {"subject": cases.GID}
    found = await world.database["events"].find(query).sort([("sequence", -1)]).to_list(None)
    entry: dict[str, Any] = found[0]
    return entry


async def alerts(world: World) -> list[dict[str, Any]]:
    """Return what organisations were told that is about no single case."""
    query = {"type": "cf.recours.office.alerted.v1"}
    return [one["data"] for one in await world.database["events"].find(query).to_list(None)]


@pytest.fixture
async def taken(world: World, officer: Person) -> Person:
    """The officer, who has taken the company's case."""
    await take_in(world.ledger, [cases.routed()])
    assert (await world.post(f"{CASE}/take", None, officer)).status_code == 200
    return officer


async def test_a_case_of_somebody_who_left_goes_back_to_the_organisation(
    world: World, admin: Person, taken: Person
) -> None:
    assert await give_back(world.ledger, world.identity) == 0
    await world.post(f"/v1/accounts/{taken.id}/close", None, admin)
    assert await give_back(world.ledger, world.identity) == 1
    entry = await last(world)
    assert entry["type"] == "cf.recours.case.handed-over.v1"
    assert (entry["data"]["because"], entry["data"]["by"]["sub"]) == ("left", taken.id)
    assert entry["data"]["case"]["holder"] == "societe-demo"
    assert "outbox" in entry
    assert await give_back(world.ledger, world.identity) == 0
    assert (await verify_database(world.database)).ok


async def test_two_replicas_give_a_case_back_once(
    world: World, admin: Person, taken: Person
) -> None:
    """The second decides on what it read before the first wrote."""
    await world.post(f"/v1/accounts/{taken.id}/close", None, admin)
    stale = await world.ledger.views.collection.find_one({"_id": cases.GID})
    assert await give_back(world.ledger, world.identity) == 1
    await world.ledger.views.collection.replace_one({"_id": cases.GID}, stale or {})
    assert await give_back(world.ledger, world.identity) == 0
    types = [one["type"] async for one in world.database["events"].find({"subject": cases.GID})]
    assert types.count("cf.recours.case.handed-over.v1") == 1


async def test_who_is_away_says_so_or_has_it_said(
    world: World, admin: Person, taken: Person
) -> None:
    past = await world.post(f"/v1/accounts/{taken.id}/absence", {"until": "2026-11-01"}, taken)
    assert past.status_code == 422
    told = await world.post(f"/v1/accounts/{taken.id}/absence", {"until": "2026-11-27"}, taken)
    assert (told.status_code, told.json()["away_until"]) == (200, "2026-11-27")
    assert (await world.get("/v1/cases", taken)).status_code == 200
    assert await give_back(world.ledger, world.identity) == 1
    assert (await last(world))["data"]["because"] == "absent"
    away = await world.post(f"{CASE}/take", None, taken)
    assert away.status_code == 409
    assert away.json()["away_until"] == "2026-11-27"
    assert "away until 2026-11-27" in away.json()["detail"]
    assert (await last(world))["data"]["because"] == "absent"
    back = await world.post(f"/v1/accounts/{taken.id}/absence", {"until": None}, admin)
    assert back.json()["away_until"] is None
    assert (await world.post(f"{CASE}/take", None, taken)).status_code == 200
    assert await give_back(world.ledger, world.identity) == 0
    other = await world.person(admin, "other", "cooperative-demo", "csr")
    meddling = await world.post(f"/v1/accounts/{taken.id}/absence", {"until": None}, other)
    assert meddling.status_code == 403


async def test_an_absence_until_yesterday_is_refused_from_midnight_in_bangui_on(
    world: World, taken: Person
) -> None:
    world.clock.move(hours=16, minutes=30)
    await world.sign_in(taken)
    path = f"/v1/accounts/{taken.id}/absence"
    assert (await world.post(path, {"until": "2026-11-23"}, taken)).status_code == 422
    assert (await world.post(path, {"until": "2026-11-24"}, taken)).status_code == 200


async def test_an_absence_that_is_over_gives_nothing_back(world: World, taken: Person) -> None:
    await world.post(f"/v1/accounts/{taken.id}/absence", {"until": "2026-11-23"}, taken)
    world.clock.move(days=1)
    assert await give_back(world.ledger, world.identity) == 0
    await world.sign_in(taken)
    assert (await world.post(f"{CASE}/hand-over", {}, taken)).status_code == 200
    assert (await world.post(f"{CASE}/take", None, taken)).status_code == 200


async def test_cases_of_a_closed_organisation_go_up(
    world: World, admin: Person, taken: Person
) -> None:
    assert await pass_on_closed(world.ledger, world.identity) == 0
    await world.post("/v1/organisations/societe-demo/close", None, admin)
    assert await pass_on_closed(world.ledger, world.identity) == 1
    entry = await last(world)
    assert entry["type"] == "cf.recours.escalation.requested.v1"
    assert entry["data"]["by"] is None
    assert await pass_on_closed(world.ledger, world.identity) == 0


async def test_a_silent_queue_is_told_upward_once(world: World, taken: Person) -> None:
    """Seven days of the policy from the last time that anybody looked, weekends rolled over."""
    assert await tell_silence(world.ledger) == 0
    world.clock.move(days=6)
    assert (await world.get("/v1/cases", taken)).status_code == 401, "the session is over"
    assert await tell_silence(world.ledger) == 0
    world.clock.move(days=2)
    assert await tell_silence(world.ledger) == 1
    assert await tell_silence(world.ledger) == 1
    [alert] = await alerts(world)
    assert (alert["what"], alert["to"], alert["about"], alert["open_cases"]) == (
        "queue-unattended",
        "autorite-centrale-demo",
        "societe-demo",
        1,
    )
    await world.sign_in(taken)
    await world.get("/v1/cases", taken)
    assert await tell_silence(world.ledger) == 0
    assert (await verify_database(world.database)).ok


async def test_what_a_silent_queue_holds_is_told_as_it_was_found(
    world: World, taken: Person
) -> None:
    """Told once: what comes in later changes nothing in the alert, and it is still silent."""
    world.clock.move(days=9)
    assert await tell_silence(world.ledger) == 1
    await take_in(world.ledger, [cases.routed("later", reference="LATER-00001")])
    assert await tell_silence(world.ledger) == 1
    [alert] = await alerts(world)
    assert alert["open_cases"] == 1


async def test_an_organisation_that_was_never_here_counts_from_its_first_case(
    world: World,
) -> None:
    await take_in(world.ledger, [cases.routed()])
    assert await tell_silence(world.ledger) == 0
    world.clock.move(days=9)
    assert await tell_silence(world.ledger) == 1
    assert [alert["about"] for alert in await alerts(world)] == ["societe-demo"]


async def test_an_organisation_without_open_cases_may_stay_away(
    world: World, officer: Person
) -> None:
    await world.get("/v1/cases", officer)
    world.clock.move(days=60)
    assert await tell_silence(world.ledger) == 0
    assert await alerts(world) == []


async def test_the_office_hears_that_an_account_is_recovered(
    world: World, admin: Person, officer: Person
) -> None:
    body = {"second_factor_lost": False}
    done = await world.post(f"/v1/accounts/{officer.id}/recover", body, admin)
    assert done.status_code == 200
    [alert] = await alerts(world)
    assert (alert["what"], alert["to"]) == ("account-recovered", "societe-demo")
    assert officer.login not in repr(alert)
    await world.post(f"/v1/accounts/{officer.id}/close", None, admin)
    refused = await world.post(f"/v1/accounts/{officer.id}/recover", body, admin)
    assert refused.status_code == 409
    assert len(await alerts(world)) == 1


async def test_the_views_can_be_built_again_beside_alerts(world: World, taken: Person) -> None:
    world.clock.move(days=9)
    await tell_silence(world.ledger)
    assert await world.ledger.rebuild() == 1
