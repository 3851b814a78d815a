"""Signing in and out by each role, what ends meanwhile, one act by keys alone, and no script."""

import pytest

from deploy.demo.accounts import WORKERS, Accounts
from tests.browser.conftest import DESKTOP, Visiting
from tests.browser.test_desk import CROPS, filed, sign_in
from tests.support.system import System

#: What somebody might manage to write into a page, by each way in which a browser runs it.
_PLANTED = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = 'inline'";
  const fetched = document.createElement("script");
  fetched.src = "http://elsewhere.example/planted.js";
  fetched.onload = () => { window.ran = "fetched" };
  const picture = document.createElement("div");
  picture.innerHTML = `<img src="data:," onerror="window.ran = 'handler'">`;
  document.body.append(script, fetched, picture);
}"""


@pytest.mark.parametrize("role", [role for role, _ in WORKERS] + ["administrator"])
def test_each_role_signs_in_by_typing_and_keeps_its_language(
    system: System, accounts: Accounts, visiting: Visiting, role: str
) -> None:
    at = visiting(system.ledger, DESKTOP)
    sign_in(at, accounts.workers[role])
    at.follow("English")
    assert at.page.locator("html").get_attribute("lang") == "en"
    at.follow("Guide")
    assert at.page.locator("html").get_attribute("lang") == "en"
    at.open("/desk")
    at.press("Sign out")
    assert at.page.locator("html").get_attribute("lang") == "en"
    at.page.go_back()
    at.shown()
    assert at.page.get_by_role("button", name="Sign in", exact=True).is_visible()


def test_an_officers_day_by_the_keyboard_alone(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    """Sign in, pick from the list, open a case, acknowledge, propose a remedy, sign out."""
    reference = filed(system, "societe-demo", "csr", **CROPS)
    person = accounts.workers["csr"]
    at = visiting(system.ledger, DESKTOP)
    at.open("/desk/sign-in")
    at.reach("Organisme")
    at.page.keyboard.type("Soci")
    for name, written in (
        ("Nom de connexion", person.login),
        ("Phrase secrète", person.passphrase),
    ):
        at.reach(name)
        at.page.keyboard.type(written)
    at.reach("Code du téléphone")
    at.page.keyboard.type(person.code())
    at.enter()
    at.reach("Choisir dans la liste")
    at.page.keyboard.press("Enter")
    at.reach("Où il en est")
    at.page.keyboard.type("conf")
    at.reach("Voir")
    at.enter()
    at.reach(reference)
    at.enter()
    for name in ("Accuser réception", "Continuer", "Confirmer"):
        at.reach(name)
        at.enter()
    assert "C’est fait." in at.text
    at.reach("Proposer une réparation")
    at.enter()
    at.reach("Texte")
    at.page.keyboard.type("Indemnisation des deux parcelles")
    at.reach("À réaliser avant le")
    at.page.keyboard.type("12142026")
    at.reach("Quoi")
    at.page.keyboard.type("Indemnisation")
    at.reach("Montant")
    at.page.keyboard.type("250 000")
    at.reach("Avant le")
    at.page.keyboard.type("12142026")
    for name in ("Continuer", "Confirmer"):
        at.reach(name)
        at.enter()
    assert "réparation proposée" in at.text
    at.reach("Se déconnecter")
    at.enter()
    assert at.page.url.endswith("/desk/sign-in")


def test_a_form_of_another_session_changes_nothing_and_says_so(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    reference = filed(system, "societe-demo", "csr", **CROPS)
    at = visiting(system.ledger, session=accounts.workers["csr"].token)
    at.open(f"/desk/cases/{reference}/acknowledge")
    # The same person, signed in anew meanwhile: they may do it, but by a form of this session.
    token = system.person("csr", "societe-demo")["Authorization"].removeprefix("Bearer ")
    at.page.context.add_cookies([{"name": "desk", "value": token, "url": at.base}])
    at.press("Continuer")
    assert "trop ancienne. Rien n’a été fait." in at.text
    case = system.case(reference, system.person("csr", "societe-demo"))
    assert case is not None
    assert case["state"] == "routed"


def test_a_session_that_ended_meanwhile_leads_to_signing_in(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    reference = filed(system, "societe-demo", "csr", **CROPS)
    at = visiting(system.ledger, session=accounts.workers["csr"].token)
    at.open(f"/desk/cases/{reference}/acknowledge")
    at.page.context.clear_cookies()
    at.press("Continuer")
    assert at.page.url.endswith("/desk/sign-in")
    assert reference not in at.text


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk", "/desk/figures", "/desk/guide"])
def test_nothing_planted_in_a_page_of_the_desk_runs(
    system: System, accounts: Accounts, visiting: Visiting, path: str
) -> None:
    at = visiting(system.ledger, session=accounts.workers["csr"].token)
    answer = at.open(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    at.page.evaluate(_PLANTED)
    at.page.wait_for_load_state("networkidle")
    assert at.page.evaluate("() => window.ran") is None
    refused = [one for one in at.errors if "Content Security Policy" in one]
    assert len(refused) >= 3, at.errors
