"""Each role's day at the desk, on a phone and at a desk: every page is looked at."""

import pytest
from playwright.sync_api import ViewportSize

from deploy.demo.accounts import Accounts, Worker
from deploy.demo.world import wait_for
from services.ledger.web.admin.operation_routes import TASKS
from tests.browser.conftest import DESKTOP, PHONE, Visiting
from tests.browser.visit import Visit
from tests.support.system import System

SCREENS = pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
CROPS = {
    "text": "L'engin a détruit mon manioc",
    "category": "LAND_CROP_DAMAGE",
    "site": "doungoubou-demo",
    "organisation": "societe-demo",
}
TAX = {"text": "La commune n'a rien reçu", "category": "SURFACE_TAX", "site": "doungoubou-demo"}
VIOLENCE = {"text": "On nous a battus", "danger": True, "site": "doungoubou-demo"}


def filed(system: System, holder: str, role: str, **fields: object) -> str:
    """File a grievance and return its reference once its holder has it."""
    reference: str = system.submit(**fields).json()["reference"]
    who = system.person(role, holder)
    wait_for(lambda: system.case(reference, who), 30, f"{holder} has the case")
    return reference


def sign_in(at: Visit, person: Worker) -> None:
    """Sign in as on any morning."""
    at.open("/desk/sign-in")
    at.page.get_by_label("Organisme").select_option(person.organisation or "")
    at.page.get_by_label("Nom de connexion").fill(person.login)
    at.page.get_by_label("Phrase secrète").fill(person.passphrase)
    at.page.get_by_label("Code du téléphone").fill(person.code())
    at.press("Se connecter")


@SCREENS
@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("csr", CROPS),
        ("representative", CROPS),
        ("authority", TAX),
        ("protection", VIOLENCE),
        ("monitor", CROPS),
    ],
)
def test_every_page_of_a_role_is_in_order(
    system: System,
    accounts: Accounts,
    visiting: Visiting,
    role: str,
    fields: dict[str, object],
    screen: ViewportSize,
) -> None:
    who = accounts.workers[role]
    own = role if role in ("protection", "authority") else "csr"
    reference = filed(system, accounts.workers[own].organisation or "", own, **fields)
    at = visiting(system.ledger, screen, session=who.token)
    for view in ("all_open", "overdue", "week", "mine", "ended"):
        at.open(f"/desk?vue={view}")
    at.open("/desk?vue=all_open&state=routed&holder=societe-demo")
    at.open("/desk/figures")
    at.open(f"/desk/guide/{role}")
    at.open(f"/desk/cases/{reference}")
    for path in [link.get_attribute("href") for link in at.page.locator(".acts a").all()]:
        assert path is not None
        at.open(path)
    at.open(f"/desk/cases/{reference}?langue=en")
    assert "What happened" in at.text
    at.open(f"/desk/cases/{reference}/words" if role == "representative" else "/desk")
    assert at.page.locator("html").get_attribute("lang") == "en"


@SCREENS
def test_every_page_of_an_administrator_is_in_order(
    system: System, accounts: Accounts, visiting: Visiting, screen: ViewportSize
) -> None:
    at = visiting(system.ledger, screen, session=accounts.workers["administrator"].token)
    at.open("/desk")
    tasks = [link.get_attribute("href") for link in at.page.locator(".card a").all()]
    assert len(tasks) == len(TASKS)
    for task in tasks:
        at.open(f"{task}")
        first = at.page.locator(".rows a").first
        if first.count():
            at.open(f"{first.get_attribute('href')}")
            for act in [link.get_attribute("href") for link in at.page.locator(".acts a").all()]:
                at.open(f"{act}")


