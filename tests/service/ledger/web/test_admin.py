"""The administrators' pages: what they do, what they refuse, and that no case is on any of them."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import respx

from services.ledger.accounts.register import Register
from services.ledger.consumers import take_in
from services.ledger.settings import LedgerSettings
from services.ledger.store import MODELS
from services.ledger.web.admin.operation_routes import TASKS
from services.ledger.web.routes import router
from shared.delivery import Consumer, DeadLetters
from shared.observability import Metrics
from shared.policy_file import PolicySource
from tests.service.ledger.accounts.world import PASSPHRASE, Person, World, app_of
from tests.service.ledger.web.browser import Browser, sign_in
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

SECRET = re.compile(r'<p class="key" translate="no">([^<]+)</p>')


class Desk(Browser):
    """An administrator's browser: asks, checks and confirms in one go."""

    async def do(self, path: str, **said: Any) -> httpx.Response:
        """Open a form, fill it in, check it and confirm it."""
        assert (await self.open(path)).status_code == 200, path
        checked = await self.send(path, **said)
        assert checked.status_code == 200
        assert "Vérifiez avant de confirmer" in self.shown
        return await self.send(path, **said, go="confirm")

    def _took(self, answer: httpx.Response) -> httpx.Response:
        self.shown = unescape(answer.text)
        form = answer.text[answer.text.find('action="/desk/admin') :]
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
        self.hidden = {name: unescape(value) for name, value in found}
        return answer


