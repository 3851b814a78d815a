"""Administrators describe organisations, sites and days: at once for accounts, written for all."""

import shutil
from pathlib import Path
from typing import Any

from deploy.operator import check_policy, write_policy
from services.ledger.accounts.register import Register
from tests.service.ledger.accounts.world import OPERATOR, Person, World, register_on
from tests.unit.ledger.cases import POLICY

COMMUNE: dict[str, Any] = {
    "name": "Mairie de Carnot",
    "kind": "authority",
    "functions": ["commune"],
    "emails": ["secretariat@carnot.example"],
}


async def put(world: World, who: Person, path: str, body: Any) -> Any:
    """Put as somebody; return status and answer."""
    answer = await world.http.put(path, json=body, headers=who.header)
    return answer.status_code, answer.json()


async def test_an_organisation_that_was_described_has_accounts_at_once(
    world: World, admin: Person, register: Register
) -> None:
    path = "/v1/organisations/commune-carnot"
    new = {"organisation": "commune-carnot", "login": "maire", "role": "authority"}
    assert (await world.post("/v1/accounts", new, admin)).status_code == 422
    assert (await put(world, admin, path, COMMUNE))[0] == 200
    maire = await world.person(admin, "maire", "commune-carnot", "authority")
    assert (await world.get("/v1/cases", maire)).status_code == 200
    again = await put(world, admin, path, {**COMMUNE, "name": "Commune de Carnot"})
    assert again[1]["name"] == "Commune de Carnot"
    assert (await world.post(f"{path}/close", None, admin)).status_code == 200
    assert (await world.get("/v1/cases", maire)).status_code == 401
    history = (await world.get(f"{path}/history", admin)).json()["events"]
    assert [one["type"].split(".")[3] for one in history] == ["described", "described", "closed"]
    assert {one["by"] for one in history} == {admin.id}
    listed = (await world.get("/v1/organisations", admin)).json()["organisations"]
    assert listed["commune-carnot"]["open"] is False
    elsewhere = register_on(world)
    assert elsewhere.directory().find("commune-carnot") is None
    await elsewhere.refresh()
    assert elsewhere.directory() == register.directory()


async def test_only_administrators_describe_and_what_is_wrong_is_told(
    world: World, admin: Person, register: Register
) -> None:
    lead = await world.person(admin, "lead", "societe-demo", "csr", lead=True)
    bodies: dict[str, Any] = {
        "/v1/organisations/commune-carnot": COMMUNE,
        "/v1/sites/carnot": {"name": "Carnot"},
        "/v1/calendar/2026-12-24": {"kind": "holiday", "why": "Décret"},
    }
    for path, body in bodies.items():
        assert (await put(world, lead, path, body))[0] == 403
        assert (await world.get(f"{path}/history", lead)).status_code == 403
        assert (await world.get(path.rsplit("/", 1)[0], lead)).status_code == 403
    wrongs: list[tuple[str, Any, int]] = [
        ("/v1/organisations/Carnot", COMMUNE, 422),
        ("/v1/organisations/carnot", {**COMMUNE, "kind": "army"}, 422),
        ("/v1/organisations/carnot", {**COMMUNE, "sites": ["nowhere"]}, 422),
        ("/v1/organisations/carnot", {**COMMUNE, "emails": ["no e-mail"]}, 422),
        ("/v1/organisations/carnot", {**COMMUNE, "open": True}, 422),
        ("/v1/organisations/societe-demo", COMMUNE, 409),
        ("/v1/sites/carnot", {"name": ""}, 422),
        ("/v1/calendar/2026-11-22", {"kind": "holiday", "why": "Décret"}, 422),
        ("/v1/calendar/2030-01-01", {"kind": "holiday", "why": "Décret"}, 422),
        ("/v1/calendar/2026-02-30", {"kind": "holiday", "why": "Décret"}, 422),
        ("/v1/calendar/2026-12-24", {"kind": "holiday", "why": ""}, 422),
        ("/v1/calendar/2026-12-24", {"kind": "feast", "why": "Décret"}, 422),
    ]
    for path, body, status in wrongs:
        assert (await put(world, admin, path, body))[0] == status, path
    assert await world.database["account_days"].count_documents({}) == 0


async def test_what_was_described_is_written_over_the_policy_and_in_order(
    world: World, admin: Person, register: Register, tmp_path: Path
) -> None:
    """`recours directory write`: all services read the folder; nothing is written when wrong."""
    site = {"name": "Carnot", "prefecture": "Mambéré-Kadéï"}
    assert (await put(world, admin, "/v1/sites/carnot", site))[0] == 200
    body = {**COMMUNE, "sites": ["carnot"]}
    assert (await put(world, admin, "/v1/organisations/commune-carnot", body))[0] == 200
    day = {"kind": "holiday", "why": "Décret: deuil national"}
    assert (await put(world, admin, "/v1/calendar/2026-12-24", day))[0] == 200
    calendar = (await world.get("/v1/calendar", admin)).json()
    assert calendar["added"] == [{"day": "2026-12-24", "why": "Décret: deuil national"}]
    sites = (await world.get("/v1/sites", admin)).json()["sites"]
    assert sites["carnot"]["name"] == "Carnot"
    assert (await world.get("/internal/policy-files", admin)).status_code == 401
    files = (await world.get("/internal/policy-files", OPERATOR)).json()
    folder = tmp_path / "policy"
    shutil.copytree(POLICY, folder)
    problems, version = write_policy(folder, files)
    assert problems == []
    assert check_policy(folder) == ([], version)
    before = (folder / "sites.yaml").read_text()
    problems, _ = write_policy(folder, {"sites.yaml": "sites: {}"})
    assert problems
    assert (folder / "sites.yaml").read_text() == before
