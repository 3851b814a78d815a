"""The public form, answered page by page."""

import re

from deploy.demo.browser import Browser, Form


def fill_form(browser: Browser, answers: dict[str, str]) -> str:
    """Answer each page of the public form from `answers` and return the reference."""
    for _ in range(20):
        found = re.search(r'<p class="number"[^>]*>([^<]+)</p>', browser.html)
        if found:
            return found[1].replace(" ", "")
        form = next(form for form in browser.forms if form.method == "post")
        wanted = {name: value for name, value in answers.items() if name in form.names()}
        browser.send(form, wanted, _button(form, answers))
    raise AssertionError(f"the form did not end: {browser.text[:300]}")


def _button(form: Form, answers: dict[str, str]) -> tuple[str, str]:
    """Return the button that gives an answer, or else the one that goes on."""
    for name, value in form.buttons:
        if value and answers.get(name.removesuffix("_go")) == value:
            return name, value
    return next((n, v) for n, v in form.buttons if v in ("next", "send"))