def test_an_administrator_invites_somebody_who_comes(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    at = visiting(system.ledger, session=accounts.workers["administrator"].token)
    at.open("/desk/admin/people")
    at.follow("Inviter une personne")
    at.page.get_by_label("Organisme", exact=False).first.select_option("societe-demo")
    at.page.get_by_label("Nom de connexion").fill("nouvelle@recours.example")
    at.page.get_by_label("Rôle").select_option("csr")
    at.press("Continuer")
    at.press("Confirmer")
    invitation = at.page.locator(".key").inner_text()
    came = visiting(system.ledger)
    came.open("/desk/sign-in?invitation")
    came.page.get_by_label("Organisme").select_option("societe-demo")
    came.page.get_by_label("Nom de connexion").fill("nouvelle@recours.example")
    came.page.get_by_label("Invitation").fill(invitation)
    came.page.get_by_label("Votre nouvelle phrase secrète").fill("pirogue verte dix sept")
    came.press("Se connecter")
    assert came.page.locator(".key").is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_officer_signs_in_acts_and_leaves_nothing_behind(
    system: System, accounts: Accounts, visiting: Visiting, scripts: bool
) -> None:
    reference = filed(system, "societe-demo", "csr", **CROPS)
    at = visiting(system.ledger, scripts=scripts)
    sign_in(at, accounts.workers["csr"])
    at.page.get_by_label("Chercher un dossier").fill(reference.lower())
    at.press("Voir")
    at.follow("Accuser réception")
    at.press("Continuer")
    assert "Vérifiez avant de confirmer" in at.text
    at.press("Confirmer")
    assert "C’est fait." in at.text
    assert "accusé de réception" in at.text
    at.press("Se déconnecter")
    at.page.go_back()
    assert reference not in at.shown()
    at.page.goto(f"{at.base}/desk/cases/{reference}")
    assert reference not in at.shown()


def test_the_second_of_two_sees_what_the_first_did(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    reference = filed(system, "societe-demo", "csr", **CROPS)
    token = accounts.workers["csr"].token
    slow, quick = (visiting(system.ledger, session=token) for _ in range(2))
    slow.open(f"/desk/cases/{reference}/acknowledge")
    slow.press("Continuer")
    quick.open(f"/desk/cases/{reference}/acknowledge")
    quick.press("Continuer")
    quick.press("Confirmer")
    slow.press("Confirmer")
    assert "Quelqu’un d’autre vient d’agir" in slow.text
    assert "Réception accusée." in slow.text


def test_a_case_of_others_is_as_one_that_is_not_there(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    protected = filed(system, "protection-demo", "protection", **VIOLENCE)
    at = visiting(system.ledger, session=accounts.workers["csr"].token)
    texts = []
    for reference in (protected, "ZZZZ9999"):
        at.open(f"/desk/cases/{reference}")
        texts.append(at.text)
    assert texts[0] == texts[1]


def test_a_list_changes_in_place_and_going_back_asks_anew(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    reference = filed(system, "societe-demo", "csr", **CROPS)
    at = visiting(system.ledger, DESKTOP, session=accounts.workers["csr"].token)
    at.open("/desk")
    at.page.evaluate("() => { window.stayed = true; }")
    at.page.get_by_role("link", name="Terminés").click()
    at.page.wait_for_function(
        "() => document.querySelector('[aria-current]').href.includes('ended')"
    )
    assert at.page.url.endswith("vue=ended")
    assert at.page.evaluate("() => window.stayed")
    at.page.wait_for_function("() => document.activeElement.id === 'list'")
    at.look()
    kept = at.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert reference not in kept
    with at.page.expect_navigation():
        at.page.go_back()
    at.page.wait_for_function("() => !window.stayed")
    assert reference in at.text


def test_an_ended_session_is_told_where_a_list_would_change(
    system: System, accounts: Accounts, visiting: Visiting
) -> None:
    at = visiting(system.ledger, DESKTOP, session=accounts.workers["csr"].token)
    at.open("/desk")
    at.page.context.clear_cookies()
    at.page.get_by_role("link", name="Terminés").click()
    at.page.wait_for_url("**/desk/sign-in")


def test_what_is_on_its_way_says_so(system: System, accounts: Accounts, visiting: Visiting) -> None:
    reference = filed(system, "societe-demo", "csr", **CROPS)
    at = visiting(system.ledger, DESKTOP, session=accounts.workers["csr"].token)
    at.open(f"/desk/cases/{reference}/acknowledge")
    # The answer opens beside it, so that the page which waits can be looked at.
    at.page.evaluate("() => { document.querySelector('main form').target = '_blank'; }")
    assert not at.page.locator("#busy").is_visible()
    with at.page.expect_popup() as opened:
        at.page.get_by_role("button", name="Continuer").click()
    assert at.page.locator("#busy").is_visible()
    assert at.page.get_by_role("button", name="Continuer").is_disabled()
    assert "Vérifiez avant de confirmer" in opened.value.locator("main").inner_text()
