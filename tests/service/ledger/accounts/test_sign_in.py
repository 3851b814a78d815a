"""Signing in: what is asked, what is told, how often one may try, what can be used twice."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.ledger.accounts.hashing import Hasher
from shared.errors import TransientError
from tests.service.ledger.accounts.world import OPERATOR, PASSPHRASE, Person, World

WRONG = "treize pirogues rouges"


def told(answer: httpx.Response) -> Any:
    """Return all that an answer tells."""
    return answer.status_code, answer.json(), answer.headers.get("www-authenticate")


async def test_a_person_comes_in_by_invitation_passphrase_and_second_factor(
    world: World, admin: Person
) -> None:
    """Until the second factor is there, nothing else can be done."""
    body = {"organisation": "societe-demo", "login": "Marie@Societe.example", "role": "csr"}
    made = await world.post("/v1/accounts", body, admin)
    assert made.status_code == 201
    assert made.json()["login"] == "marie@societe.example"
    assert made.headers["cache-control"] == "no-store"
    marie = Person(made.json()["id"], "marie@societe.example", "societe-demo")
    await world.accept(marie, made.json()["invitation"])
    who = (await world.get("/v1/session", marie)).json()
    assert (who["role"], who["must"]) == ("csr", "second-factor")
    for refused in (
        await world.get("/v1/cases", marie),
        await world.post("/v1/session/token", None, marie),
    ):
        assert refused.status_code == 403
        assert refused.json()["must"] == "second-factor"
    restricted = marie.token
    await world.secure(marie)
    assert len(set(marie.recovery)) == 10
    assert (await world.get("/v1/cases", marie)).json() == {"cases": [], "next": None}
    assert (await world.get("/v1/session", marie)).json()["account"] == marie.id
    old = {"Authorization": f"Bearer {restricted}"}
    assert (await world.get("/v1/session", old)).status_code == 401


async def test_every_wrong_sign_in_is_told_the_same(world: World, officer: Person) -> None:
    """No account, wrong passphrase, wrong code, no code, other organisation, closed: one answer."""
    right = world.sign_in_body(officer, world.code(officer))
    wrongs = [
        {**right, "login": "nobody@societe.example"},
        {**right, "login": "not a login"},
        {**right, "passphrase": WRONG},
        {**right, "code": "000000"},
        {**right, "code": None},
        {**right, "code": "aaaaa-aaaaa"},
        {**right, "organisation": "cooperative-demo"},
        {**right, "organisation": "not-in-the-directory"},
        {**right, "organisation": None},
    ]
    answers = []
    for wrong in wrongs:
        answers.append(told(await world.post("/v1/sign-in", wrong)))
        await world.identity.throttle.collection.delete_many({})
    assert answers[0][0] == 401
    assert all(answer == answers[0] for answer in answers)
    invited = {**right, "invitation": "x" * 32}
    assert told(await world.post("/v1/sign-in/invitation", invited)) == answers[0]
    unknown = {**invited, "login": "nobody"}
    assert told(await world.post("/v1/sign-in/invitation", unknown)) == answers[0]


async def test_the_same_work_is_done_whether_the_account_exists_or_not(
    world: World, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash is computed for everybody: answers to wrong passphrases differ in nothing."""
    seen: list[str] = []
    check = Hasher._check

    def watched(self: Hasher, hashed: str, passphrase: str) -> bool:
        seen.append(hashed)
        return check(self, hashed, passphrase)

    monkeypatch.setattr(Hasher, "_check", watched)
    right = world.sign_in_body(officer, None)
    for login in (officer.login, "nobody@societe.example", "not a login"):
        await world.post("/v1/sign-in", {**right, "login": login, "passphrase": WRONG})
    assert len(seen) == 3
    assert all(hashed.startswith("$argon2id$") for hashed in seen)
    costs = {hashed.split("$")[3] for hashed in seen}
    assert len(costs) == 1


