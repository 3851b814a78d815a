"""Sessions: how long they hold, what ends them, and what they open."""

from typing import Any

import pytest

from services.ledger.accounts.identity import Identity
from services.ledger.accounts.sign_in import change_passphrase
from shared.access import issue_token, read_token
from shared.errors import Unauthorized
from tests.service.ledger.accounts.world import (
    OPERATOR,
    PASSPHRASE,
    TOKEN_KEY,
    Person,
    World,
    identity_on,
)

NEW = "quarante chaises bleues"


async def holds(world: World, token: str) -> bool:
    """Tell whether a token opens the cases."""
    answer = await world.get("/v1/cases", {"Authorization": f"Bearer {token}"})
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def test_a_session_ends_when_it_is_not_used_for_an_hour(
    world: World, officer: Person
) -> None:
    for _ in range(3):
        world.clock.move(minutes=59)
        assert await holds(world, officer.token)
    world.clock.move(minutes=60)
    assert not await holds(world, officer.token)
    world.clock.move(minutes=-5)
    assert not await holds(world, officer.token)


async def test_a_session_ends_after_twelve_hours_however_it_is_used(
    world: World, officer: Person
) -> None:
    for _ in range(14):
        world.clock.move(minutes=50)
        assert await holds(world, officer.token)
    world.clock.move(minutes=20)
    assert not await holds(world, officer.token)


async def test_a_restricted_session_ends_after_a_quarter_of_an_hour(
    world: World, admin: Person
) -> None:
    body = {"organisation": "societe-demo", "login": "pierre", "role": "csr"}
    made = (await world.post("/v1/accounts", body, admin)).json()
    pierre = Person(made["id"], "pierre", "societe-demo")
    await world.accept(pierre, made["invitation"])
    world.clock.move(minutes=15)
    assert (await world.post("/v1/session/second-factor", {}, pierre)).status_code == 401


async def test_each_sign_in_has_its_own_token_and_leaving_ends_only_it(
    world: World, officer: Person
) -> None:
    first = officer.token
    await world.sign_in(officer)
    second = officer.token
    assert first != second
    gone = await world.http.delete("/v1/session", headers=officer.header)
    assert gone.status_code == 204
    assert [await holds(world, token) for token in (first, second)] == [True, False]


async def test_leaving_everywhere_ends_all(world: World, officer: Person) -> None:
    first = officer.token
    await world.sign_in(officer)
    gone = await world.http.delete("/v1/sessions", headers=officer.header)
    assert gone.status_code == 204
    assert [await holds(world, token) for token in (first, officer.token)] == [False, False]
    await world.sign_in(officer)
    assert await holds(world, officer.token)


async def test_another_passphrase_ends_all_and_begins_a_new_session(
    world: World, officer: Person
) -> None:
    """It takes the present passphrase and a code; the new one must be good and another."""
    first = officer.token
    await world.sign_in(officer)
    second = officer.token
    path, code = "/v1/session/passphrase", None
    wrongs: list[tuple[dict[str, Any], int]] = [
        ({"current": "treize pirogues rouges", "new": NEW}, 401),
        ({"current": PASSPHRASE, "new": NEW}, 401),
        ({"current": PASSPHRASE, "new": NEW, "code": "000000"}, 401),
        ({"current": PASSPHRASE, "new": "motdepasse2026"}, 422),
        ({"current": PASSPHRASE, "new": PASSPHRASE}, 422),
    ]
    for body, status in wrongs:
        assert (await world.post(path, body, officer)).status_code == status
        world.clock.move(minutes=15)
    code = world.code(officer)
    done = await world.post(path, {"current": PASSPHRASE, "new": NEW, "code": code}, officer)
    assert done.status_code == 200
    third = done.json()["token"]
    assert [await holds(world, token) for token in (first, second, third)] == [False, False, True]
    old = await world.post("/v1/sign-in", world.sign_in_body(officer, world.code(officer)))
    assert old.status_code == 401
    officer.passphrase = NEW
    await world.sign_in(officer)


