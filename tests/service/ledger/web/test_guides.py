"""The guides: one for each role, in both languages, with every picture, for everybody."""

import re

import pytest

from services.intake.web.case_texts import CASE_TEXTS
from services.intake.web.offline_texts import OFFLINE_TEXTS
from services.intake.web.texts import TEXTS as PUBLIC_TEXTS
from services.ledger.web.guide.routes import PICTURES
from services.ledger.web.guide.texts import GUIDES
from shared.roles import ROLES
from tests.service.ledger.accounts.world import Person, World
from tests.service.ledger.web.browser import Browser, sign_in

_PUBLIC = (PUBLIC_TEXTS, CASE_TEXTS, OFFLINE_TEXTS)


def test_every_role_of_the_desk_has_its_guide_and_the_complainant_has_one() -> None:
    assert set(GUIDES) == {*ROLES, "complainant"}


@pytest.mark.parametrize(("place", "quoted"), [(0, r"« ([^»]+) »"), (1, r"“([^”]+)”")])
def test_the_complainants_guide_names_buttons_that_the_public_pages_have(
    place: int, quoted: str
) -> None:
    words = {pair[place] for table in _PUBLIC for pair in table.values()}
    named = {
        name
        for step in GUIDES["complainant"].steps
        for name in re.findall(quoted, step.text[place])
    }
    assert len(named) >= 12
    assert named <= words, named - words


def test_there_is_every_picture_and_no_other() -> None:
    wanted = {
        f"{role}-{step.picture}.{language}"
        for role, guide in GUIDES.items()
        for step in guide.steps
        if step.picture
        for language in ("fr", "en")
    }
    assert PICTURES.keys() == wanted
    assert max(map(len, PICTURES.values())) < 50_000


@pytest.mark.parametrize("role", GUIDES)
@pytest.mark.parametrize(("language", "place"), [("fr", 0), ("en", 1)])
async def test_a_guide_names_the_buttons_as_the_pages_do(
    browser: Browser, role: str, language: str, place: int
) -> None:
    answer = await browser.open(f"/desk/guide/{role}?langue={language}")
    assert answer.status_code == 200
    assert GUIDES[role].title[place] in browser.shown
    assert f'lang="{language}"' in answer.text
    assert "{" not in browser.shown
    for step in GUIDES[role].steps:
        assert step.title[place] in browser.shown
    for address in re.findall(r'<img src="([^"]+)"', answer.text):
        picture = await browser.http.get(address)
        assert picture.headers["content-type"] == "image/webp"
        assert "immutable" in picture.headers["cache-control"]
        assert f".{language}.webp" in address


async def test_pictures_of_this_site_are_allowed_where_there_are_some(browser: Browser) -> None:
    guide, other = await browser.open("/desk/guide/csr"), await browser.open("/desk/guide")
    assert "img-src 'self' data:" in guide.headers["content-security-policy"]
    assert "img-src data:" in other.headers["content-security-policy"]


async def test_who_is_signed_in_is_led_to_their_own_guide(
    browser: Browser, world: World, officer: Person
) -> None:
    await browser.open("/desk/sign-in")
    assert 'href="/desk/guide"' in browser.shown
    await sign_in(browser, world, officer)
    await browser.open("/desk")
    assert 'href="/desk/guide/csr"' in browser.shown


async def test_there_is_nothing_else(browser: Browser) -> None:
    for path in ("/desk/guide/guard", "/desk/guide/picture/x/..%2f..%2fsecret.webp"):
        assert (await browser.open(path)).status_code == 404
