"""`make pictures`: the pictures of the guides made anew, as the pages look now."""

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from deploy.demo.accounts import Accounts, file_fresh
from deploy.demo.world import wait_for
from services.ledger.web.guide.texts import GUIDES
from tests.support.chromium import FLAGS, chromium
from tests.support.system import System, system_in

_FOLDER: Final = Path(__file__).parents[2] / "services/ledger/web/guide/pictures"
_SCREEN: Final = ViewportSize(width=760, height=620)
_PHONE: Final = ViewportSize(width=400, height=620)
_COMPLAINANT: Final = "complainant"
_MORNING: Final = "2026-11-23T08:00:00+01:00 x1"


def main() -> None:
    """Start a system with work for each role, and take each picture in French and English."""
    with (
        tempfile.TemporaryDirectory() as folder,
        system_in(Path(folder), RECOURS_CLOCK=_MORNING) as system,
    ):
        accounts, cases = Accounts(system), _cases(system, file_fresh(system))
        found = chromium()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=found.program, args=list(FLAGS), env={**found.environment}
            )
            for role, name in sorted(wanted()):
                if role == _COMPLAINANT:
                    for language in ("fr", "en"):
                        _keep(_PUBLIC[name](browser, system, language), f"{role}-{name}.{language}")
                    continue
                session = accounts.workers[role].token
                path = {"case": f"/desk/cases/{cases.get(role, '')}"}.get(name, _PATHS.get(name))
                for language in ("fr", "en"):
                    picture = _taken(browser, system, session, f"{path}?langue={language}")
                    _keep(picture, f"{role}-{name}.{language}")
            browser.close()


#: Where what a picture shows stands; a case has the address of its role's own.
_PATHS: Final = {"inbox": "/desk", "figures": "/desk/figures", "admin": "/desk/admin/people"}


def wanted() -> Iterator[tuple[str, str]]:
    """Yield the role and name of each picture that a guide shows."""
    for role, guide in GUIDES.items():
        yield from {(role, step.picture) for step in guide.steps if step.picture}


def _cases(system: System, references: list[str]) -> dict[str, str]:
    """Return a case of each role that holds one: triage, company, authority, protection."""
    holders = ("representative", "csr", "authority", "protection")
    offices = ("syndicat-demo", "societe-demo", "mines-regionales-demo", "protection-demo")
    for reference, role, office in zip(references, holders, offices, strict=True):
        who = system.person(role, office)
        wait_for(lambda r=reference, w=who: system.case(r, w), 30, f"{office} has its case")  # type: ignore[misc]
    return dict(zip(holders, references, strict=True))


def _keep(picture: Image.Image, name: str) -> None:
    file = _FOLDER / f"{name}.webp"
    picture.save(file, "WEBP", quality=60, method=6)
    sys.stdout.write(f"{file.name}: {file.stat().st_size / 1000:.0f} KB\n")


def _form(browser: Browser, system: System, language: str) -> Image.Image:
    """Return the question of what it is about, on the public form."""
    page = browser.new_context(viewport=_PHONE).new_page()
    page.goto(f"{system.intake}/")
    page.locator(f"button[value={language}]").click()
    page.locator("button[name=danger_go][value=no]").click()
    return _seen(page)


def _tracking(browser: Browser, system: System, language: str) -> Image.Image:
    """Return the page that says where a case is."""
    told = {"text": "L'engin a détruit mon manioc", "category": "LAND_CROP_DAMAGE"}
    where = {"site": "doungoubou-demo", "organisation": "societe-demo"}
    filed = system.submit(**told, **where).json()
    page = browser.new_context(viewport=_PHONE).new_page()

    def opened() -> bool:
        page.goto(f"{system.intake}/suivi?langue={language}")
        page.fill("#reference", filed["reference"])
        page.fill("#code", filed["code"])
        page.locator("button.big").click()
        return "Société" in page.inner_text("main")

    wait_for(opened, 30, "the tracking page names the holder")
    return _seen(page)


def _seen(page: Page) -> Image.Image:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.context.close()
    return picture


_PUBLIC: Final = {"form": _form, "tracking": _tracking}


def _taken(browser: Browser, system: System, session: str, path: str) -> Image.Image:
    context = browser.new_context(viewport=_SCREEN)
    context.add_cookies([{"name": "desk", "value": session, "url": system.ledger}])
    page = context.new_page()
    page.goto(f"{system.ledger}{path}")
    return _seen(page)


if __name__ == "__main__":
    main()
