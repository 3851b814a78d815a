"""The public pages as a browser without scripts follows them."""

import re
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient, Response

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
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden":
            self.sent.append((given["name"], given["value"]))

    @property
    def step(self) -> str:
        return dict(self.sent).get("at", "")


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


async def opened(app: FastAPI, client: AsyncClient, **view: Any) -> Response:
    """File a complaint, let the view say how it stands, and return its tracking page."""
    receipt = await press(client, (await until_check(client))[-1], go="send")
    if view:
        event = (await app.state.parts.db["events"].find({}).to_list(None))[0]
        status = {"_id": event["subject"], "sequence": 1, "closed_as": None, "steps": {}}
        status |= {"holder": "societe-demo", "due_at": None, **view}
        await app.state.parts.db["status"].insert_one(status)
    reference, code = receipt_of(receipt)
    return await client.post("/suivi", data={"reference": reference, "code": code})


def steps(*told: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return steps of a view, each at its place."""
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    return {
        f"{place:08d}": {"type": f"cf.recours.{kind}.v1", "at": at, "holder": "societe-demo"} | more
        for place, (kind, more) in enumerate(told, start=1)
    }


def items(count: int) -> list[dict[str, Any]]:
    """Return the items of a proposal."""
    due = datetime(2099, 12, 10, 22, 59, tzinfo=UTC)
    return [
        {"number": number, "kind": "drinking-water", "amount": None, "due_at": due}
        for number in range(1, count + 1)
    ]


async def act(client: AsyncClient, page: Response, **fields: Any) -> Response:
    """Send the fields of a page's forms that belong to it, and what was said or pressed."""
    carried = {
        "cle",
        "nonce",
        "faire",
        "question",
        "agreed",
        "items",
        "texte",
        "to",
        "vu",
        "statement",
    }
    carried |= {"pressured", "satisfied", "holds", "retaliation"}
    hidden: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text):
        if name in carried and value not in hidden.get(name, []):
            hidden.setdefault(name, []).append(unescape(value))
    return await client.post("/suivi", data={**hidden, **fields})


async def whole_act(client: AsyncClient, page: Response, faire: str, **fields: Any) -> Response:
    """Ask for an act, say what it needs, check and confirm it."""
    asked = await act(client, page, faire=faire)
    assert asked.status_code == 200, asked.text
    checked = await act(client, asked, go="check", **fields)
    assert 'value="confirm"' in checked.text, checked.text
    return await act(client, checked, go="confirm")


async def told(app: FastAPI, kind: str) -> list[dict[str, Any]]:
    """Return the data of the events of a kind."""
    events = await app.state.parts.db["events"].find({}).to_list(None)
    return [event["data"] for event in events if kind in event["type"]]
