"""What somebody does and sees in a browser; every page that is looked at must be in order."""

from contextlib import suppress
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, Response

from deploy.demo.world import wait_for
from tests.browser.album import keep_sight

#: WCAG 2.2 AA, by the names that axe-core has for it.
_RULES: Final = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}
#: What is touched and lower than 48 CSS pixels; a box to tick counts with its label.
_SMALL: Final = """() => [...document.querySelectorAll(
    "button, input:not([type=hidden]), select, .acts a, .ways a, nav a, summary")]
  .filter((one) => one.offsetParent && !one.closest("[aria-hidden]") && one.tabIndex >= 0)
  .map((one) => (["radio", "checkbox"].includes(one.type) && one.closest("label")) || one)
  .filter((box) => box.getBoundingClientRect().height < 48)
  .map((box) => box.outerHTML.slice(0, 120))"""
#: What has the focus is called so, and so its outline is drawn.
_FOCUSED: Final = """() => {
  const one = document.activeElement;
  const own = one.tagName === "SELECT" || one === document.body ? "" : one.innerText || "";
  const labels = [...(one.labels || [])].map((label) => label.innerText);
  return [[own, ...labels].join(" "), getComputedStyle(one).outlineStyle];
}"""
_WIDER: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Visit:
    """One page of a browser, whose every sight is checked: `look` after each step."""

    def __init__(self, page: Page, base: str, *, scripts: bool) -> None:
        self.page, self.base, self.scripts = page, base, scripts
        page.set_default_timeout(15_000)
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        # A refusal of the pages' own policy is a fault of the page; an answer of 4xx is not, nor
        # that there is no network.
        expected = ("status of", "ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")
        if message.type == "error" and not any(one in message.text for one in expected):
            self.errors.append(message.text)

    def open(self, path: str) -> Response:
        """Go to an address of the site and look."""
        response = self.page.goto(f"{self.base}{path}")
        assert response is not None
        self.look()
        return response

    def press(self, name: str) -> None:
        """Press the button of this name and look at what comes."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.look()

    def follow(self, name: str) -> None:
        """Follow the link of this name and look at what comes."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()
        self.look()

    def look(self) -> None:
        """Hold the page against WCAG 2.2 AA, the width of the screen and its own policy.

        Without scripts nothing can be asked of a page: it is looked at in the visits with them.
        """
        assert not self.errors, f"{self.page.url}: {self.errors}"
        if not self.scripts:
            keep_sight(self.page)
            return
        # What passes under the head of the page while it scrolls is not covered for good.
        self.page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
        keep_sight(self.page)
        found = Axe().run(self.page, options=_RULES)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        assert self.page.evaluate(_WIDER) <= 0, f"{self.page.url} is wider than the screen"
        small = self.page.evaluate(_SMALL)
        assert not small, f"{self.page.url}: hard to touch: {small}"

    def choose(self, name: str, value: str) -> None:
        """Tick the choice of this name and value."""
        self.page.locator(f"input[name='{name}'][value='{value}']").check()

    def shown(self) -> str:
        """Return what the browser shows once it has come to rest, also a page of its own."""

        def content() -> str | None:
            with suppress(Error):
                self.page.wait_for_load_state()
                return self.page.content()
            return None

        return wait_for(content, 15, "the browser comes to rest")

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return self.page.locator("main").inner_text()

    def reach(self, name: str) -> None:
        """Go on with the tabulator until what is called so has the focus, which must be seen."""
        for _ in range(90):
            self.page.keyboard.press("Tab")
            called, outline = self.page.evaluate(_FOCUSED)
            if name in called:
                assert outline != "none", f"{name} has the focus, and nobody sees it"
                return
        raise AssertionError(f"{name} is not reached by keyboard on {self.page.url}")

    def enter(self) -> None:
        """Press Enter on what has the focus and look at what comes."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()
