"""Fills and sends the pages' forms as a browser without JavaScript does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


@dataclass
class Form:
    """One form of a page: where it goes, what it carries, and which buttons it has."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def names(self) -> set[str]:
        """Return the names of everything that can be filled in."""
        return {name for name, _ in self.fields} | set(self.choices)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect forms and their controls."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input":
            self._input(form, name, given)
        elif tag == "button" and given.get("type", "submit") == "submit":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "textarea" and name:
            form.fields.append((name, ""))
            self._area = name
        elif tag == "select" and name:
            form.choices.setdefault(name, [])
            self._select = name
        elif tag == "option" and self._select:
            form.choices[self._select].append(given.get("value", ""))

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind == "submit":
            form.buttons.append((name, value))
        elif kind in ("radio", "checkbox") and name:
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields.append((name, value))
        elif name:
            form.fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        """Leave selects and text areas."""
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Keep what a person reads."""
        if self._area and self.forms:
            name, value = self.forms[-1].fields.pop()
            self.forms[-1].fields.append((name, value + data))
        elif data.strip():
            self.text.append(data.strip())


class Browser:
    """A person at the public pages: reads, fills in, presses a button."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.url = ""
        self.html = ""
        self.text = ""
        self.forms: list[Form] = []

    def open(self, url: str) -> None:
        """Go to an address."""
        self._show(self._client.get(url, follow_redirects=True))

    def form_with(self, *names: str) -> Form:
        """Return the form that has all these fields or buttons; fails when none has."""
        for form in self.forms:
            known = form.names() | {name for name, _ in form.buttons}
            if set(names) <= known:
                return form
        raise AssertionError(f"no form with {names} at {self.url}: {self.text[:400]}")

    def send(
        self,
        form: Form,
        values: Mapping[str, str | list[str]],
        button: tuple[str, str] | None = None,
    ) -> None:
        """Fill a form and press a button (the first when none is named)."""
        kept = [(name, value) for name, value in form.fields if name not in values]
        for name, value in values.items():
            kept += [(name, item) for item in ([value] if isinstance(value, str) else value)]
        pressed = button or next(iter(form.buttons), None)
        if pressed and pressed[0]:
            kept.append(pressed)
        target = urljoin(self.url, form.action) if form.action else self.url
        data: dict[str, list[str]] = {}
        for name, value in kept:
            data.setdefault(name, []).append(value)
        if form.method == "post":
            answer = self._client.post(target, data=data, follow_redirects=True)
        else:
            answer = self._client.get(target, params=data, follow_redirects=True)
        self._show(answer)

    def _show(self, answer: httpx.Response) -> None:
        self.url, self.html = str(answer.url), answer.text
        page = _Page()
        page.feed(answer.text)
        self.forms, self.text = page.forms, " ".join(page.text)
        if answer.status_code >= 500:
            raise AssertionError(f"{answer.status_code} at {self.url}")
