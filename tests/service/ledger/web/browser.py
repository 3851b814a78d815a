"""Somebody's browser in front of the desk, without a network."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import pytest

from services.ledger.web.routes import router
from tests.service.ledger.accounts.world import Person, World, app_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class Browser:
    """Somebody's browser: follows no redirect by itself, keeps cookies, fills in forms."""

    http: httpx.AsyncClient
    shown: str = ""
    hidden: dict[str, str] = field(default_factory=dict)

    async def open(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._took(await self.http.get(path))

    async def send(self, path: str, **said: Any) -> httpx.Response:
        """Send the form of the page with what was filled in."""
        return self._took(await self.http.post(path, data={**self.hidden, **said}))

    def _took(self, answer: httpx.Response) -> httpx.Response:
        self.shown = unescape(answer.text)
        form = answer.text[answer.text.find('action="/desk/cases') :]
        self.hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
        return answer


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    """A browser in front of the desk."""
    app = app_of(world.ledger)
    app.include_router(router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as http:
        yield Browser(http)


async def sign_in(browser: Browser, world: World, person: Person) -> httpx.Response:
    """Sign in on the page."""
    answer = await browser.http.post(
        "/desk/sign-in",
        data={
            "organisation": person.organisation or "",
            "login": person.login,
            "passphrase": person.passphrase,
            "code": world.code(person),
        },
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk"), answer.text
    return answer
