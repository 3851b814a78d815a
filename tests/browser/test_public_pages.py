"""The public form and the tracking page on a small phone, with and without scripts."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Error

from deploy.demo.world import wait_for
from tests.browser.conftest import Visiting
from tests.browser.filing import file_by_form
from tests.load.first_page import visit
from tests.support.system import System

WORDS = "L'engin a détruit mon manioc"
#: On how many lines the words of an element stand.
_LINES: Final = """(one) => {
  const range = document.createRange();
  range.selectNodeContents([...one.childNodes].filter((node) => node.textContent.trim()).pop());
  return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
}"""
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@SCRIPTS
def test_a_grievance_is_filed_and_followed(
    system: System, visiting: Visiting, scripts: bool
) -> None:
    at = visiting(system.intake, scripts=scripts)
    filed = file_by_form(
        at,
        group="Terre et cultures",
        kind="Destruction de cultures ou de terres",
        words=WORDS,
        site="Doungoubou (site de démonstration)",
        about="Société minière (démonstration)",
        consents=("Montrer mes mots à celui qui doit répondre",),
    )
    company = system.person("csr", "societe-demo")
    wait_for(lambda: system.case(filed.reference, company), 30, "the company has the case")
    at.press("Voir où en est mon dossier")
    assert "Votre dossier est chez" in at.page.locator("h1").inner_text()

    later = visiting(system.intake, scripts=scripts)
    later.open("/suivi")
    later.page.get_by_label("Votre numéro de dossier").fill(filed.reference.lower())
    later.page.get_by_label("Votre code secret").fill("000 000 00 00")
    later.press("Voir")
    assert later.page.get_by_role("alert").is_visible()
    later.page.get_by_label("Votre code secret").fill(filed.code)
    later.press("Voir")
    assert "Votre dossier est chez" in later.text
    assert WORDS not in later.page.url
    assert filed.code not in later.page.content()


@SCRIPTS
def test_a_quick_exit_leaves_nothing_behind(
    system: System, outside: str, visiting: Visiting, scripts: bool
) -> None:
    at = visiting(system.intake, scripts=scripts)
    at.open("/")
    at.press("Français")
    at.press("Non")
    at.page.get_by_label("Je ne sais pas").check()
    at.press("Continuer")
    at.page.get_by_role("textbox").fill(WORDS)
    at.press("Continuer")
    at.page.get_by_role("link", name="Quitter vite").click()
    at.page.wait_for_url(outside)
    for step in (at.page.go_back, at.page.go_back, at.page.reload):
        # A page that came by a form is not shown again: the browser says so instead.
        with suppress(Error):
            step()
        assert WORDS not in at.shown()


@pytest.mark.parametrize("language", ["Français", "English"])
def test_each_button_of_the_head_stands_on_one_line(
    system: System, visiting: Visiting, language: str
) -> None:
    """Also where the page can be read aloud, which this browser has no voice for."""
    at = visiting(system.intake)
    at.open("/")
    at.press(language)
    at.page.evaluate(
        "() => document.querySelectorAll('.tool').forEach((one) => one.hidden = false)"
    )
    for words in at.page.locator("header .tool span, header .leave").all():
        lines = words.evaluate(_LINES)
        assert lines == 1, f"{words.inner_text()} stands on {lines} lines"
    at.look()


def test_a_first_visit_is_weighed_with_all_that_a_browser_fetches(
    system: System, browser: Browser
) -> None:
    """Before the worker that keeps the form for later, which has the network to itself then."""
    context = browser.new_context(service_workers="block")
    fetched: list[str] = []
    context.on("request", lambda request: fetched.append(request.url))
    context.new_page().goto(f"{system.intake}/", wait_until="networkidle")
    context.close()
    # In a thread of its own, as the browser's driver has a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        weighed = pool.submit(asyncio.run, visit(f"{system.intake}/")).result().fetched
    assert sorted(address for address, _ in weighed) == sorted(fetched)


def test_the_form_goes_on_by_keyboard_alone(system: System, visiting: Visiting) -> None:
    at = visiting(system.intake)
    at.open("/")
    for name in ("Français", "Non"):
        at.reach(name)
        with at.page.expect_navigation():
            at.page.keyboard.press("Enter")
        at.look()
    at.reach("Terre et cultures")
    at.page.keyboard.press("Space")
    with at.page.expect_navigation():
        at.page.keyboard.press("Enter")
    assert "Plus précisément" in at.text


def test_a_photo_that_is_much_too_large_is_refused_in_words_and_leads_back(
    system: System, visiting: Visiting, tmp_path: Path
) -> None:
    filed = system.submit(text="L'engin a détruit mon manioc").json()
    at = visiting(system.intake)
    at.open("/suivi")
    at.page.fill("#reference", filed["reference"])
    at.page.fill("#code", filed["code"])
    at.press("Voir")
    at.press("Ajouter une photo")
    huge = tmp_path / "photo.jpg"
    huge.write_bytes(b"\xff\xd8\xff" + bytes(30 << 20))
    at.page.set_input_files("#photo", huge)
    at.press("Envoyer")
    assert "Une photo peut avoir 5 Mo au plus" in at.text
    at.follow("J’ai déjà un numéro : voir où en est mon dossier")
    assert at.page.locator("#reference").count() == 1
