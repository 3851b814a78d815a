"""The public form on the real application, followed as a browser without scripts does."""

import gzip
import re

from fastapi import FastAPI
from httpx import AsyncClient

from tests.service.intake.pages import WORDS, Fields, count, press, receipt_of, until_check


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
    assert all("<script>" not in page.text for page in pages)
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
    pages = [
        *await until_check(client),
        await client.get("/suivi"),
        await client.get("/hors-ligne"),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
        parsed = Fields(page.text)
        assert "<title>Informations</title>" in page.text
        for tag, given in parsed.tags:
            assert tag not in ("style", "img", "iframe")
            assert tag != "script" or given["src"].startswith("/public/")
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
    texts = [re.sub(r'name="vu" value="\d+"', "", page.text) for page in (one, two)]
    assert texts[0].replace(reference, "") == texts[1].replace("K7QM4T2P", "")
    assert (await client.post("/suivi", data={})).status_code == 404


async def test_leaving_forgets_and_goes_elsewhere(client: AsyncClient) -> None:
    page = await client.get("/partir")
    assert page.status_code == 303
    assert {"cache", "cookies", "storage"} <= set(page.headers["clear-site-data"].split('"'))
    away = await client.get(page.headers["location"])
    assert away.status_code == 303
    assert away.headers["location"].startswith("https://")
    assert (await client.get("/dire")).headers["location"] == "/"


async def test_going_back_after_leaving_shows_nothing(client: AsyncClient) -> None:
    """Also without scripts: what a browser would send again is answered with an empty page."""
    check = (await until_check(client))[-1]
    receipt = await press(client, check, go="send")
    reference, code = receipt_of(receipt)
    login = {"reference": reference, "code": code, "vu": dict(Fields(check.text).sent)["vu"]}
    assert reference.replace(" ", "") in (await client.post("/suivi", data=login)).text
    await client.get((await client.get("/partir")).headers["location"])
    again = await press(client, check, go="to:words")
    assert "manioc" not in again.text
    assert Fields(again.text).step == ""
    assert reference not in (await press(client, receipt)).text
    assert reference.replace(" ", "") not in (await client.post("/suivi", data=login)).text
    # What is begun afterwards works as ever.
    assert receipt_of(await press(client, (await until_check(client))[-1], go="send"))


async def test_english_is_english_and_odd_input_is_answered(client: AsyncClient) -> None:
    page = await press(client, await client.get("/"), lang="en")
    assert '<html lang="en">' in page.text
    for fields in ({"at": "nope"}, {"go": "to:nope"}, {"words": "\x00\ud7ff"}, {"day": "x" * 999}):
        answer = await client.post("/dire", data=fields)
        assert answer.status_code in (200, 422)
    assert (await client.post("/dire", content=b"\xff\xfe=%")).status_code < 500
