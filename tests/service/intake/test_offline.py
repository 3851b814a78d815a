"""What a telephone keeps to write without a network, and what it sends when the network is back."""

import gzip
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from services.intake.web.leaving import MADE
from tests.service.intake.pages import WORDS, Fields, count, press, receipt_of, until_check

NUMBER = "0123456789abcdef0123456789abcdef"
DRAFT = {
    "lang": "fr",
    "nonce": NUMBER,
    "danger": "no",
    "group": "land",
    "words": WORDS,
    "site": "doungoubou-demo",
    "reply": "sms",
    "phone": "70 00 00 01",
}


async def kept(client: AsyncClient) -> dict[str, Any]:
    """Return what the worker keeps."""
    worker = await client.get("/hors-ligne.js")
    [listed] = re.findall(r"^const KEPT = (.*);$", worker.text, re.MULTILINE)
    found: dict[str, Any] = json.loads(listed)
    return found


def names(html: str) -> set[str]:
    """Return the names of the fields that a page asks for."""
    tags = Fields(html).tags
    return {given["name"] for tag, given in tags if "name" in given and tag != "meta"}


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_one_page_asks_for_all_that_the_form_asks_for(
    client: AsyncClient, language: str
) -> None:
    page = await client.get("/hors-ligne", params={"langue": language})
    assert f'<html lang="{language}">' in page.text
    stepwise = set().union(*(names(step.text) for step in await until_check(client, language)))
    # Left out: what moves between pages, and the finer choice, which a person makes at triage.
    left_out = {"at", "go", "danger_go", "nonce", MADE, "category"}
    assert names(page.text) == (stepwise | {"danger"}) - left_out


async def test_what_was_kept_is_filed_once_however_often_it_is_sent(
    app: FastAPI, client: AsyncClient
) -> None:
    first = await client.post("/hors-ligne", data=DRAFT)
    again = await client.post("/hors-ligne", data=DRAFT)
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "no-store"
    assert {name: first.json()[name] for name in ("reference", "code")} == {
        name: again.json()[name] for name in ("reference", "code")
    }
    assert await count(app) == 1
    [event] = await app.state.parts.db["events"].find({}).to_list(None)
    assert (event["data"]["channel"], event["data"]["site"]) == ("web", "doungoubou-demo")
    case = await client.post("/suivi", data=first.json())
    assert "Le chemin jusqu’ici" in case.text
    other = await client.post("/hors-ligne", data=DRAFT | {"words": "autre chose"})
    assert other.status_code == 409
    assert "déjà été envoyée" in other.json()["reason"]
    assert await count(app) == 1


async def test_what_the_form_had_sent_already_gets_the_same_receipt(
    app: FastAPI, client: AsyncClient
) -> None:
    """The network may go away after the form was taken and before its receipt came."""
    check = (await until_check(client))[-1]
    receipt = await press(client, check, go="send")
    fields: dict[str, list[str]] = {}
    for name, value in Fields(check.text).sent:
        fields.setdefault(name, []).append(value)
    again = await client.post("/hors-ligne", data=fields)
    assert (again.json()["reference"], again.json()["code"]) == receipt_of(receipt)
    assert await count(app) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"words": " ", "group": "unknown"}, "racontez"),
        ({"words": "é" * 5_001}, "trop long"),
        ({"nonce": ""}, "racontez"),
        ({"nonce": "1"}, "racontez"),
    ],
)
async def test_what_cannot_be_filed_is_refused_in_words(
    app: FastAPI, client: AsyncClient, change: dict[str, str], reason: str
) -> None:
    refused = await client.post("/hors-ligne", data=DRAFT | change)
    assert refused.status_code == 422
    assert reason in refused.json()["reason"]
    assert await count(app) == 0


async def test_the_worker_keeps_the_page_for_writing_and_what_it_needs_alone(
    client: AsyncClient,
) -> None:
    listed = await kept(client)
    assert listed["pages"] == {"fr": "/hors-ligne?langue=fr", "en": "/hors-ligne?langue=en"}
    assert {address.partition("?")[0] for address in listed["files"]} == {
        f"/public/{name}" for name in ("style.css", "icons.svg", "page.js", "offline.js")
    }
    page = await client.get(listed["pages"]["fr"])
    needed = {
        given.get("href" if tag == "link" else "src", "").partition("#")[0]
        for tag, given in Fields(page.text).tags
        if tag in ("link", "script")
    }
    assert needed - {"data:,"} <= set(listed["files"])
    assert MADE not in dict(Fields(page.text).sent)


async def test_a_browser_asks_for_another_worker_only_when_something_changed(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await client.get("/hors-ligne.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert "unsafe" not in worker.headers["content-security-policy"]
    same = await client.get("/hors-ligne.js", headers={"If-None-Match": worker.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    before = (await kept(client))["name"]
    source = app.state.parts.handlers._policy
    monkeypatch.setattr(source, "_current", replace(source.current, version="p-123456789012"))
    assert (await kept(client))["name"] != before
    again = await client.get("/hors-ligne.js", headers={"If-None-Match": worker.headers["etag"]})
    assert again.status_code == 200


async def test_a_first_visit_with_all_that_is_kept_weighs_little(client: AsyncClient) -> None:
    listed = await kept(client)
    addresses = ["/", "/hors-ligne.js", *listed["pages"].values(), *listed["files"]]
    pages = [await client.get(address) for address in addresses]
    assert all(page.status_code == 200 for page in pages)
    weight = sum(len(gzip.compress(page.content, 6)) for page in pages)
    assert weight <= 25 * 1024, weight
