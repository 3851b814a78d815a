"""The public pages on the real application, followed as a browser without scripts does."""

import gzip
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from tests.service.intake.running_intake import browser, running_intake

WORDS = "L'engin a détruit mon manioc <script>alert(1)</script> & 2 hectares"
CHOICES = {
    "danger": {"danger_go": "no"},
    "about": {"group": "land"},
    "finer": {"category": "LAND_CROP_DAMAGE"},
    "words": {"words": WORDS},
    "place": {"site": "doungoubou-demo", "about_when": "en mars"},
    "who": {"organisation": "societe-demo"},
    "reply": {"reply": "sms", "phone": "70 00 00 01", "name": "Zoé Exemple"},
    "consents": {"consents": "share_statement"},
}


class Fields(HTMLParser):
    """The first form of a page: its address and what it would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.sent: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "form" and not self.action:
            self.action = given["action"]
        if tag == "input" and given.get("type") == "hidden":
            self.sent.append((given["name"], given["value"]))

    @property
    def step(self) -> str:
        return dict(self.sent).get("at", "")


@pytest.fixture
async def app(mongo_uri: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    async with running_intake(mongo_uri, tmp_path) as running:
        yield running


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with browser(app) as http:
        yield http


async def press(client: AsyncClient, page: Response, **pressed: str) -> Response:
    """Send the first form of a page, with what was typed or pressed."""
    form = Fields(page.text)
    fields: dict[str, list[str]] = {}
    for name, value in form.sent:
        fields.setdefault(name, []).append(value)
    for name, value in pressed.items():
        fields[name] = [value]
    answer = await client.post(form.action, data=fields)
    assert answer.url.query == b""
    return answer


async def until_check(client: AsyncClient, lang: str = "fr") -> list[Response]:
    pages = [await client.get("/")]
    pages.append(await press(client, pages[0], lang=lang))
    while (step := Fields(pages[-1].text).step) != "check":
        typed = {"go": "next", **CHOICES.get(step, {})}
        pages.append(await press(client, pages[-1], **typed))
        assert pages[-1].status_code == 200, step
    return pages


def receipt_of(page: Response) -> tuple[str, str]:
    reference, code = re.findall(r'class="number" translate="no">([^<]+)<', page.text)[:2]
    return reference, code


async def count(app: FastAPI, collection: str = "events") -> int:
    return len(await app.state.parts.db[collection].find({}).to_list(None))


async def test_a_complaint_is_filed_and_followed_without_scripts(
    app: FastAPI, client: AsyncClient
) -> None:
    pages = await until_check(client)
    assert await count(app) == 0
    receipt = await press(client, pages[-1], go="send")
    assert receipt.status_code == 200
    reference, code = receipt_of(receipt)
    events = await app.state.parts.db["events"].find({}).to_list(None)
    data = events[0]["data"]
    assert (data["category"], data["organisation"], data["site"]) == (
        "LAND_CROP_DAMAGE",
        "societe-demo",
        "doungoubou-demo",
    )
    assert (data["channel"], data["contactable"], data["accused"]) == ("web", ["sms"], [])
    case = await client.post("/suivi", data={"reference": reference, "code": code})
    assert case.status_code == 200
    assert "Le chemin jusqu’ici" in case.text
    assert not client.cookies


async def test_what_is_typed_is_escaped_on_every_page(client: AsyncClient) -> None:
    pages = await until_check(client)
    assert all("<script" not in page.text for page in pages)
    assert "&lt;script&gt;" in pages[-1].text
    assert dict(Fields(pages[-1].text).sent)["words"] == WORDS


async def test_a_double_click_and_a_reload_file_once(app: FastAPI, client: AsyncClient) -> None:
    check = (await until_check(client))[-1]
    first = await press(client, check, go="send")
    again = await press(client, check, go="send")
    assert receipt_of(first) == receipt_of(again)
    assert await count(app) == 1
    other = await press(client, check, go="send", words="autre chose")
    assert other.status_code == 422
    assert "déjà été envoyée" in other.text
    assert await count(app) == 1


async def test_danger_shows_where_to_call_at_once(client: AsyncClient) -> None:
    danger = await press(client, await client.get("/"), lang="fr")
    page = await press(client, danger, danger_go="yes")
    assert "4006" in page.text
    assert Fields(page.text).step == "help"
    assert "à vérifier" in page.text


async def test_errors_keep_what_was_typed_and_lead_to_the_field(client: AsyncClient) -> None:
    page = await press(client, await client.get("/"), lang="fr")
    page = await press(client, page, danger_go="no")
    assert (await press(client, page, go="next")).status_code == 422
    page = await press(client, page, group="unknown", go="next")
    long = "é" * 5_001
    page = await press(client, page, words=long, go="next")
    assert page.status_code == 422
    assert long in page.text
    assert 'href="#words"' in page.text
    page = await press(client, page, words="", go="to:check")
    page = await press(client, page, go="send")
    assert page.status_code == 422
    assert 'href="#words"' in page.text


async def test_pages_keep_to_themselves(client: AsyncClient) -> None:
    pages = [*await until_check(client), await client.get("/suivi")]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
        parsed = Fields(page.text)
        assert "<title>Informations</title>" in page.text
        for tag, given in parsed.tags:
            assert tag not in ("script", "style", "img", "iframe")
            assert "style" not in given
            assert not any(name.startswith("on") for name in given)
            for name in ("href", "src", "action"):
                assert "://" not in given.get(name, "")
        assert ("a", "/partir") in {(tag, given.get("href")) for tag, given in parsed.tags}
        labelled = {given["for"] for tag, given in parsed.tags if tag == "label" and "for" in given}
        for tag, given in parsed.tags:
            text_input = tag in ("textarea", "select") or given.get("type") in ("text", "tel")
            if text_input and tag != "link":
                assert given["id"] in labelled
        ids = [given["id"] for _, given in parsed.tags if "id" in given]
        assert len(ids) == len(set(ids))


async def test_a_first_visit_weighs_little(client: AsyncClient) -> None:
    headers = {"accept-encoding": "gzip"}
    style = await client.get("/public/style.css", headers=headers)
    assert style.headers["content-encoding"] == "gzip"
    assert int(style.headers["content-length"]) <= 10 * 1024
    for page in await until_check(client):
        weight = len(gzip.compress(page.content)) + int(style.headers["content-length"])
        assert weight <= 50 * 1024
        assert page.text.count('<link rel="stylesheet"') == 1


async def test_wrong_reference_and_wrong_code_look_the_same(client: AsyncClient) -> None:
    receipt = await press(client, (await until_check(client))[-1], go="send")
    reference, _ = receipt_of(receipt)
    one = await client.post("/suivi", data={"reference": reference, "code": "0000000000"})
    two = await client.post("/suivi", data={"reference": "K7QM4T2P", "code": "0000000000"})
    assert one.status_code == two.status_code == 404
    assert one.text.replace(reference, "") == two.text.replace("K7QM4T2P", "")
    assert (await client.post("/suivi", data={})).status_code == 404


async def opened(app: FastAPI, client: AsyncClient, **view: object) -> Response:
    receipt = await press(client, (await until_check(client))[-1], go="send")
    if view:
        event = (await app.state.parts.db["events"].find({}).to_list(None))[0]
        status = {"_id": event["subject"], "sequence": 1, "closed_as": None, "steps": {}}
        status |= {"holder": "societe-demo", "due_at": None, **view}
        await app.state.parts.db["status"].insert_one(status)
    reference, code = receipt_of(receipt)
    return await client.post("/suivi", data={"reference": reference, "code": code})


async def act(client: AsyncClient, page: Response, **fields: str) -> Response:
    hidden = dict(re.findall(r'type="hidden" name="(cle|nonce)" value="([^"]*)"', page.text))
    return await client.post("/suivi", data={**hidden, **fields})


async def test_the_first_line_names_holder_and_date(app: FastAPI, client: AsyncClient) -> None:
    due = datetime(2099, 12, 3, 22, 59, tzinfo=UTC)
    page = await opened(app, client, state="acknowledged", due_at=due)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))
    name = app.state.parts.handlers.policy().organisations.name_of("societe-demo")
    assert f"Votre dossier est chez {name}. Réponse attendue avant le jeudi 3 décembre" in text
    late = datetime(2020, 12, 3, tzinfo=UTC)
    await app.state.parts.db["status"].update_many({}, {"$set": {"due_at": late}})
    assert "en retard" in (await act(client, page)).text


async def test_words_are_added_once_and_a_proposal_is_answered(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="remedy_proposed")
    added = await act(client, page, faire="message", texte="encore")
    assert "ajouté" in added.text
    await act(client, page, faire="message", texte="encore")
    assert await count(app) == 2
    nothing = await act(client, added, faire="answer")
    assert nothing.status_code == 422
    done = await act(client, nothing, faire="answer", agreed="yes")
    assert done.status_code == 200
    events = await app.state.parts.db["events"].find({}).to_list(None)
    assert [e["data"]["agreed"] for e in events if "answer" in e["type"]] == [True]


async def test_withdrawing_asks_about_pressure_and_closed_says_so(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="in_inquiry")
    assert "forcé" in page.text
    await act(client, page, faire="withdrawal", pressured="yes")
    events = await app.state.parts.db["events"].find({}).to_list(None)
    assert [e["data"]["pressured"] for e in events if "withdrawn" in e["type"]] == [True]
    await app.state.parts.db["status"].update_many({}, {"$set": {"state": "closed"}})
    again = await act(client, await act(client, page), faire="withdrawal", pressured="no")
    assert again.status_code == 409
    assert "plus possible" in again.text


async def test_an_old_key_asks_for_the_code_again(client: AsyncClient) -> None:
    page = await client.post("/suivi", data={"cle": "xxxx", "faire": "withdrawal"})
    assert page.status_code == 403
    assert "Donnez encore" in page.text


async def test_leaving_forgets_and_goes_elsewhere(client: AsyncClient) -> None:
    page = await client.get("/partir")
    assert page.status_code == 303
    assert "intake" not in page.headers["location"]
    assert "cache" in page.headers["clear-site-data"]
    assert (await client.get("/dire")).headers["location"] == "/"


async def test_english_is_english_and_odd_input_is_answered(client: AsyncClient) -> None:
    page = await press(client, await client.get("/"), lang="en")
    assert '<html lang="en">' in page.text
    for fields in ({"at": "nope"}, {"go": "to:nope"}, {"words": "\x00\ud7ff"}, {"day": "x" * 999}):
        answer = await client.post("/dire", data=fields)
        assert answer.status_code in (200, 422)
    assert (await client.post("/dire", content=b"\xff\xfe=%")).status_code < 500
