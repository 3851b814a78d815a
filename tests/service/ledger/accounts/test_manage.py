"""Managing accounts, organisations and credentials: who may, and what ends at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.ledger.accounts import manage
from services.ledger.consumers import take_in
from tests.service.ledger.accounts.world import OPERATOR, Person, World, identity_on
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

CASE = f"/v1/cases/{REFERENCE}"


async def status(world: World, who: Person | dict[str, str], path: str = "/v1/cases") -> int:
    """Return how a request of somebody is answered."""
    return (await world.get(path, who)).status_code


async def test_an_officer_works_with_a_case_by_session_and_an_administrator_never(
    world: World, admin: Person, officer: Person
) -> None:
    """The same session token opens the cases; who administers sees none by any way."""
    await take_in(world.ledger, [cases.routed()])
    assert (await world.get(CASE, officer)).json()["reference"] == REFERENCE
    done = await world.post(f"{CASE}/acknowledge", None, officer)
    assert done.status_code == 200
    stored = await world.database["events"].find({}).sort([("sequence", 1)]).to_list(None)
    assert stored[-1]["data"]["by"]["sub"] == officer.id
    assert officer.login not in repr(stored)
    unknown = await world.get("/v1/cases/NOT-THERE", admin)
    for path in (CASE, f"{CASE}/words"):
        answer = await world.get(path, admin)
        assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert (await world.post(f"{CASE}/start-inquiry", None, admin)).status_code == 404
    assert (await world.get("/v1/cases", admin)).json()["cases"] == []
    token = (await world.post("/v1/session/token", None, admin)).json()["token"]
    assert await status(world, {"Authorization": f"Bearer {token}"}, CASE) == 404


async def test_a_lead_creates_and_closes_accounts_of_its_own_organisation_alone(
    world: World, admin: Person
) -> None:
    lead = await world.person(admin, "lead", "societe-demo", "csr", lead=True)
    other = await world.person(admin, "other", "cooperative-demo", "csr")
    mine = await world.person(lead, "marie", "societe-demo", "csr")
    listed = (await world.get("/v1/accounts", lead)).json()["accounts"]
    assert {one["id"] for one in listed} == {lead.id, mine.id}
    assert await status(world, lead, f"/v1/accounts/{other.id}") == 404
    there, nowhere = [
        (await world.get(f"/v1/accounts/{ident}", lead)).json() for ident in (other.id, "nobody")
    ]
    assert there == nowhere
    refused: list[tuple[dict[str, Any], int]] = [
        ({"organisation": "cooperative-demo", "login": "x-1", "role": "csr"}, 403),
        ({"organisation": None, "login": "x-1", "role": "administrator"}, 403),
        ({"organisation": "societe-demo", "login": "x-1", "role": "protection"}, 422),
        ({"organisation": "societe-demo", "login": "x-1", "role": "csr", "lead": True}, 403),
        ({"organisation": "societe-demo", "login": "marie", "role": "csr"}, 409),
    ]
    for body, expected in refused:
        assert (await world.post("/v1/accounts", body, lead)).status_code == expected
    taken_elsewhere = {"organisation": "societe-demo", "login": "other", "role": "csr"}
    assert (await world.post("/v1/accounts", taken_elsewhere, lead)).status_code == 201
    for action, expected in (("recover", 403), ("reopen", 403), ("change", 403)):
        body = {"role": "csr", "lead": True} if action == "change" else {}
        answer = await world.post(f"/v1/accounts/{mine.id}/{action}", body, lead)
        assert answer.status_code == expected
    assert (await world.post(f"/v1/accounts/{other.id}/close", None, lead)).status_code == 404
    assert (await world.post(f"/v1/accounts/{mine.id}/close", None, lead)).status_code == 200
    assert await status(world, mine) == 401
    assert await status(world, other) == 200


async def test_accounts_are_listed_page_by_page(world: World, admin: Person) -> None:
    made = {admin.id}
    for n in range(4):
        body = {"organisation": "societe-demo", "login": f"officer-{n}", "role": "csr"}
        made.add((await world.post("/v1/accounts", body, admin)).json()["id"])
    pages, after = [], ""
    while True:
        page = (await world.get(f"/v1/accounts?limit=2&after={after}", admin)).json()
        pages.append([one["id"] for one in page["accounts"]])
        after = page["next"]
        if after is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {one for page in pages for one in page} == made
    assert (await world.get("/v1/accounts?limit=0", admin)).status_code == 422


async def test_an_officer_manages_nobody(world: World, officer: Person) -> None:
    for path in ("/v1/accounts", f"/v1/accounts/{officer.id}", "/v1/credentials"):
        assert await status(world, officer, path) == 403
    body = {"organisation": "societe-demo", "login": "x-1", "role": "csr"}
    assert (await world.post("/v1/accounts", body, officer)).status_code == 403
    for path in (
        f"/v1/accounts/{officer.id}/close",
        f"/v1/accounts/{officer.id}/sign-out",
        "/v1/organisations/societe-demo/close",
    ):
        assert (await world.post(path, None, officer)).status_code == 403


@pytest.mark.parametrize(
    ("organisation", "role"),
    [
        ("societe-demo", "representative"),
        ("societe-demo", "administrator"),
        ("force-demo", "authority"),
        ("force-demo", "csr"),
        (None, "protection"),
        ("not-in-the-directory", "csr"),
    ],
)
async def test_a_role_must_go_with_its_organisation(
    world: World, admin: Person, organisation: str | None, role: str
) -> None:
    body = {"organisation": organisation, "login": "pierre", "role": role}
    answer = await world.post("/v1/accounts", body, admin)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_closing_an_account_ends_its_sessions_and_voids_all_it_knew(
    world: World, admin: Person, officer: Person
) -> None:
    closed = await world.post(f"/v1/accounts/{officer.id}/close", None, admin)
    assert (closed.json()["state"], closed.json()["secured"]) == ("closed", False)
    assert await status(world, officer) == 401
    for code in (world.code(officer), officer.recovery[0]):
        answer = await world.post("/v1/sign-in", world.sign_in_body(officer, code))
        assert answer.status_code == 401
    assert (await world.post(f"/v1/accounts/{officer.id}/close", None, admin)).status_code == 409
    kept = await world.database["accounts"].find_one({"_id": officer.id})
    assert kept is not None
    assert kept["secrets"] == {"login": officer.login}
    again = await world.post(f"/v1/accounts/{officer.id}/reopen", None, admin)
    old = await world.post("/v1/sign-in", world.sign_in_body(officer, world.code(officer)))
    assert old.status_code == 401
    await world.accept(officer, again.json()["invitation"])
    await world.secure(officer)
    assert await status(world, officer) == 200


async def test_a_sign_in_that_was_under_way_when_the_account_closed_opens_nothing(
    world: World, admin: Person, officer: Person
) -> None:
    """A session is of the account as it was when the passphrase was checked."""
    account = await world.identity.accounts.find(officer.id)
    assert account is not None
    await world.post(f"/v1/accounts/{officer.id}/close", None, admin)
    begun = await world.identity.sessions.begin(account)
    late = {"Authorization": f"Bearer {begun.token}"}
    assert await status(world, late) == 401
    again = await world.post(f"/v1/accounts/{officer.id}/reopen", None, admin)
    begun = await world.identity.sessions.begin(account)
    await world.accept(officer, again.json()["invitation"])
    assert await status(world, {"Authorization": f"Bearer {begun.token}"}) == 401


async def test_closing_an_organisation_ends_sessions_and_credentials_and_sign_ins(
    world: World, admin: Person, officer: Person
) -> None:
    credential = await issue(world, admin)
    other = await world.person(admin, "other", "cooperative-demo", "csr")
    path = "/v1/organisations/societe-demo"
    account = await world.identity.accounts.find(officer.id)
    assert account is not None
    assert (await world.post(f"{path}/close", None, admin)).status_code == 200
    assert await status(world, officer) == 401
    begun = await world.identity.sessions.begin(account)  # by a sign-in that was under way
    assert await status(world, {"Authorization": f"Bearer {begun.token}"}) == 401
    assert await status(world, credential) == 401
    assert await status(world, other) == 200
    answer = await world.post("/v1/sign-in", world.sign_in_body(officer, world.code(officer)))
    assert answer.status_code == 401
    body = {"organisation": "societe-demo", "login": "new", "role": "csr"}
    assert (await world.post("/v1/accounts", body, admin)).status_code == 409
    assert (await world.post(f"{path}/close", None, admin)).status_code == 409
    assert (await world.post(f"{path}/reopen", None, admin)).status_code == 200
    assert await status(world, officer) == 401
    await world.sign_in(officer)
    unknown = await world.post("/v1/organisations/nowhere/close", None, admin)
    assert unknown.status_code == 422


async def test_recovery_by_an_administrator_forces_a_new_passphrase(
    world: World, admin: Person, officer: Person
) -> None:
    """The second factor is asked for still, unless it was lost too; the history shows a notice."""
    path = f"/v1/accounts/{officer.id}/recover"
    first = (await world.post(path, {}, admin)).json()["invitation"]
    assert await status(world, officer) == 401
    old = await world.post("/v1/sign-in", world.sign_in_body(officer, world.code(officer)))
    assert old.status_code == 401
    kept = await world.database["accounts"].find_one({"_id": officer.id})
    assert kept is not None
    assert "passphrase" not in kept["secrets"]
    body = {**world.sign_in_body(officer, None), "invitation": first}
    assert (await world.post("/v1/sign-in/invitation", body)).status_code == 401
    await world.accept(officer, first, code=world.code(officer))
    assert await status(world, officer) == 200
    lost = (await world.post(path, {"second_factor_lost": True}, admin)).json()["invitation"]
    await world.accept(officer, lost)
    assert await status(world, officer) == 403
    await world.secure(officer)
    assert await status(world, officer) == 200
    history = (await world.get(f"/v1/accounts/{officer.id}/history", admin)).json()["events"]
    recovered = [one for one in history if one["type"] == "cf.recours.account.recovered.v1"]
    assert [one["by"] for one in recovered] == [admin.id] * 2


async def test_another_role_ends_the_sessions(world: World, admin: Person, officer: Person) -> None:
    path = f"/v1/accounts/{officer.id}/change"
    changed = await world.post(path, {"role": "csr", "lead": True}, admin)
    assert changed.json()["lead"] is True
    assert await status(world, officer) == 401
    await world.sign_in(officer)
    assert await status(world, officer, "/v1/accounts") == 200
    wrong = await world.post(path, {"role": "protection", "lead": False}, admin)
    assert wrong.status_code == 422


async def test_an_administrator_ends_somebodys_sessions(
    world: World, admin: Person, officer: Person
) -> None:
    gone = await world.post(f"/v1/accounts/{officer.id}/sign-out", None, admin)
    assert gone.status_code == 204
    assert await status(world, officer) == 401


async def test_the_last_administrator_stays(world: World, admin: Person) -> None:
    path = f"/v1/accounts/{admin.id}"
    assert (await world.post(f"{path}/close", None, admin)).status_code == 409
    body = {"role": "monitor", "lead": False}
    assert (await world.post(f"{path}/change", body, admin)).status_code == 409
    other = await world.administrator("second")
    assert (await world.post(f"{path}/close", None, other)).status_code == 200


async def issue(world: World, admin: Person, **changes: Any) -> dict[str, str]:
    """Issue a credential that reads the company's cases; return its header."""
    body = {
        "organisation": "societe-demo",
        "role": "csr",
        "scopes": ["cases.read"],
        "expires_at": (world.clock.now() + timedelta(days=30)).isoformat(),
        **changes,
    }
    answer = await world.post("/v1/credentials", body, admin)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['secret']}", "id": answer.json()["id"]}


