"""The desk's pages: who sees what, how an act is asked, checked and confirmed, what is refused."""

import re
from html import unescape
from typing import Any

import pytest

from services.ledger.consumers import take_in, work_due
from services.ledger.web.forms import FORMS
from tests.service.ledger.accounts.world import Person, World
from tests.service.ledger.web.browser import HIDDEN, Browser, sign_in
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

CASE = f"/desk/cases/{REFERENCE}"


@pytest.fixture
async def desk(browser: Browser, world: World, officer: Person, vault: Any) -> Browser:
    """The company's officer, signed in, with a case."""
    await take_in(world.ledger, [cases.routed()])
    await sign_in(browser, world, officer)
    return browser


async def test_who_is_not_signed_in_is_asked_to(browser: Browser) -> None:
    for path in ("/desk", CASE, f"{CASE}/acknowledge", "/desk/figures", "/desk/cases.csv"):
        answer = await browser.open(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")


async def test_a_part_of_a_page_leads_to_signing_in_as_a_whole(browser: Browser) -> None:
    answer = await browser.http.get("/desk?vue=mine", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/desk/sign-in")


async def test_the_cookie_is_for_this_site_and_no_script(
    browser: Browser, world: World, officer: Person
) -> None:
    cookie = (await sign_in(browser, world, officer)).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie


async def test_every_wrong_sign_in_looks_the_same(
    browser: Browser, world: World, officer: Person
) -> None:
    said = {"organisation": "societe-demo", "login": officer.login, "code": "000000"}
    wrong = await browser.http.post("/desk/sign-in", data=said | {"passphrase": "autre chose"})
    nobody = {"login": "personne", "passphrase": "autre chose"}
    unknown = await browser.http.post("/desk/sign-in", data=said | nobody)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(officer.login, "") == unknown.text.replace("personne", "")
    cross = await browser.http.post(
        "/desk/sign-in", data=said, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert cross.status_code == 403


async def test_an_invitation_leads_to_a_second_factor_and_recovery_codes(
    browser: Browser, world: World, admin: Person
) -> None:
    body = {"organisation": "societe-demo", "login": "neuve", "role": "csr", "lead": False}
    made = (await world.post("/v1/accounts", body, admin)).json()
    said = {"organisation": "societe-demo", "login": "neuve", "passphrase": "seize pirogues vertes"}
    begun = await browser.http.post("/desk/sign-in", data=said | {"invitation": made["invitation"]})
    assert begun.headers["location"] == "/desk/second-factor"
    assert (await browser.open("/desk")).headers["location"] == "/desk/second-factor"
    page = await browser.http.get("/desk/second-factor")
    given = dict(HIDDEN.findall(page.text))
    person = Person(made["id"], "neuve", "societe-demo", secret=given["secret"])
    wrong = await browser.http.post("/desk/second-factor", data=given | {"code": "000000"})
    assert wrong.status_code == 422
    done = await browser.http.post("/desk/second-factor", data=given | {"code": world.code(person)})
    assert done.text.count("<li>") == 10
    assert (await browser.open("/desk")).status_code == 200


async def test_who_helps_complainants_files_for_them_on_the_form_of_all(
    browser: Browser, world: World, admin: Person, officer: Person
) -> None:
    helper = await world.person(admin, "rep@syndicat.example", "syndicat-demo", "representative")
    await sign_in(browser, world, helper)
    page = await browser.open("/desk")
    for address in ("/", "/hors-ligne"):
        assert f'href="http://127.0.0.1:8000{address}"' in page.text
    browser.http.cookies.clear()
    await sign_in(browser, world, officer)
    assert "hors-ligne" not in (await browser.open("/desk")).text


async def test_the_inbox_says_what_is_due_and_what_is_not_told_yet(desk: Browser) -> None:
    await desk.open("/desk")
    assert REFERENCE in desk.shown
    assert "mercredi 25 novembre 2026, dans 2 jours ouvrables" in desk.shown
    assert "pas encore communiqué" in desk.shown
    assert "Destruction" not in desk.shown.partition("<tbody>")[2]
    for view in ("overdue", "ended"):
        await desk.open(f"/desk?vue={view}")
        assert REFERENCE not in desk.shown
    sheet = await desk.open("/desk/cases.csv?vue=mine")
    assert sheet.text.splitlines()[1].startswith(REFERENCE)
    found = await desk.open(f"/desk/find?reference={REFERENCE.lower()}")
    assert (await desk.open(found.headers["location"])).status_code == 200
    assert REFERENCE in desk.shown


async def test_what_was_missed_is_said_as_late_and_comes_first(
    desk: Browser, world: World, officer: Person
) -> None:
    world.clock.move(days=3)
    await work_due(world.ledger, await world.ledger.queue.claim())
    await sign_in(desk, world, officer)
    await desk.open("/desk?vue=overdue")
    assert "en retard depuis le mercredi 25 novembre 2026" in desk.shown


async def test_a_late_case_behind_many_others_is_found(
    browser: Browser, world: World, officer: Person, vault: Any
) -> None:
    """Its next date is further away than theirs, so that it stands on the second page of all."""
    await take_in(world.ledger, [cases.routed(severity="S4")])
    world.clock.move(days=8)
    await work_due(world.ledger, await world.ledger.queue.claim())
    now = world.clock.now()
    others = [cases.routed(f"o{n}", reference=f"TEST-1{n:03}", received_at=now) for n in range(60)]
    await take_in(world.ledger, others)
    await sign_in(browser, world, officer)
    await browser.open("/desk")
    assert REFERENCE not in browser.shown
    await browser.open("/desk?vue=overdue")
    assert REFERENCE in browser.shown


async def test_an_act_is_asked_checked_and_confirmed_once(desk: Browser) -> None:
    await desk.open(f"{CASE}/propose-remedy")
    said = {"text": "Vingt <b>sacs</b>", "deliver_by": "2026-12-10"}
    await desk.open(f"{CASE}/acknowledge")
    await desk.send(f"{CASE}/acknowledge")
    assert "jeudi 3 décembre 2026" in desk.shown, "the next date is said before it is confirmed"
    done = await desk.send(f"{CASE}/acknowledge", go="confirm")
    assert done.headers["location"] == f"{CASE}?done=acknowledge"
    assert "C’est fait" in (await desk.open(done.headers["location"])).text
    await desk.open(f"{CASE}/propose-remedy")
    checked = await desk.send(f"{CASE}/propose-remedy", **said)
    assert "<b>sacs" not in checked.text
    confirming = dict(desk.hidden)
    assert (await desk.send(f"{CASE}/propose-remedy", go="confirm")).status_code == 303
    desk.hidden = confirming
    again = await desk.send(f"{CASE}/propose-remedy", go="confirm")
    assert again.status_code == 303, "a double click is one act"
    shown = await desk.open(CASE)
    assert shown.text.count("Réparation proposée") == 2, "once said, once in what happened"


async def test_who_is_asked_a_question_sees_by_when_the_answer_is_due(
    desk: Browser, world: World, admin: Person, officer: Person
) -> None:
    await desk.open(f"{CASE}/ask-party")
    await desk.send(f"{CASE}/ask-party", to="syndicat-demo", text="Combien de parcelles ?")
    assert (await desk.send(f"{CASE}/ask-party", go="confirm")).status_code == 303
    assert "vous a posé une question" not in (await desk.open(CASE)).text
    desk.http.cookies.clear()
    helper = await world.person(admin, "rep@syndicat.example", "syndicat-demo", "representative")
    await sign_in(desk, world, helper)
    await desk.open(CASE)
    assert "vous a posé une question. Réponse attendue avant le lundi 30 novembre" in desk.shown


async def test_what_is_wrong_is_said_and_what_was_written_stays(desk: Browser) -> None:
    await desk.open(f"{CASE}/extend")
    refused = await desk.send(f"{CASE}/extend", reason="Pluies", until="2020-01-01")
    assert refused.status_code == 422
    assert "Rien n’a été fait" in desk.shown
    assert "Pluies" in desk.shown
    assert 'href="#until"' in desk.shown


async def test_the_second_of_two_people_sees_what_the_first_did(
    desk: Browser, world: World, officer: Person
) -> None:
    await desk.open(f"{CASE}/escalate")
    await desk.send(f"{CASE}/escalate", reason="Trop loin")
    await world.post(f"/v1/cases/{REFERENCE}/acknowledge", None, officer)
    late = await desk.send(f"{CASE}/escalate", go="confirm")
    assert late.status_code == 412
    assert "Quelqu’un d’autre vient d’agir" in desk.shown
    assert "Réception accusée" in desk.shown


async def test_a_form_of_another_session_or_site_is_refused(desk: Browser) -> None:
    await desk.open(f"{CASE}/acknowledge")
    desk.hidden["csrf"] = "0" * 64
    assert (await desk.send(f"{CASE}/acknowledge", go="confirm")).status_code == 403
    await desk.open(f"{CASE}/acknowledge")
    answer = await desk.http.post(
        f"{CASE}/acknowledge",
        data={**desk.hidden, "go": "confirm"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "accusé de réception" not in (await desk.open(CASE)).text


async def test_a_case_that_may_not_be_seen_is_like_none(
    browser: Browser, world: World, admin: Person, vault: Any
) -> None:
    hidden = {"lane": "protected", "responder": "protection", "holder": "protection-demo"}
    await take_in(world.ledger, [cases.routed(advocate=None, **hidden)])
    officer = await world.person(admin, "marie", "societe-demo", "csr")
    await sign_in(browser, world, officer)
    for path in ("", "/words", "/acknowledge"):
        there = await browser.open(f"{CASE}{path}")
        nothing = await browser.open(f"/desk/cases/NOT-THERE{path}")
        assert (there.status_code, there.text) == (404, nothing.text)
    await sign_in(browser, world, admin)
    assert (await browser.open("/desk")).headers["location"] == "/desk/admin"
    assert (await browser.open(CASE)).status_code == 404
    assert (await browser.open("/desk/figures")).status_code == 403


async def test_pages_are_kept_by_nobody_and_run_nothing(desk: Browser) -> None:
    answer = await desk.open(CASE)
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    scripts = re.findall(r"<script[^>]*>[^<]*", answer.text)
    assert len(scripts) == 2
    for script in scripts:
        found = re.fullmatch(r'<script src="(/desk/[a-z]+\.js\?v=\w+)" defer>', script)
        assert found, "our own files alone, nothing inline"
        kept = await desk.http.get(found[1])
        assert "immutable" in kept.headers["cache-control"]
        assert kept.headers["content-type"].startswith("text/javascript")
    assert " style=" not in answer.text
    english = await desk.open(f"{CASE}?langue=en")
    assert "What to do now" in english.text
    assert "What happened" in (await desk.open(CASE)).text, "the language is kept"


async def test_words_are_read_by_those_who_may_and_the_reader_is_named(
    desk: Browser, world: World, admin: Person, vault: Any
) -> None:
    await desk.open(f"{CASE}/words")
    assert "Rien que vous puissiez lire" in desk.shown
    advocate = await world.person(admin, "sylvie", "syndicat-demo", "representative")
    await sign_in(desk, world, advocate)
    said = {"author": "complainant", "text": "<i>mots</i>"}
    vault["words"].respond(200, json={"texts": [said]})
    answer = await desk.open(f"{CASE}/words")
    assert "&lt;i&gt;mots" in answer.text
    asked = next(call for call in vault.calls if call.request.url.path.endswith("/words"))
    assert asked.request.url.params["reader"] == advocate.id


async def test_figures_are_shown_and_downloaded(
    browser: Browser, world: World, admin: Person
) -> None:
    await take_in(world.ledger, [cases.routed()])
    monitor = await world.person(admin, "veille", None, "monitor")
    await sign_in(browser, world, monitor)
    await browser.open("/desk/figures")
    assert "trop peu de dossiers (moins de 10)" in browser.shown
    assert "à novembre 2026" in browser.shown
    assert "Rien à compter pour l’instant." in browser.shown
    sheet = await browser.open("/desk/figures/ageing.csv")
    assert sheet.headers["content-type"].startswith("text/csv")


async def test_signing_out_ends_the_session(desk: Browser) -> None:
    page = await desk.open("/desk")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    out = await desk.http.post("/desk/sign-out", data={"csrf": csrf[1]})
    assert out.headers["location"] == "/desk/sign-in"
    assert (await desk.open("/desk")).status_code == 303


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_command_has_a_form_that_is_shown(desk: Browser, language: str) -> None:
    from services.ledger.commands import COMMANDS

    assert FORMS.keys() == COMMANDS.keys()
    await desk.http.get(f"/desk?langue={language}")
    possible = re.findall(rf'href="{CASE}/([a-z-]+)"', (await desk.open(CASE)).text)
    assert "acknowledge" in possible
    for command in possible:
        assert (await desk.open(f"{CASE}/{command}")).status_code == 200, command


@pytest.mark.parametrize("query", ["", "?invitation", "?langue=en", "?invitation&langue=en"])
async def test_the_page_to_sign_in_opens_before_anything_was_said(
    browser: Browser, query: str
) -> None:
    answer = await browser.open(f"/desk/sign-in{query}")
    assert answer.status_code == 200, answer.text
    assert 'name="passphrase"' in answer.text
    assert ('name="invitation"' in answer.text) == ("invitation" in query)


async def test_who_else_is_a_party_is_told_to_those_alone_who_know_what_it_is_about(
    browser: Browser, world: World, admin: Person, officer: Person, vault: Any
) -> None:
    await take_in(world.ledger, [cases.routed()])
    await sign_in(browser, world, officer)
    await browser.open(f"{CASE}/acknowledge")
    await browser.send(f"{CASE}/acknowledge", go="confirm")
    await browser.open(f"{CASE}/propose-remedy")
    assert "Précision" in browser.shown
    assert "item1_owed_by" not in browser.shown
    advocate = await world.person(admin, "rep", "syndicat-demo", "representative")
    await world.post(
        f"/v1/cases/{REFERENCE}/record-statement", {"text": "Trois parcelles"}, advocate
    )
    consent = {"consent": "spoken", "to": ["company"]}
    path = f"/v1/cases/{REFERENCE}/release-statement"
    released = await world.post(path, consent, advocate)
    assert released.status_code == 200, released.text
    await browser.open(f"{CASE}/propose-remedy")
    assert "item1_owed_by" in browser.shown


async def test_the_own_words_stand_beside_what_is_written_from_them(
    browser: Browser, world: World, admin: Person, officer: Person, vault: Any
) -> None:
    await take_in(world.ledger, [cases.routed()])
    advocate = await world.person(admin, "rep", "syndicat-demo", "representative")
    await sign_in(browser, world, advocate)
    for command, beside in (
        ("record-statement", "Cherchez ce qui ferait reconnaître la personne"),
        ("correct-triage", "Ce que le système propose, et pourquoi"),
    ):
        read = vault["words"].call_count
        await browser.open(f"{CASE}/{command}")
        assert "<blockquote>mots</blockquote>" in browser.shown
        assert beside in browser.shown
        assert vault["words"].call_count == read + 1, (
            "each reading goes by the vault, which notes it"
        )
    await browser.open(f"{CASE}/escalate")
    assert "<blockquote>" not in browser.shown
    await browser.open(f"{CASE}/record-statement")
    written = {"text": "Trois parcelles"}
    await browser.send(f"{CASE}/record-statement", **written, go="confirm")
    text_id = (await world.ledger.drafts([cases.GID]))[cases.GID].case.statement.text_id
    vault["words"].respond(
        200,
        json={
            "texts": [
                {"id": "1", "text": "mots", "author": "complainant"},
                {"id": text_id, "text": "Trois parcelles", "author": "representative"},
            ]
        },
    )
    await browser.open(f"{CASE}/release-statement")
    assert "Cherchez ce qui ferait reconnaître la personne" in browser.shown
    for shown in ("mots", "Trois parcelles"):
        assert browser.shown.count(f"<blockquote>{shown}</blockquote>") == 1


async def test_the_sorting_is_accepted_or_changed_in_one_step(
    browser: Browser, world: World, admin: Person, vault: Any
) -> None:
    held = cases.routed(responder="triage", holder="syndicat-demo", severity="S2")
    await take_in(world.ledger, [held])
    person = await world.person(admin, "rep", "syndicat-demo", "representative")
    await sign_in(browser, world, person)
    await browser.open(f"{CASE}/correct-triage")
    assert '<option value="LAND_CROP_DAMAGE" selected>' in browser.shown
    assert '<option value="S2" selected>' in browser.shown
    await browser.send(f"{CASE}/acknowledge")
    assert "Vérifiez avant de confirmer" in browser.shown
    await browser.send(f"{CASE}/acknowledge", go="confirm")
    await browser.open(CASE)
    assert "Réception accusée." in browser.shown
    await browser.open(f"{CASE}/correct-triage")
    assert "C’est juste : accuser réception" not in browser.shown
    change = {"category": "LAND_CROP_DAMAGE", "severity": "S3", "reason": "Moins grave"}
    await browser.send(f"{CASE}/correct-triage", **change)
    assert "Vérifiez avant de confirmer" in browser.shown
    await browser.send(f"{CASE}/correct-triage", **change, go="confirm")
    route = held.data.model_copy(update={"reason": "corrected", "severity": "S3"})
    await take_in(world.ledger, [cases.incoming(route, "corrected")])
    await browser.open(f"{CASE}/correct-triage")
    assert "Comment il est trié (corrigé), et pourquoi" in browser.shown


async def test_what_was_said_tells_who_may_read_it(
    desk: Browser, world: World, admin: Person, vault: Any
) -> None:
    await desk.open(f"{CASE}/acknowledge")
    await desk.send(f"{CASE}/acknowledge", go="confirm")
    await desk.open(f"{CASE}/ask-party")
    said = {"to": "syndicat-demo", "text": "Où est le champ ?"}
    await desk.send(f"{CASE}/ask-party", **said)
    await desk.send(f"{CASE}/ask-party", **said, go="confirm")
    await desk.open(CASE)
    assert "qui demande, qui répond, la personne et qui l’aide" in desk.shown
    assert re.search(rf'href="{CASE}/words#t-[^"]+"', desk.shown)
    assert "Où est le champ" not in desk.shown, "words are read on their own page, and noted"


async def test_notices_of_one_day_are_one_line_that_says_who_was_not_told(
    browser: Browser, world: World, admin: Person, vault: Any
) -> None:
    facts = [
        cases.settled(("complainant", None), ("holder", None)),
        cases.settled(("advocate", "no-address")),
    ]
    events = [cases.incoming(fact, f"notice-{at}") for at, fact in enumerate(facts)]
    await take_in(world.ledger, [cases.routed(), *events])
    advocate = await world.person(admin, "rep", "syndicat-demo", "representative")
    await sign_in(browser, world, advocate)
    await browser.open(CASE)
    assert browser.shown.count("Avertis :") == 1
    assert "Avertis : la personne, le responsable." in browser.shown
    assert "⚠ Pas avertis : le représentant (pas d’adresse)." in browser.shown


async def test_the_second_sees_what_is_new(desk: Browser) -> None:
    await desk.open(f"{CASE}/acknowledge")
    before = dict(desk.hidden)
    await desk.send(f"{CASE}/acknowledge", go="confirm")
    desk.hidden = before | {"nonce": "another"}
    answer = await desk.send(f"{CASE}/acknowledge", go="confirm")
    assert answer.status_code == 412
    assert desk.shown.count("<strong>Nouveau :</strong>") == 1
    assert "<strong>Nouveau :</strong> Réception accusée." in desk.shown


async def test_the_safety_of_the_person_stands_first_in_the_protected_lane(
    browser: Browser, world: World, admin: Person, vault: Any
) -> None:
    hidden = {"lane": "protected", "responder": "protection", "holder": "protection-demo"}
    await take_in(world.ledger, [cases.routed(advocate=None, **hidden)])
    focal = await world.person(admin, "focal", "protection-demo", "protection")
    await sign_in(browser, world, focal)
    await browser.open(CASE)
    assert browser.shown.index("Sécurité de la personne") < browser.shown.index(
        "À faire maintenant"
    )
    assert "pas encore demandé" in browser.shown
    for command, said in (
        ("record-safe-contact", {"contact": "none", "text": "Jamais"}),
        ("record-safety-plan", {"text": "Chez un parent"}),
        ("refer-service", {"service": "medical", "consent": "spoken", "text": "Soins"}),
    ):
        await browser.open(f"{CASE}/{command}")
        done = await browser.send(f"{CASE}/{command}", **said, go="confirm")
        assert done.status_code == 303, browser.shown
    await browser.open(CASE)
    assert "JAMAIS écrire ni appeler" in browser.shown
    assert "soins (accord : de vive voix)" in browser.shown


async def test_the_picture_shows_nobody_else_what_happened_under_protection(
    browser: Browser, world: World, admin: Person, officer: Person, vault: Any
) -> None:
    lane = {"lane": "protected", "responder": "protection", "holder": "protection-demo"}
    await take_in(world.ledger, [cases.routed(advocate=None, category="SGBV", **lane)])
    for login, command, said in (
        ("one", "record-safety-plan", {"text": "Chez un parent"}),
        ("one", "request-release", {"category": "LAND_CROP_DAMAGE", "reason": "Pas de danger"}),
        ("two", "agree-release", {}),
    ):
        focal = await world.person(admin, f"{login}-{command}", "protection-demo", "protection")
        await sign_in(browser, world, focal)
        await browser.open(f"{CASE}/{command}")
        done = await browser.send(f"{CASE}/{command}", **said, go="confirm")
        assert done.status_code == 303, browser.shown
    await take_in(world.ledger, [cases.routed("out", reason="corrected")])
    await sign_in(browser, world, officer)
    await browser.open(CASE)
    assert "accuser réception – en cours" in browser.shown
    for hidden in ("plan de sécurité", "– tenu"):
        assert hidden not in browser.shown
    await sign_in(browser, world, focal)
    await browser.open(CASE)
    assert "écrire le plan de sécurité – tenu" in browser.shown


async def test_a_list_is_picked_from_by_its_address_and_counted(
    browser: Browser, world: World, admin: Person
) -> None:
    monitor = await world.person(admin, "veille", None, "monitor")
    others = [
        cases.routed(f"o{n}", reference=f"TEST-1{n:03}", site="site-demo-2") for n in range(120)
    ]
    await take_in(world.ledger, [cases.routed(), *others])
    await sign_in(browser, world, monitor)
    await browser.open("/desk")
    assert "Tous les dossiers ouverts (99+)" in browser.shown
    assert "En retard (0)" in browser.shown
    picked = "/desk?vue=all_open&site=doungoubou-demo&category=LAND_CROP_DAMAGE"
    await browser.open(picked)
    assert REFERENCE in browser.shown
    assert "TEST-1" not in browser.shown
    assert "Choisir dans la liste (2)" in browser.shown
    sheet = await browser.open(picked.replace("/desk", "/desk/cases.csv"))
    assert len(sheet.text.splitlines()) == 2
    first = await browser.open("/desk?vue=all_open&site=site-demo-2")
    more = re.search(r'href="(/desk\?[^"]*cursor[^"]*)"', first.text)
    assert more
    await browser.open(unescape(more[1]))
    assert "TEST-1" in browser.shown
    assert REFERENCE not in browser.shown
    await browser.open("/desk?state=agreed")
    assert "Aucun dossier de cette liste" in browser.shown
    await browser.open("/desk?site=nulle-part&state=%22%3E%3Cscript%3E")
    assert "Choisir dans la liste (" not in browser.shown


async def test_nobody_finds_a_case_by_what_they_may_not_know_of_it(desk: Browser) -> None:
    for picked in ("category=LAND_CROP_DAMAGE", "site=doungoubou-demo"):
        await desk.open(f"/desk?{picked}")
        assert REFERENCE not in desk.shown
        assert (await desk.open(f"/desk/cases.csv?{picked}")).text.count("\n") == 1
    await desk.open("/desk?state=routed&holder=societe-demo")
    assert REFERENCE in desk.shown
