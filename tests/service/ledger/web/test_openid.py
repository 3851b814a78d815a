"""Signing in at the desk by the organisation's own provider, against a real small one."""

import re
from html import unescape

import httpx
import pytest

from services.ledger.accounts.openid import OpenId
from tests.service.ledger.accounts.provider import Provider
from tests.service.ledger.accounts.world import Person, World
from tests.service.ledger.web.browser import Browser, browser

__all__ = ["browser"]
START = "/desk/openid/start"
LINK = re.compile(r'<p class="ways"><a href="([^"]+)">')


async def visit(shown: httpx.Response) -> str:
    """Follow the page's link to the provider; return where the provider sends the browser."""
    assert shown.status_code == 200, shown.text
    link = LINK.search(shown.text)
    assert link is not None
    async with httpx.AsyncClient(trust_env=False) as outside:
        visited = await outside.get(unescape(link.group(1)))
    return visited.headers["location"].removeprefix("http://desk.example")


async def begin(browser: Browser) -> httpx.Response:
    """Press the button of the sign-in page."""
    assert f'formaction="{START}"' in (await browser.open("/desk/sign-in")).text
    return await browser.send(START, organisation="societe-demo", login="", passphrase="")


async def test_a_person_goes_to_the_provider_comes_back_and_sees_the_inbox(
    browser: Browser, marie: Person, provider: Provider
) -> None:
    shown = await begin(browser)
    assert "127.0.0.1" in browser.shown
    address = await visit(shown)
    assert address.startswith("/desk/openid?")
    assert (await browser.open(address)).status_code == 200
    assert "Vous êtes connecté" in browser.shown
    assert "desk-openid" not in browser.http.cookies
    assert (await browser.open("/desk")).status_code == 200


async def test_the_cookie_of_the_flow_is_read_by_no_script_and_ends_with_it(
    browser: Browser, openid: OpenId
) -> None:
    cookie = (await begin(browser)).headers["set-cookie"]
    assert cookie.startswith("desk-openid=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie


async def test_an_address_serves_once_and_only_the_browser_that_began(
    browser: Browser, marie: Person, world: World
) -> None:
    address = await visit(await begin(browser))
    kept = dict(browser.http.cookies)
    browser.http.cookies.clear()
    assert (await browser.open(address)).status_code == 401
    assert "n’a pas abouti" in browser.shown
    browser.http.cookies.update(kept)
    assert (await browser.open(address)).status_code == 401
    assert (await browser.open("/desk")).status_code == 303


@pytest.mark.parametrize("query", ["", "?error=access_denied&state=x", "?state=x&code=y"])
async def test_what_no_flow_began_is_refused_with_a_way_on(
    browser: Browser, openid: OpenId, query: str
) -> None:
    answer = await browser.open(f"/desk/openid{query}")
    assert answer.status_code == 401
    assert "Recommencez" in browser.shown
    assert 'action="/desk/sign-in"' in answer.text


@pytest.mark.parametrize("organisation", ["", "syndicat-demo", "no-such"])
async def test_an_organisation_without_a_provider_signs_in_by_passphrase(
    browser: Browser, openid: OpenId, organisation: str
) -> None:
    assert (await browser.send(START, organisation=organisation)).status_code == 404
    assert "phrase secrète" in browser.shown


async def test_a_provider_that_is_set_up_wrongly_is_said(
    browser: Browser, openid: OpenId, provider: Provider
) -> None:
    provider.discovery = {"issuer": "https://somebody-else.example"}
    answer = await browser.send(START, organisation="societe-demo")
    assert answer.status_code == 409
    assert "mal réglée" in browser.shown


async def test_another_site_cannot_begin_a_flow(browser: Browser, openid: OpenId) -> None:
    browser.http.headers["sec-fetch-site"] = "cross-site"
    assert (await browser.send(START, organisation="societe-demo")).status_code == 403


async def test_too_many_tries_are_told_to_wait(browser: Browser, openid: OpenId) -> None:
    for _ in range(200):
        answer = await browser.open("/desk/openid?state=x&code=y")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
