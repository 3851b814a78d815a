"""One running system, one browser, and people at phones and desks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from deploy.demo.accounts import Accounts
from tests.browser.visit import Visit
from tests.e2e.stories import MORNING
from tests.support.chromium import FLAGS, chromium
from tests.support.system import System, system_in

PHONE = ViewportSize(width=320, height=640)
DESKTOP = ViewportSize(width=1280, height=900)

#: Starts a visit: `visiting(base address, screen, scripts or not, session's token)`.
Visiting = Callable[..., Visit]


class Harmless(BaseHTTPRequestHandler):
    """Answers as the page of the world outside that the quick exit leads to."""

    def do_GET(self) -> None:
        """Say that this is elsewhere."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>ailleurs</title>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of who came."""


@pytest.fixture(scope="package")
def outside() -> Iterator[str]:
    """The address of a harmless page that is not the project's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Harmless) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="package")
def system(outside: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A run on free ports, as `make run` starts it, by day."""
    env = {"RECOURS_CLOCK": f"{MORNING} x1", "INTAKE_WEB_EXIT_URL": outside}
    with system_in(tmp_path_factory.mktemp("system"), **env) as running:
        yield running


@pytest.fixture(scope="package")
def accounts(system: System) -> Accounts:
    """Everybody who works at a desk."""
    return Accounts(system)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    found = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.program, args=list(FLAGS), env={**found.environment}
        )
        yield started
        started.close()


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Visiting]:
    """Start visits, each with a browser of its own that remembers nothing of the others."""
    with ExitStack() as contexts:

        def visit(
            base: str, screen: ViewportSize = PHONE, *, scripts: bool = True, session: str = ""
        ) -> Visit:
            context = browser.new_context(
                viewport=screen,
                has_touch=screen is PHONE,
                java_script_enabled=scripts,
                locale="fr-FR",
            )
            contexts.callback(context.close)
            if session:
                context.add_cookies([{"name": "desk", "value": session, "url": base}])
            return Visit(context.new_page(), base, scripts=scripts)

        yield visit
