"""Signing in by an organisation's own provider, against a real small one."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.ledger.accounts.openid import OpenId
from tests.service.ledger.accounts.provider import (
    CLIENT,
    PATH,
    REDIRECT,
    SECRET,
    Provider,
    other_keys,
    sent_back,
)
from tests.service.ledger.accounts.world import Person, World

START = {"organisation": "societe-demo"}


async def go_there(world: World) -> dict[str, str]:
    """Begin a sign-in, visit the provider, and return what the browser comes back with."""
    started = await world.post("/v1/sign-in/openid", START)
    assert started.status_code == 200, started.text
    async with httpx.AsyncClient(trust_env=False) as browser:
        visited = await browser.get(started.json()["url"])
    code, state = sent_back(visited.headers["location"])
    return {"code": code, "state": state, "binding": started.json()["binding"]}


async def finish(world: World, back: dict[str, Any]) -> httpx.Response:
    """Finish a sign-in."""
    await world.identity.throttle.collection.delete_many({})
    return await world.post("/v1/sign-in/openid/complete", back)


async def test_role_and_organisation_come_from_the_account_and_never_from_the_token(
    world: World, marie: Person, provider: Provider
) -> None:
    """The provider says administrator of another organisation: it changes nothing."""
    answer = await finish(world, await go_there(world))
    assert answer.status_code == 200, answer.text
    marie.token = answer.json()["token"]
    who = (await world.get("/v1/session", marie)).json()
    assert (who["account"], who["role"], who["organisation"], who["must"]) == (
        marie.id,
        "csr",
        "societe-demo",
        None,
    )
    assert (await world.get("/v1/cases", marie)).status_code == 200
    assert (await world.get("/v1/accounts", marie)).status_code == 403
    assert (await finish(world, await go_there(world))).status_code == 200


async def test_the_request_has_state_nonce_and_challenge_and_the_redirect_of_the_settings(
    world: World, marie: Person
) -> None:
    urls = [(await world.post("/v1/sign-in/openid", START)).json()["url"] for _ in range(2)]
    first, second = [parse_qs(urlsplit(url).query) for url in urls]
    assert first["redirect_uri"] == [REDIRECT]
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]
    stored = repr(await world.database["account_flows"].find({}).to_list(None))
    assert first["state"][0] not in stored


async def test_a_return_serves_once_in_time_and_in_the_browser_that_began(
    world: World, marie: Person, provider: Provider
) -> None:
    back = await go_there(world)
    other = await go_there(world)
    stolen = await finish(world, {**back, "binding": other["binding"]})
    assert stolen.status_code == 401
    assert (await finish(world, back)).status_code == 401
    crossed = await finish(world, {**other, "code": back["code"]})
    assert crossed.status_code == 401
    late = await go_there(world)
    world.clock.move(minutes=10)
    provider.now = world.clock.now().timestamp()
    assert (await finish(world, late)).status_code == 401
    provider.now = world.clock.now().timestamp()
    twice = await go_there(world)
    both = await asyncio.gather(*(finish(world, twice) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 401]
    junks: list[dict[str, Any]] = [{}, {**twice, "state": 5}, {**twice, "extra": "x"}]
    for junk in junks:
        assert (await finish(world, junk)).status_code == 422


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": 1},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": "somebody@else.example"},
        {"email": "not an e-mail"},
    ],
    ids=str,
)
async def test_a_token_that_is_not_right_opens_nothing(
    world: World, marie: Person, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    answer = await finish(world, await go_there(world))
    assert answer.status_code == 401
    wrong = await world.post("/v1/sign-in", world.sign_in_body(marie, None))
    assert answer.json() == wrong.json()


@pytest.mark.parametrize("name", ["another key", "the client's secret", "another kind of key"])
async def test_a_token_that_others_signed_opens_nothing(
    world: World, marie: Person, provider: Provider, name: str
) -> None:
    """Also by an algorithm for which the client's own secret, or the public key, would do."""
    provider.algorithm, provider.signing = other_keys()[name]
    assert (await finish(world, await go_there(world))).status_code == 401
    assert provider.exchanged == 1


async def test_a_symmetric_key_among_the_published_ones_is_not_taken(
    world: World, marie: Person, provider: Provider
) -> None:
    provider.algorithm, provider.signing = other_keys()["the client's secret"]
    provider.published = {"keys": [provider.signing.as_dict(private=True)]}
    assert (await finish(world, await go_there(world))).status_code == 401


