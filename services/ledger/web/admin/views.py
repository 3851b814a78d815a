"""How the administrators' pages go out, and how days and what happened are said on them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from fastapi import Request, Response

from services.ledger.accounts.events import IdentityEvent
from services.ledger.web.admin.texts import HAPPENED, TEXTS
from services.ledger.web.pages import page
from services.ledger.web.session import Visitor, language_of
from services.ledger.web.texts import Words
from shared.events.envelope import Event


class AdminWords(Words):
    """The words of the administrators' pages in one language."""

    @property
    def place(self) -> int:
        """Where the language stands in a pair."""
        return 1 if self.language == "en" else 0

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key, filled in."""
        return TEXTS[key][self.place].format(**values)

    def day(self, at: date | datetime) -> str:
        """Return a day as people say it."""
        return str(format_date(at, "EEEE d MMMM y", locale=self.language))

    def happened(self, events: Iterable[Event], ident: str) -> list[tuple[datetime, str, str, str]]:
        """Return what happened, the newest first: when, the day, what, and by which side."""
        rows = []
        for event in events:
            kind = event.type.removeprefix("cf.recours.").rpartition(".v")[0]
            by = event.data.by.sub if isinstance(event.data, IdentityEvent) else ""
            side = self("by_holder" if by == ident else "by_manager")
            rows.append((event.time, self.day(event.time), self.of(HAPPENED, kind), side))
        return rows[::-1]


def admin_page(request: Request, template: str, who: Visitor, **given: Any) -> Response:
    """Return a rendered page of administrators or leads."""
    return page(request, template, who=who, a=AdminWords(language_of(request)), **given)
