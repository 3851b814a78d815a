"""Writing on a small phone whose network comes and goes: kept, sent once, forgotten."""

import re

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from deploy.demo.accounts import Accounts
from deploy.demo.world import wait_for
from tests.browser.conftest import Visiting
from tests.browser.visit import Visit
from tests.support.system import System

WORDS = 'L’engin a détruit mon "champ" <b>& le manioc'
KEEP = "Garder et envoyer dès que possible"
WAITS = "Gardé sur ce téléphone, pas encore envoyé"
_COUNT = """() => new Promise((done, fail) => {
  const opening = indexedDB.open("d", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("d", { keyPath: "nonce" });
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("d").objectStore("d").count();
    asked.onsuccess = () => { opening.result.close(); done(asked.result); };
  };
})"""


@pytest.fixture
def phone(system: System, visiting: Visiting) -> Visit:
    """A phone that has seen the first page while there was a network."""
    at = visiting(system.intake)
    at.open("/")
    at.page.locator("[data-ready]").wait_for()
    return at


def kept(page: Page) -> int:
    """Return how many drafts the phone keeps."""
    count: int = page.evaluate(_COUNT)
    return count


def write(at: Visit, words: str = WORDS) -> None:
    """Write some words and have them kept."""
    at.page.locator("textarea").fill(words)
    at.page.get_by_role("button", name=KEEP).click()
    at.page.get_by_role("heading", name=WAITS).wait_for()
    expect(at.page.locator("#kept li").last).to_be_focused()
    at.look()


def numbers(page: Page) -> list[str]:
    """Return the two numbers of what was sent, once it was."""
    page.get_by_role("heading", name="Envoyé", exact=True).first.wait_for()
    return page.locator("#kept .number").all_inner_texts()


def cases(system: System) -> int:
    """Return how many cases the syndicate sees."""
    at = f"{system.ledger}/v1/cases?limit=200"
    answer = httpx.get(at, headers=system.person("representative", "syndicat-demo"))
    return len(answer.raise_for_status().json()["cases"])


def test_what_was_written_without_a_network_is_sent_once_and_forgotten(
    system: System, phone: Visit
) -> None:
    """Also when two pages find the network at the same moment."""
    before, context = cases(system), phone.page.context
    context.set_offline(True)
    phone.open("/")
    phone.page.get_by_role("button", name=KEEP).click()
    assert phone.page.get_by_role("alert").is_visible()
    phone.look()
    write(phone)
    assert WORDS not in phone.shown()
    phone.page.close()

    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(system.intake)
        page.get_by_role("heading", name=WAITS).wait_for()
    context.set_offline(False)
    reference, code = numbers(first)
    second.get_by_role("heading", name=WAITS).wait_for(state="detached")
    assert second.locator("#kept .number").all_inner_texts() in ([], [reference, code])
    assert kept(first) == 0
    wait_for(lambda: cases(system) == before + 1, 30, "there is one case")

    second.goto(f"{system.intake}/suivi")
    second.get_by_label("Votre numéro de dossier").fill(reference)
    second.get_by_label("Votre code secret").fill(code)
    second.get_by_role("button", name="Voir", exact=True).click()
    second.get_by_role("heading", level=1).get_by_text("Votre dossier est chez").wait_for()
    assert cases(system) == before + 1


def test_when_the_network_goes_away_on_the_way_what_was_said_is_carried_over(
    phone: Visit,
) -> None:
    phone.press("Français")
    phone.press("Oui")
    phone.press("Continuer")
    phone.page.get_by_label("Terre et cultures").check()
    phone.press("Continuer")
    phone.press("Continuer")
    phone.page.locator("textarea").fill(WORDS)
    phone.page.context.set_offline(True)
    phone.press("Continuer")
    assert phone.page.locator("textarea").input_value() == WORDS
    for name in ("Oui", "Terre et cultures"):
        assert phone.page.get_by_role("radio", name=name).is_checked()
    assert kept(phone.page) == 0


def test_what_the_server_had_taken_before_the_network_went_away_is_not_filed_again(
    system: System, phone: Visit
) -> None:
    before, taken = cases(system), []

    def lose(route: Route) -> None:
        taken.append(route.fetch().text())
        route.abort()

    phone.press("Français")
    phone.press("Non")
    phone.page.get_by_label("Argent et taxes").check()
    phone.press("Continuer")
    phone.press("Continuer")
    phone.page.locator("textarea").fill(WORDS)
    for _ in range(5):
        phone.press("Continuer")
    phone.page.context.route("**/dire", lose)
    phone.press("Envoyer")
    assert "Le réseau est parti pendant l’envoi" in phone.text
    phone.page.get_by_role("button", name=KEEP).click()
    shown = numbers(phone.page)
    assert re.findall(r'class="number" translate="no">([^<]+)<', taken[0]) == shown
    phone.look()
    assert kept(phone.page) == 0
    wait_for(lambda: cases(system) == before + 1, 30, "there is one case")


def test_a_representative_writes_for_two_people_where_there_is_no_network(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    """Each gets a case and numbers of their own."""
    before = cases(system)
    desk = visiting(system.ledger, session=accounts.workers["representative"].token)
    desk.open("/desk")
    desk.follow("L’écrire là où il n’y a pas de réseau")
    worker = "() => navigator.serviceWorker.ready.then(() => true)"
    desk.page.evaluate(worker)
    desk.page.context.set_offline(True)
    desk.page.reload()
    write(desk, "Pour la première personne")
    desk.page.get_by_role("button", name="Écrire pour quelqu’un d’autre").click()
    desk.page.locator("textarea").fill("Pour la seconde")
    desk.page.get_by_role("button", name=KEEP).click()
    wait_for(lambda: kept(desk.page) == 2, 15, "two drafts wait")
    desk.page.context.set_offline(False)
    wait_for(lambda: kept(desk.page) == 0, 15, "both are sent")
    assert len(set(numbers(desk.page))) == 4
    desk.look()
    wait_for(lambda: cases(system) == before + 2, 30, "there are two cases")


def test_what_waits_is_erased_on_request(phone: Visit) -> None:
    phone.page.context.set_offline(True)
    phone.open("/hors-ligne")
    write(phone)
    assert kept(phone.page) == 1
    phone.page.get_by_role("button", name="Effacer de ce téléphone, sans envoyer").click()
    told = phone.page.get_by_text("Effacé. Rien n’est gardé ni envoyé.")
    told.wait_for()
    expect(told).to_be_focused()
    assert kept(phone.page) == 0
    phone.page.get_by_role("button", name="Écrire pour quelqu’un d’autre").click()
    assert phone.page.locator("textarea").input_value() == ""
    phone.look()


@pytest.mark.parametrize("online", [True, False], ids=["online", "offline"])
def test_a_quick_exit_erases_what_waits(
    system: System, outside: str, phone: Visit, online: bool
) -> None:
    context = phone.page.context
    context.set_offline(True)
    phone.open("/")
    write(phone)
    # Nothing is sent by this page any more, so that it is the exit that erases.
    context.route("**/hors-ligne", lambda route: route.abort())
    context.set_offline(not online)
    phone.page.get_by_role("link", name="Quitter vite").click()
    phone.page.wait_for_url(outside if online else "about:blank")
    context.set_offline(False)
    later = context.new_page()
    later.goto(f"{system.intake}/suivi")
    assert kept(later) == 0
    assert later.evaluate("caches.keys()") == []
    later.goto(system.intake)
    assert later.locator("#kept").is_hidden()