async def test_unsigned_tokens_and_rubbish_open_nothing(
    world: World, marie: Person, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rubbish in ("", "x.y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "é"):
        monkeypatch.setattr(Provider, "token", lambda *_, text=rubbish: text)
        assert (await finish(world, await go_there(world))).status_code == 401
    monkeypatch.undo()
    spoiled: list[dict[str, Any]] = [
        {"keys": "x"},
        {"keys": []},
        {"none": 1},
        {"keys": [{"kty": "RSA"}]},
    ]
    for keys in spoiled:
        provider.published = keys
        assert (await finish(world, await go_there(world))).status_code == 401


async def test_an_account_stays_bound_to_the_first_person_the_provider_named(
    world: World, admin: Person, marie: Person, provider: Provider
) -> None:
    """Somebody else who gets the same e-mail later is not the same person, until recovery."""
    assert (await finish(world, await go_there(world))).status_code == 200
    provider.subject = "somebody-else"
    assert (await finish(world, await go_there(world))).status_code == 401
    await world.post(f"/v1/accounts/{marie.id}/recover", {}, admin)
    assert (await finish(world, await go_there(world))).status_code == 200


async def test_a_provider_speaks_for_its_own_organisation_alone(
    world: World, admin: Person, openid: OpenId, provider: Provider
) -> None:
    """The same e-mail in another organisation, and an administrator's, stay out of its reach."""
    for organisation, role in (("cooperative-demo", "csr"), (None, "administrator")):
        body = {"organisation": organisation, "login": "marie@societe.example", "role": role}
        assert (await world.post("/v1/accounts", body, admin)).status_code == 201
    assert (await finish(world, await go_there(world))).status_code == 401
    other = await world.post("/v1/sign-in/openid", {"organisation": "cooperative-demo"})
    assert other.status_code == 404
    nobody = await world.post("/v1/sign-in/openid", {"organisation": "not-in-the-directory"})
    assert nobody.json() == other.json()


async def test_closed_accounts_and_organisations_stay_closed(
    world: World, admin: Person, marie: Person
) -> None:
    back = await go_there(world)
    assert (await finish(world, back)).status_code == 200
    await world.post(f"/v1/accounts/{marie.id}/close", None, admin)
    assert (await finish(world, await go_there(world))).status_code == 401
    await world.post(f"/v1/accounts/{marie.id}/reopen", None, admin)
    assert (await finish(world, await go_there(world))).status_code == 200
    await world.post("/v1/organisations/societe-demo/close", None, admin)
    assert (await finish(world, await go_there(world))).status_code == 401


async def test_a_passphrase_still_takes_a_second_factor_when_a_provider_is_linked(
    world: World, admin: Person, marie: Person
) -> None:
    """The provider's second factor is not that of the passphrase."""
    assert (await finish(world, await go_there(world))).status_code == 200
    path = f"/v1/accounts/{marie.id}/recover"
    await world.accept(marie, (await world.post(path, {}, admin)).json()["invitation"])
    assert (await finish(world, await go_there(world))).status_code == 200
    answer = await world.post("/v1/sign-in", world.sign_in_body(marie, None))
    assert answer.json()["must"] == "second-factor"


async def test_only_an_administrator_sets_a_provider_and_only_a_safe_one(
    world: World, admin: Person, openid: OpenId, provider: Provider
) -> None:
    lead = await world.person(admin, "lead", "societe-demo", "csr", lead=True)
    body = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    assert (await world.http.put(PATH, json=body, headers=lead.header)).status_code == 403
    for issuer in ("http://provider.example", "ftp://x.example", "https://", "https://a@b.example"):
        wrong = {**body, "issuer": issuer}
        answer = await world.http.put(PATH, json=wrong, headers=admin.header)
        assert answer.status_code == 422, issuer
    stored = repr(await world.database["account_organisations"].find({}).to_list(None))
    assert SECRET not in stored
    gone = await world.http.delete(PATH, headers=admin.header)
    assert gone.status_code == 204
    assert (await world.post("/v1/sign-in/openid", START)).status_code == 404


async def test_a_provider_that_is_wrong_or_away_is_told_apart_from_a_wrong_person(
    world: World, marie: Person, provider: Provider, admin: Person
) -> None:
    for spoiled in (
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
    ):
        provider.discovery = spoiled
        assert (await world.post("/v1/sign-in/openid", START)).status_code == 409
    body = {"issuer": "http://127.0.0.1:1", "client_id": CLIENT, "client_secret": SECRET}
    await world.http.put(PATH, json=body, headers=admin.header)
    away = await world.post("/v1/sign-in/openid", START)
    assert away.status_code == 503
    assert away.headers["retry-after"]


async def test_flows_that_nobody_finished_are_swept(world: World, openid: OpenId) -> None:
    await world.post("/v1/sign-in/openid", START)
    world.clock.move(minutes=11)
    await openid.purge()
    assert await openid.flows.count_documents({}) == 0