@pytest.fixture
async def at(world: World, register: Register) -> AsyncIterator[Desk]:
    """A browser in front of the desk, in a service that has handled something in vain."""
    app = app_of(world.ledger)
    app.include_router(router)
    letters = DeadLetters(world.database, world.clock)
    app.state.dead_letters = letters
    app.state.consumer = Consumer({}, letters, Metrics("test"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as http:
        yield Desk(http)


@pytest.fixture
async def office(at: Desk, world: World, admin: Person) -> Desk:
    """An administrator, signed in."""
    await sign_in(at, world, admin)
    return at


async def test_the_first_page_leads_to_everything_and_to_no_case(
    office: Desk, world: World
) -> None:
    await take_in(world.ledger, [cases.routed()])
    answer = await office.open("/desk")
    assert answer.headers["location"] == "/desk/admin"
    for path in ("/desk/admin", *(f"/desk/admin/{name}" for name in TASKS)):
        assert (await office.open(path)).status_code == 200, path
        assert REFERENCE not in office.shown
    assert (await office.open(f"/desk/cases/{REFERENCE}")).status_code == 404


async def test_somebody_is_invited_and_comes(office: Desk, world: World) -> None:
    said = {"organisation": "societe-demo", "login": "Jean@societe.example", "role": "csr"}
    answer = await office.do("/desk/admin/people/new/invite", **said)
    invitation = SECRET.findall(answer.text)[0]
    assert answer.headers["cache-control"] == "no-store"
    body = {
        "organisation": "societe-demo",
        "login": "jean@societe.example",
        "passphrase": PASSPHRASE,
        "invitation": invitation,
    }
    assert (await world.post("/v1/sign-in/invitation", body)).status_code == 200
    await office.open("/desk/admin/people?organisation=societe-demo")
    assert "jean@societe.example" in office.shown
    await office.open("/desk/admin/people?organisation=syndicat-demo")
    assert "jean@societe.example" not in office.shown


async def test_an_account_is_looked_after(office: Desk, world: World, officer: Person) -> None:
    path = f"/desk/admin/people/{officer.id}"
    await office.open(path)
    assert "responsable de la société" in office.shown
    assert "Code du téléphone mis en place. — par la personne elle-même" in re.sub(
        r"<[^>]+>", "", office.shown
    )
    done = await office.do(f"{path}/change", role="csr", lead="true")
    assert done.headers["location"] == f"{path}?done=1"
    await office.do(f"{path}/absence", until="2026-12-24")
    await office.open(path)
    assert "jeudi 24 décembre 2026" in office.shown
    await office.do(f"{path}/sign-out")
    recovered = await office.do(f"{path}/recover", second_factor_lost="true")
    assert SECRET.search(recovered.text)
    await office.do(f"{path}/close")
    await office.open(path)
    assert "Rouvrir le compte" in office.shown
    assert "Fermer le compte" not in office.shown
    assert SECRET.search((await office.do(f"{path}/reopen")).text)


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(office: Desk) -> None:
    path = "/desk/admin/people/new/invite"
    said = {"organisation": "societe-demo", "login": "x y", "role": "csr"}
    answer = await office.do(path, **said)
    assert answer.status_code == 422
    assert "Rien n’a été fait" in office.shown
    assert "une adresse mail, ou un nom de 3 lettres au moins, sans espace" in office.shown
    assert 'value="x y"' in answer.text
    answer = await office.do(path, **(said | {"login": "jean.b", "role": "authority"}))
    assert answer.status_code == 422
    assert "ce rôle n’existe pas dans cette sorte d’organisme" in office.shown
    await office.do(path, **(said | {"login": "jean.b"}))
    answer = await office.do(path, **(said | {"login": "jean.b"}))
    assert answer.status_code == 409
    assert "L’organisme a déjà un compte avec ce nom de connexion." in office.shown


async def test_the_last_administrator_stays(office: Desk, admin: Person) -> None:
    answer = await office.do(f"/desk/admin/people/{admin.id}/close")
    assert answer.status_code == 409
    assert "C’est le dernier administrateur" in office.shown


async def test_an_organisation_is_described_closed_and_reopened(office: Desk, world: World) -> None:
    said = {
        "organisation": "mairie-neuve",
        "name": "Mairie neuve",
        "kind": "authority",
        "functions": ["commune"],
        "emails": "mairie@neuve.example\nbureau@neuve.example",
    }
    done = await office.do("/desk/admin/organisations/new/add", **said)
    path = "/desk/admin/organisations/mairie-neuve"
    assert done.headers["location"] == f"{path}?done=1"
    register = world.ledger.register
    assert register is not None
    body = register.directory().organisations["mairie-neuve"]
    assert (body.emails, body.functions) == (
        ("mairie@neuve.example", "bureau@neuve.example"),
        ("commune",),
    )
    await office.open(f"{path}/describe")
    assert "mairie@neuve.example\nbureau@neuve.example" in office.shown
    await office.open("/desk/admin/policy")
    assert "Mairie neuve" in office.shown
    await office.do(f"{path}/close")
    await office.open(path)
    assert "Description changée." in office.shown
    assert "Rouvrir l’organisme" in office.shown
    answer = await office.do(f"{path}/close")
    assert answer.status_code == 409
    await office.do(f"{path}/reopen")
    answer = await office.do(f"{path}/describe", name="Autre", kind="company")
    assert "La sorte d’un organisme ne change pas" in office.shown
    assert answer.status_code == 409


async def test_sites_and_days_are_described(office: Desk) -> None:
    done = await office.do(
        "/desk/admin/sites/new/add", site="site-neuf", name="Site neuf", commune="Boda"
    )
    assert done.headers["location"] == "/desk/admin/sites/site-neuf?done=1"
    await office.open("/desk/admin/sites")
    assert "Site neuf" in office.shown
    await office.do(
        "/desk/admin/days/new/add", day="2026-12-24", kind="holiday", why="Décret 2026-1"
    )
    await office.open("/desk/admin/days")
    assert "jeudi 24 décembre 2026" in office.shown
    answer = await office.do("/desk/admin/days/new/add", day="2020-01-01", kind="holiday", why="x")
    assert answer.status_code == 422
    assert "choisissez un jour entre aujourd’hui et dans trois ans" in office.shown
    answer = await office.do("/desk/admin/days/new/add", day="demain", kind="holiday", why="x")
    assert answer.status_code == 422


async def test_a_program_gets_a_credential_a_new_secret_and_none(
    office: Desk, world: World
) -> None:
    said = {
        "organisation": "societe-demo",
        "role": "csr",
        "scopes": ["cases.read"],
        "expires_at": "2027-06-30",
    }
    first = SECRET.findall((await office.do("/desk/admin/credentials/new/issue", **said)).text)[0]
    listed = await office.open("/desk/admin/credentials")
    assert first not in listed.text
    (path,) = re.findall(r'href="(/desk/admin/credentials/[0-9a-f]{32})"', listed.text)
    bearer = {"Authorization": f"Bearer {first}"}
    assert (await world.get("/v1/cases", bearer)).status_code == 200
    second = SECRET.findall((await office.do(f"{path}/rotate")).text)[0]
    assert second != first
    await office.do(f"{path}/revoke")
    assert (await world.get("/v1/cases", bearer)).status_code == 401
    none = await office.do("/desk/admin/credentials/new/issue", **(said | {"scopes": []}))
    assert none.status_code == 422
    assert "choisissez au moins une chose" in office.shown


async def test_a_lead_looks_after_its_own_people_and_sees_no_others(
    at: Desk, world: World, admin: Person
) -> None:
    lead = await world.person(admin, "chef@societe.example", "societe-demo", "csr", lead=True)
    other = await world.person(admin, "rep@syndicat.example", "syndicat-demo", "representative")
    await sign_in(at, world, lead)
    await at.open("/desk/admin/people")
    assert "chef@societe.example" in at.shown
    assert "rep@syndicat.example" not in at.shown
    await at.open("/desk/admin/people?organisation=syndicat-demo")
    assert "rep@syndicat.example" not in at.shown
    nobody = await at.open("/desk/admin/people/nobody")
    theirs = await at.open(f"/desk/admin/people/{other.id}")
    assert (theirs.status_code, theirs.text) == (404, nobody.text)
    said = {"organisation": "societe-demo", "login": "jean@societe.example", "role": "csr"}
    assert SECRET.search((await at.do("/desk/admin/people/new/invite", **said)).text)
    answer = await at.do(
        "/desk/admin/people/new/invite", **(said | {"organisation": "syndicat-demo"})
    )
    assert answer.status_code == 404
    for name in TASKS[1:]:
        assert (await at.open(f"/desk/admin/{name}")).status_code == 404
    assert (await at.open("/desk/admin")).status_code == 404


async def test_for_everybody_else_there_is_no_such_page(
    at: Desk, world: World, officer: Person
) -> None:
    await sign_in(at, world, officer)
    nowhere = await at.open("/desk/admin/nowhere/new/act")
    for path in (
        "/desk/admin",
        *(f"/desk/admin/{name}" for name in TASKS),
        f"/desk/admin/people/{officer.id}",
        "/desk/admin/people/new/invite",
        "/desk/admin/organisations/societe-demo/close",
    ):
        answer = await at.open(path)
        assert (answer.status_code, answer.text) == (404, nowhere.text), path


async def test_a_form_of_another_site_or_session_does_nothing(office: Desk) -> None:
    path = "/desk/admin/organisations/societe-demo/close"
    await office.open(path)
    office.hidden["csrf"] = "0" * 64
    assert (await office.send(path, go="confirm")).status_code == 403
    answer = await office.http.post(
        "/desk/admin/letters", headers={"Sec-Fetch-Site": "cross-site"}, data={"letter": "x"}
    )
    assert answer.status_code == 403
    await office.open("/desk/admin/organisations/societe-demo")
    assert "Fermer l’organisme" in office.shown


async def test_a_message_put_aside_is_shown_without_its_content_and_tried_again(
    office: Desk, world: World
) -> None:
    letters = DeadLetters(world.database, world.clock)
    record = SimpleNamespace(
        topic="intake.events.v1", partition=0, offset=7, key=b"g-geheim", value=b'{"w": "geheim"}'
    )
    await letters.put(record, ValueError("geheim"))
    await office.open("/desk/admin/letters")
    assert "intake.events.v1" in office.shown
    assert "geheim" not in office.shown
    assert "ne répond pas maintenant" in office.shown
    answer = await office.send(
        "/desk/admin/letters", service="ledger", letter="intake.events.v1:0:7"
    )
    assert answer.status_code == 200
    assert "N’a pas réussi cette fois non plus." in office.shown
    assert len(await letters.list()) == 1


async def test_what_could_not_be_told_is_shown_without_its_case_and_leaves_again(
    office: Desk,
) -> None:
    await office.open("/desk/admin/untold")
    assert "ne répond pas maintenant" in office.shown
    address = LedgerSettings.model_fields["notify_url"].default
    one = {"id": "n1", "audience": "holder", "recipient": "societe-demo", "channel": "email",
           "reason": "no-address", "since": "2026-11-23T07:00:00Z", "attempts": 1}  # fmt: skip
    person = one | {"id": "n2", "audience": "complainant", "recipient": None, "reason": "smtp-550"}
    with respx.mock(assert_all_called=False) as notify:
        notify.get(path="/internal/dead-letters").respond(200, json={"dead_letters": []})
        notify.get(f"{address}/internal/undelivered").respond(
            200, json={"undelivered": [one, person], "total": 7}
        )
        again = notify.post(f"{address}/internal/undelivered/n1/retry").respond(
            202, json={"again": "n1"}
        )
        notify.post(f"{address}/internal/undelivered/n2/retry").respond(409, json={})
        await office.open("/desk/admin")
        assert "7 à regarder" in office.shown
        await office.open("/desk/admin/untold")
        for said in (
            "Société minière (démonstration)",
            "pas d’adresse",
            "la personne",
            "refusé par la passerelle ou le serveur",
            "Les 2 plus anciens de 7.",
            "lundi 23 novembre 2026",
        ):
            assert said in office.shown
        await office.send("/desk/admin/untold", notice="n1")
        assert "C’est reparti." in office.shown
        assert again.calls.last.request.headers["authorization"].startswith("Bearer ")
        await office.send("/desk/admin/untold", notice="n2")
        assert "Il n’est pas reparti" in office.shown


async def test_what_could_not_be_told_is_for_administrators_alone(
    at: Desk, world: World, officer: Person
) -> None:
    await sign_in(at, world, officer)
    assert (await at.open("/desk/admin/untold")).status_code == 404
    assert (await at.send("/desk/admin/untold", notice="n1")).status_code == 404


async def test_what_a_version_changed_is_said_in_words(
    office: Desk, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "policy"
    copytree(cases.POLICY, folder)
    source = PolicySource(folder, MODELS, clock=world.clock)
    await source.keep_in(world.database)
    world.ledger.policy = source
    before = source.current.version
    stages = folder / "stages.yaml"
    text = stages.read_text().replace("{S4: 5 d, S3: 2 d", "{S4: 6 d, S3: 2 d", 1)
    world.clock.move(minutes=5)
    stages.write_text(text)
    await source.reload()
    after = source.current.version
    await office.open("/desk/admin/policy")
    assert office.shown.count("Ce qu’elle a changé") == 1
    await office.open(f"/desk/admin/policy/{after}")
    assert "Étape acknowledge, délai en S4 : 5 d → 6 d" in office.shown
    for unknown in (before, "p-000000000000", "../etc"):
        assert (await office.open(f"/desk/admin/policy/{unknown}")).status_code == 404
    (folder / "version.yaml").write_text("starts: 2027-01-01\n")
    stages.write_text(text.replace("{S4: 6 d", "{S4: 7 d", 1))
    await source.reload()
    assert source.coming is not None
    await office.open("/desk/admin/policy")
    assert "ce qu’elle changera" in office.shown
    await office.open(f"/desk/admin/policy/{source.coming.version}?langue=en")
    assert "Stage acknowledge, time in S4: 6 d → 7 d" in office.shown