async def test_a_credential_opens_what_its_scopes_say_until_it_expires(
    world: World, admin: Person
) -> None:
    await take_in(world.ledger, [cases.routed()])
    reader = await issue(world, admin)
    assert (await world.get(CASE, reader)).json()["reference"] == REFERENCE
    assert await status(world, reader, f"{CASE}/words") == 403
    assert (await world.post(f"{CASE}/acknowledge", None, reader)).status_code == 403
    assert await status(world, reader, "/v1/accounts") == 403
    writer = await issue(world, admin, scopes=["cases.command"])
    assert await status(world, writer, CASE) == 403
    assert (await world.post(f"{CASE}/acknowledge", None, writer)).status_code == 200
    world.clock.move(days=30)
    assert await status(world, reader) == 401


async def test_what_a_credential_cannot_be(world: World, admin: Person) -> None:
    soon = (world.clock.now() + timedelta(days=1)).isoformat()
    base = {"organisation": None, "role": "monitor", "scopes": ["cases.read"], "expires_at": soon}
    wrongs: list[dict[str, Any]] = [
        {"role": "administrator"},
        {"role": "csr"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_at": world.clock.now().isoformat()},
        {"expires_at": (world.clock.now() + timedelta(days=401)).isoformat()},
        {"expires_at": "2026-12-01T00:00:00"},
    ]
    for wrong in wrongs:
        answer = await world.post("/v1/credentials", {**base, **wrong}, admin)
        assert answer.status_code == 422, wrong


async def test_two_secrets_of_a_credential_serve_while_it_rotates(
    world: World, admin: Person
) -> None:
    first = await issue(world, admin)
    path = f"/v1/credentials/{first['id']}"
    fresh = await world.post(f"{path}/rotate", {"overlap_hours": 24}, admin)
    second = {"Authorization": f"Bearer {fresh.json()['secret']}"}
    assert [await status(world, one) for one in (first, second)] == [200, 200]
    world.clock.move(hours=24)
    await world.sign_in(admin)
    assert [await status(world, one) for one in (first, second)] == [401, 200]
    listed = await world.get("/v1/credentials", admin)
    assert [one["id"] for one in listed.json()["credentials"]] == [first["id"]]
    assert "secret" not in listed.text
    assert "rk_" not in repr(await world.database["account_credentials"].find({}).to_list(None))
    assert (await world.post(f"{path}/revoke", None, admin)).json()["revoked"] is True
    assert await status(world, second) == 401
    assert (await world.post(f"{path}/rotate", {}, admin)).status_code == 409
    assert (await world.post("/v1/credentials/nobody/revoke", None, admin)).status_code == 404


async def test_a_repeat_by_the_same_key_is_refused_and_two_at_once_are_one(
    world: World, admin: Person, officer: Person
) -> None:
    """Events have derived ids and one place each in their stream."""
    path, headers = f"/v1/accounts/{officer.id}/sign-out", {**admin.header, "Idempotency-Key": "k"}
    answers = [await world.post(path, None, headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 409]
    body = {"organisation": "societe-demo", "login": "pierre", "role": "csr"}
    both = await asyncio.gather(*(world.post("/v1/accounts", body, admin) for _ in range(4)))
    assert sorted(answer.status_code for answer in both) == [201, 409, 409, 409]
    account = next(answer.json()["id"] for answer in both if answer.status_code == 201)
    assert len(await world.identity.accounts.history(account)) == 1


async def test_what_a_crash_left_behind_is_brought_up_to_date(
    world: World, admin: Person, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the event and its document: the account is closed after the restart."""

    async def killed(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(world.identity.accounts, "_follow", killed)
        with pytest.raises(ConnectionAbortedError):
            await world.post(f"/v1/accounts/{officer.id}/close", None, admin)
    assert await status(world, officer) == 200
    await identity_on(world.database, world.clock).ensure_indexes()
    assert await status(world, officer) == 401
    stored = await world.database["account_events"].find({}).to_list(None)
    assert not [document for document in stored if "aside" in document]


async def test_the_operator_makes_another_administrator_only_when_told_so(world: World) -> None:
    made = await manage.first_administrator(world.identity, "chef", another=False)
    assert made.account.state.role == "administrator"
    answer = await world.post("/internal/administrators", {"login": "zwei"}, OPERATOR)
    assert answer.status_code == 409