async def test_a_change_that_was_under_way_when_the_sessions_ended_is_refused(
    world: World, admin: Person, officer: Person
) -> None:
    """Whoever holds a stolen session cannot be faster than the one who ends it."""
    signed = await world.identity.signed_in(officer.token)
    await world.post(f"/v1/accounts/{officer.id}/sign-out", None, admin)
    code = officer.recovery[0]
    with pytest.raises(Unauthorized):
        await change_passphrase(world.identity, signed, PASSPHRASE, NEW, code, "here")
    await world.sign_in(officer)


async def test_guessing_the_present_passphrase_from_a_session_is_limited(
    world: World, officer: Person
) -> None:
    body = {"current": "treize pirogues rouges", "new": NEW}
    answers = [await world.post("/v1/session/passphrase", body, officer) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_a_new_second_factor_takes_the_one_before(world: World, officer: Person) -> None:
    """A stolen session is not enough to move the second factor to another phone."""
    path, first = "/v1/session/second-factor", officer.token
    for body in ({}, {"code": "000000"}):
        assert (await world.post(path, body, officer)).status_code == 401
    confirm = {"code": world.code(officer)}
    assert (await world.post(f"{path}/confirm", confirm, officer)).status_code == 409
    begun = await world.post(path, {"code": world.code(officer)}, officer)
    assert begun.status_code == 200
    wrong = await world.post(f"{path}/confirm", {"code": world.code(officer)}, officer)
    assert wrong.status_code == 422
    before, officer.secret = officer.recovery, begun.json()["secret"]
    done = await world.post(f"{path}/confirm", {"code": world.code(officer)}, officer)
    assert done.status_code == 200
    officer.token = done.json()["token"]
    assert [await holds(world, token) for token in (first, officer.token)] == [False, True]
    used = await world.post("/v1/sign-in", world.sign_in_body(officer, before[0]))
    assert used.status_code == 401


async def test_a_pass_for_the_other_services_is_a_signed_token_of_one_minute(
    world: World, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await world.post("/v1/session/token", None, officer)
    caller = read_token(TOKEN_KEY, answer.json()["token"])
    assert (caller.sub, caller.role, caller.organisation) == (officer.id, "csr", "societe-demo")
    later = __import__("time").time() + 61
    monkeypatch.setattr("shared.access.real_time", lambda: later)
    assert not await holds(world, answer.json()["token"])


async def test_signed_tokens_go_on_to_work_but_not_for_a_closed_organisation(
    world: World, admin: Person
) -> None:
    def token(organisation: str) -> str:
        return issue_token(TOKEN_KEY, sub="program", role="csr", organisation=organisation)

    assert await holds(world, token("societe-demo"))
    assert await holds(world, token("not-in-the-directory"))
    assert not await holds(world, token("fermee-demo"))
    closed = await world.post("/v1/organisations/societe-demo/close", None, admin)
    assert closed.json() == {"organisation": "societe-demo", "open": False}
    assert not await holds(world, token("societe-demo"))
    assert await holds(world, token("cooperative-demo"))
    elsewhere = identity_on(world.database, world.clock)
    assert not await elsewhere.closed.has("cooperative-demo")
    await world.post("/v1/organisations/cooperative-demo/close", None, admin)
    world.clock.move(seconds=1)
    assert await elsewhere.closed.has("cooperative-demo")


async def test_sessions_hold_over_processes_and_not_with_another_key(
    world: World, officer: Person
) -> None:
    """Another process on the same store knows the session; its token alone is not in the store."""
    other: Identity = identity_on(world.database, world.clock)
    signed = await other.signed_in(officer.token)
    assert signed.account.id == officer.id
    documents = await world.identity.sessions.collection.find({}).to_list(None)
    for document in documents:
        stolen = {"Authorization": f"Bearer rs_{document['_id']}"}
        assert (await world.get("/v1/session", stolen)).status_code == 401


async def test_a_session_is_no_operator_and_the_operator_no_session(
    world: World, admin: Person
) -> None:
    assert (await world.get("/internal/verify", admin)).status_code == 401
    assert (await world.get("/v1/accounts", OPERATOR)).status_code == 401


async def test_what_is_over_is_swept(world: World, officer: Person) -> None:
    world.clock.move(hours=13)
    await world.identity.sessions.purge()
    await world.identity.throttle.purge()
    assert await world.identity.sessions.collection.count_documents({}) == 0
    assert await world.identity.throttle.collection.count_documents({}) == 0
