"""Each refusal through the page: what was wrong in plain words, nothing lost and nothing done."""

import base64
import json
import re
from typing import Any

import pytest

from services.ledger.consumers import take_in
from shared.access import issue_token
from tests.service.ledger.accounts.world import PASSPHRASE, TOKEN_KEY, Person, World
from tests.service.ledger.web.browser import Browser, sign_in
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

CASE = f"/desk/cases/{REFERENCE}"
WHOLE = {"text": "Vingt sacs", "deliver_by": "2026-12-18"}
ITEM = {"item1_kind": "crop-compensation", "item1_by": "2026-12-18", "item1_amount": "250000"}
#: What nobody at a desk reads: codes, JSON and, on a French page, the ledger's own English.
RAW = re.compile(r"\{\"|must be|is needed|Traceback|societe-demo</|LAND_CROP")


async def length(world: World) -> int:
    """Return how many entries the record of the case has."""
    [draft] = (await world.ledger.drafts([cases.GID])).values()
    return len(draft.stream)


async def commanded(browser: Browser, command: str, **said: Any) -> None:
    """Carry out a command by its form."""
    await browser.open(f"{CASE}/{command}")
    answer = await browser.send(f"{CASE}/{command}", **said, go="confirm")
    assert answer.status_code == 303, answer.text


@pytest.fixture
async def desk(browser: Browser, world: World, officer: Person, vault: Any) -> Browser:
    """The company's officer, with a case that was acknowledged."""
    await take_in(world.ledger, [cases.routed()])
    await sign_in(browser, world, officer)
    await commanded(browser, "acknowledge")
    return browser


@pytest.mark.parametrize(
    ("command", "said", "anchor", "french", "english"),
    [
        (
            "propose-remedy",
            WHOLE | {"deliver_by": "2026-11-20"},
            "deliver_by",
            "choisissez un jour à venir",
            "choose a day to come",
        ),
        (
            "propose-remedy",
            WHOLE | {"deliver_by": "2030-01-01"},
            "deliver_by",
            "trop loin",
            "later than the rules allow",
        ),
        (
            "propose-remedy",
            WHOLE | {"deliver_by": "bientôt"},
            "deliver_by",
            "à compléter ou à corriger",
            "to be filled in or put right",
        ),
        (
            "propose-remedy",
            {"text": "Vingt sacs"},
            "deliver_by",
            "donnez une date, ou des éléments avec la leur",
            "give a date, or items with theirs",
        ),
        (
            "propose-remedy",
            WHOLE | ITEM | {"item1_amount": "-5"},
            "item1_amount",
            "écrivez un nombre entier, en chiffres",
            "write a whole number, in figures",
        ),
        (
            "propose-remedy",
            WHOLE | ITEM | {"item1_amount": "99999999999"},
            "item1_amount",
            "écrivez un nombre entier de francs CFA, de 1 à",
            "write a whole number of XAF from 1 to",
        ),
        (
            "propose-remedy",
            WHOLE | ITEM | {"item1_amount": "deux cents"},
            "item1_amount",
            "écrivez un nombre entier, en chiffres",
            "write a whole number, in figures",
        ),
        (
            "propose-remedy",
            WHOLE | ITEM | {"item1_amount": ""},
            "item1_amount",
            "écrivez le montant de la compensation",
            "write the amount of the compensation",
        ),
        (
            "extend",
            {"reason": "Pluies", "until": "2026-11-20"},
            "until",
            "choisissez un jour à venir",
            "choose a day to come",
        ),
        (
            "extend",
            {"reason": "Pluies", "until": "2030-01-01"},
            "until",
            "trop loin",
            "later than the rules allow",
        ),
        (
            "close",
            {"as": "referred", "reason": "Ailleurs", "to": "", "consent": ""},
            "to",
            "dites vers qui, et notez l’accord de la personne",
            "say to whom, and write down the person’s consent",
        ),
    ],
)
async def test_what_cannot_be_is_said_beside_what_was_written(
    desk: Browser,
    world: World,
    command: str,
    said: dict[str, str],
    anchor: str,
    french: str,
    english: str,
) -> None:
    before = await length(world)
    await desk.open(f"{CASE}/{command}")
    page = await desk.send(f"{CASE}/{command}", **said)
    assert page.status_code == 422, page.text
    assert french in desk.shown
    assert f'href="#{anchor}"' in desk.shown
    assert re.search(rf'id="{anchor}"', desk.shown), "the summary leads to the field"
    assert not RAW.search(desk.shown.partition("<main")[2].partition("<form")[0])
    for written in said.values():
        assert written in desk.shown, "what was written stays"
    await desk.open(f"{CASE}/{command}?langue=en")
    await desk.send(f"{CASE}/{command}", **said)
    assert english in desk.shown
    assert await length(world) == before