async def test_a_code_of_the_second_factor_serves_once(world: World, officer: Person) -> None:
    """Also when two use it at the same moment, and an earlier one than the last is refused."""
    earlier, code = world.code(officer), world.code(officer)
    both = await asyncio.gather(
        *(world.post("/v1/sign-in", world.sign_in_body(officer, code)) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in both) == [200, 401]
    again = await world.post("/v1/sign-in", world.sign_in_body(officer, code))
    assert again.status_code == 401
    before = await world.post("/v1/sign-in", world.sign_in_body(officer, earlier))
    assert before.status_code == 401
    await world.sign_in(officer)


async def test_the_code_that_set_the_factor_up_does_not_sign_in(
    world: World, officer: Person
) -> None:
    world.clock.move(seconds=-30)
    used = world.sign_in_body(officer, world.code(officer))
    assert (await world.post("/v1/sign-in", used)).status_code == 401


async def test_a_recovery_code_serves_once(world: World, officer: Person) -> None:
    """However it is copied, and by one of two who use it at the same moment."""
    code = f" {officer.recovery[0].upper()}"
    both = await asyncio.gather(
        *(world.post("/v1/sign-in", world.sign_in_body(officer, code)) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in both) == [200, 401]
    assert (await world.post("/v1/sign-in", world.sign_in_body(officer, code))).status_code == 401
    other = world.sign_in_body(officer, officer.recovery[1])
    assert (await world.post("/v1/sign-in", other)).status_code == 200


async def test_tries_are_limited_for_an_account_that_exists_or_not(
    world: World, officer: Person
) -> None:
    """429 with the time to wait; the right passphrase does not help before it is over."""
    for login in (officer.login, "nobody@societe.example"):
        body = {**world.sign_in_body(officer, None), "login": login, "passphrase": WRONG}
        answers = [await world.post("/v1/sign-in", body) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
        assert 0 < int(answers[-1].headers["retry-after"]) <= 900
        assert answers[-1].headers["content-type"] == "application/problem+json"
    right = world.sign_in_body(officer, world.code(officer))
    assert (await world.post("/v1/sign-in", right)).status_code == 429
    world.clock.move(minutes=15)
    await world.sign_in(officer)


async def test_many_tries_at_once_are_counted_one_by_one(world: World, officer: Person) -> None:
    """The count is taken before the passphrase is looked at."""
    body = {**world.sign_in_body(officer, None), "passphrase": WRONG}
    answers = await asyncio.gather(*(world.post("/v1/sign-in", body) for _ in range(15)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 10


async def test_tries_from_one_address_are_limited_over_all_accounts(world: World) -> None:
    base = {"organisation": "societe-demo", "passphrase": WRONG}
    answers = [
        await world.post("/v1/sign-in", {**base, "login": f"officer-{n}"}) for n in range(22)
    ]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 2


async def test_a_right_sign_in_begins_the_count_anew(world: World, officer: Person) -> None:
    wrong = {**world.sign_in_body(officer, None), "passphrase": WRONG}
    for _ in range(2):
        for _ in range(4):
            assert (await world.post("/v1/sign-in", wrong)).status_code == 401
        await world.sign_in(officer)


async def test_an_invitation_serves_once_in_time_and_for_its_account(
    world: World, admin: Person
) -> None:
    made = (
        await world.post(
            "/v1/accounts",
            {"organisation": "societe-demo", "login": "pierre", "role": "csr"},
            admin,
        )
    ).json()
    pierre = Person(made["id"], "pierre", "societe-demo")
    body = {**world.sign_in_body(pierre, None), "invitation": made["invitation"]}
    weak = await world.post("/v1/sign-in/invitation", {**body, "passphrase": "motdepasse2026"})
    assert weak.status_code == 422
    assert weak.json()["errors"][0]["field"] == "passphrase"
    assert "motdepasse2026" not in weak.text
    other = {**body, "login": "admin", "organisation": None}
    assert (await world.post("/v1/sign-in/invitation", other)).status_code == 401
    both = await asyncio.gather(*(world.post("/v1/sign-in/invitation", body) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 401]
    assert (await world.post("/v1/sign-in/invitation", body)).status_code == 401
    late = (
        await world.post(
            "/v1/accounts", {"organisation": "societe-demo", "login": "paul", "role": "csr"}, admin
        )
    ).json()
    world.clock.move(hours=72)
    body = {**body, "login": "paul", "invitation": late["invitation"]}
    assert (await world.post("/v1/sign-in/invitation", body)).status_code == 401


async def test_junk_is_answered_with_a_problem_and_never_quoted(world: World) -> None:
    """Whatever is sent, the answer is a clear 4xx without what was sent."""
    base = {"organisation": None, "login": "somebody", "passphrase": "canary-passphrase"}
    for junk in (
        {},
        {**base, "extra": "canary"},
        {**base, "passphrase": 5},
        {**base, "passphrase": "canary" * 100},
        {**base, "login": "canary" * 100},
        {**base, "code": "canary" * 100},
        {**base, "organisation": ["canary"]},
        {**base, "login": {"$ne": "canary"}},
    ):
        answer = await world.post("/v1/sign-in", junk)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "canary" not in answer.text
    headers = {"content-type": "application/json"}
    odd = rb'{"login": "\ud800\u0000ab", "passphrase": "\udfff$$"}'
    answer = await world.http.post("/v1/sign-in", content=odd, headers=headers)
    assert answer.status_code in (401, 422)
    for token in ("rs_", "rs_x", "rk_", "rk_.", "rk_x.y", "rs_\u00e9"):
        header = {b"Authorization": f"Bearer {token}".encode("latin-1")}
        answer = await world.http.get("/v1/cases", headers=header)
        assert answer.status_code == 401


async def test_secrets_are_nowhere_in_the_store_or_the_logs(
    world: World, officer: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tokens, passphrases, codes and seeds are hashed or sealed; events carry no login either."""
    await world.sign_in(officer)
    secrets = [officer.token, officer.passphrase, officer.secret, *officer.recovery]
    for name in await world.database.list_collection_names():
        stored = repr(await world.database[name].find({}).to_list(None))
        assert not [secret for secret in secrets if secret in stored], name
        if name == "account_events":
            assert officer.login not in stored
            assert "argon2" not in stored
            assert "aside" not in stored
    printed = capsys.readouterr()
    assert not [secret for secret in secrets if secret in printed.out + printed.err]


async def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(
    world: World, officer: Person
) -> None:
    """Else its check would take another time than that for nobody, and tell who has an account."""
    first = officer.token
    dearer = Hasher(memory=128, rounds=1)
    world.ledger.identity = replace(world.identity, hasher=dearer)
    before = await world.identity.accounts.find(officer.id)
    await world.sign_in(officer)
    after = await world.identity.accounts.find(officer.id)
    assert before is not None
    assert after is not None
    assert dearer.outdated(before.secrets["passphrase"])
    assert not dearer.outdated(after.secrets["passphrase"])
    for token in (first, officer.token):
        header = {"Authorization": f"Bearer {token}"}
        assert (await world.get("/v1/cases", header)).status_code == 200
    await world.sign_in(officer)
    assert len(await world.identity.accounts.history(officer.id)) == after.version


async def test_too_many_who_wait_for_a_hash_are_told_to_come_back(world: World) -> None:
    """Hashes run in threads, two at once; a bounded number waits, the loop goes on."""
    hasher = Hasher(memory=64, rounds=1, waiting=3)
    results = await asyncio.gather(
        *(hasher.verify(None, PASSPHRASE) for _ in range(6)), return_exceptions=True
    )
    assert results[:3] == [False] * 3
    assert all(isinstance(one, TransientError) for one in results[3:])
    assert await hasher.verify(await hasher.hash(PASSPHRASE), PASSPHRASE)


async def test_the_first_administrator_is_made_by_the_operator_alone(world: World) -> None:
    body = {"login": "chef"}
    assert (await world.post("/internal/administrators", body)).status_code == 401
    made = await world.post("/internal/administrators", body, OPERATOR)
    assert made.status_code == 201
    assert made.json()["role"] == "administrator"
    again = await world.post("/internal/administrators", {"login": "second"}, OPERATOR)
    assert again.status_code == 409
    told_so = {"login": "second", "another": True}
    assert (await world.post("/internal/administrators", told_so, OPERATOR)).status_code == 201
    assert json.dumps(made.json()).count("passphrase") == 0