async def test_a_day_that_is_a_holiday_is_shown_as_the_next_working_one(
    desk: Browser, world: World
) -> None:
    """Christmas 2026 is a Friday."""
    await desk.open(f"{CASE}/propose-remedy")
    await desk.send(f"{CASE}/propose-remedy", text="Vingt sacs", deliver_by="2026-12-25")
    assert "Vérifiez avant de confirmer" in desk.shown
    await desk.send(
        f"{CASE}/propose-remedy", text="Vingt sacs", deliver_by="2026-12-25", go="confirm"
    )
    [draft] = (await world.ledger.drafts([cases.GID])).values()
    assert draft.case.deliver_by is not None
    assert draft.case.deliver_by.date().isoformat() == "2026-12-28"


async def test_a_referral_to_the_accused_is_refused_like_one_to_nobody(
    browser: Browser, world: World, admin: Person, vault: Any
) -> None:
    up = cases.escalated(
        accused=("commune-demo",), responder="authority", holder="mines-regionales-demo", level=1
    )
    await take_in(world.ledger, [cases.routed(), up])
    mines = Person("m", "m", "mines-regionales-demo")
    mines.token = issue_token(TOKEN_KEY, sub="m", role="authority", organisation=mines.organisation)
    browser.http.cookies.set("desk", mines.token)
    told = []
    for to in ("commune-demo", "personne"):
        await browser.open(f"{CASE}/close")
        said = {"as": "referred", "reason": "x", "to": to, "consent": "spoken"}
        page = await browser.send(f"{CASE}/close", **said)
        assert page.status_code == 422, page.text
        told.append(browser.shown.partition('role="alert"')[2].partition("</div>")[0])
    assert told[0] == told[1]
    assert "choisissez un organisme ouvert, qui a une adresse" in told[0]


async def test_an_appeal_after_its_window_says_until_when_and_what_else(
    desk: Browser, world: World, admin: Person
) -> None:
    advocate = await world.person(admin, "rep", "syndicat-demo", "representative")
    await commanded(desk, "close", **{"as": "inadmissible", "reason": "Hors sujet"})
    world.clock.move(days=40)
    desk.http.cookies.clear()
    await sign_in(desk, world, advocate)
    await desk.open(f"{CASE}/appeal")
    page = await desk.send(f"{CASE}/appeal", reason="Encore")
    assert page.status_code == 409
    assert "C’était possible jusqu’au mercredi 23 décembre 2026." in desk.shown
    assert "l’inspection du travail" in desk.shown
    await desk.open(f"{CASE}/appeal?langue=en")
    await desk.send(f"{CASE}/appeal", reason="Encore")
    assert "It was possible until Wednesday 23 December 2026." in desk.shown


async def test_the_same_form_sent_twice_is_one_act(desk: Browser, world: World) -> None:
    await desk.open(f"{CASE}/start-inquiry")
    kept = dict(desk.hidden)
    for _ in range(2):
        desk.hidden = dict(kept)
        answer = await desk.send(f"{CASE}/start-inquiry", go="confirm")
        assert answer.status_code == 303
    assert await length(world) == 3


async def test_the_form_of_before_is_refused_and_shows_what_was_done_since(
    desk: Browser, world: World
) -> None:
    await desk.open(f"{CASE}/start-inquiry")
    old = dict(desk.hidden)
    await commanded(desk, "propose-remedy", **WHOLE)
    desk.hidden = old
    answer = await desk.send(f"{CASE}/start-inquiry", go="confirm")
    assert answer.status_code == 412
    assert "Quelqu’un d’autre vient d’agir" in desk.shown
    assert "Nouveau :" in desk.shown
    assert await length(world) == 3


def unsigned() -> str:
    """Return a token that claims to need no signature."""
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": "x", "role": "csr", "organisation": "x"})
    coded = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts)
    return ".".join(one.decode() for one in coded) + "."


@pytest.mark.parametrize(
    "token",
    [
        unsigned(),
        issue_token("z" * 40, sub="x", role="csr", organisation="societe-demo"),
        "x" * 5_000,
        "é",
    ],
    ids=["no signature", "another key", "too long", "no token"],
)
async def test_a_session_that_is_none_leads_to_signing_in(browser: Browser, token: str) -> None:
    headers = [(b"cookie", f"desk={token}".encode())]
    for path in ("/desk", CASE, "/desk/cases.csv"):
        answer = await browser.http.get(path, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
        assert REFERENCE not in answer.text


async def test_a_session_that_is_over_leads_to_signing_in(desk: Browser, world: World) -> None:
    world.clock.move(hours=13)
    answer = await desk.open(CASE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")


async def test_a_code_serves_once_and_a_closed_organisation_lets_nobody_in(
    browser: Browser, world: World, officer: Person
) -> None:
    said = {
        "organisation": "societe-demo",
        "login": officer.login,
        "passphrase": PASSPHRASE,
        "code": world.code(officer),
    }
    assert (await browser.http.post("/desk/sign-in", data=said)).status_code == 303
    again = await browser.http.post("/desk/sign-in", data=said)
    closed = await browser.http.post("/desk/sign-in", data=said | {"organisation": "fermee-demo"})
    for answer in (again, closed):
        assert answer.status_code == 401
        assert "Nom, phrase secrète ou code : quelque chose ne va pas." in answer.text
        assert PASSPHRASE not in answer.text, "a secret is never sent back"
        assert officer.login in answer.text, "the rest stays"
