"""How the desk's pages go out, and how dates are said on them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date
from fastapi import Request, Response

from services.ledger.deadlines import WorkCalendar
from services.ledger.store import Ledger
from services.ledger.web import codes
from services.ledger.web.session import Visitor, keep_language, language_of
from services.ledger.web.static_routes import ADDRESSES
from services.ledger.web.texts import Words
from shared.directory import Organisations, Sites
from shared.taxonomy import Taxonomy
from shared.web import HEADERS, compressed, templates_in

_TEMPLATES: Final = templates_in(Path(__file__).parent / "templates")
_TEMPLATES.globals["assets"] = ADDRESSES
#: Our own scripts and what they ask of us, nothing inline.
_POLICY: Final = HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"
_HSTS: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
#: So few working days before a date, a chip warns.
_SOON: Final = 2


class Names:
    """What ids and codes are called, by the policy in force."""

    def __init__(self, ledger: Ledger, words: Words) -> None:
        bundle = ledger.policy.current
        self._bodies, self._sites = bundle.get(Organisations), bundle.get(Sites)
        self._kinds, self._words = bundle.get(Taxonomy), words
        self.calendar = bundle.get(WorkCalendar)

    def organisation(self, ident: str | None) -> str:
        """Return the name of an organisation."""
        return self._bodies.name_of(ident) if ident else ""

    def site(self, ident: str | None) -> str:
        """Return the name of a site."""
        found = self._sites.sites.get(ident or "")
        return found.name if found else (ident or "")

    def category(self, code: str | None) -> str:
        """Return what a category is called."""
        found = self._kinds.categories.get(code or "")
        return getattr(found.label, self._words.language) if found else (code or "")

    def day(self, at: datetime) -> str:
        """Return a day as people say it."""
        local = at.astimezone(self.calendar.zone).date()
        return str(format_date(local, "EEEE d MMMM y", locale=self._words.language))

    def month(self, written: str) -> str:
        """Return a month, written as 2026-11, as people say it."""
        day = datetime.strptime(written, "%Y-%m")
        return str(format_date(day, "LLLL y", locale=self._words.language))

    def chip(self, due: datetime | None, late: datetime | None, now: datetime) -> dict[str, str]:
        """Return a date with what it means: the words, how many working days are left, how near."""
        if late is not None:
            return {
                "tone": "bad",
                "sign": "⚠",
                "text": self._words("late_since", day=self.day(late)),
            }
        if due is None:
            return {"tone": "quiet", "sign": "–", "text": self._words("no_due")}
        left = self._left(now, due)
        near = "today" if left == 0 else "in_day" if left == 1 else "in_days"
        tone = "warn" if left <= _SOON else "quiet"
        text = f"{self.day(due)}, {self._words(near, n=left)}"
        return {"tone": tone, "sign": "◔" if tone == "warn" else "○", "text": text}

    def _left(self, now: datetime, due: datetime) -> int:
        day, last = self.calendar.local_day(now), self.calendar.local_day(due)
        left = 0
        while day < last and left < 400:
            day += timedelta(days=1)
            left += self.calendar.next_working(day) == day
        return left


def page(
    request: Request,
    template: str,
    *,
    who: Visitor | None = None,
    status: int = 200,
    pictures: bool = False,
    **given: Any,
) -> Response:
    """Return a rendered page with the headers that keep it private; `pictures` are of this site."""
    words = Words(language_of(request))
    given.setdefault("problem", None)
    html = _TEMPLATES.get_template(template).render(w=words, t=codes, who=who, **given)
    policy = _POLICY.replace("img-src", "img-src 'self'") if pictures else _POLICY
    headers = HEADERS | {"Content-Language": words.language, "Content-Security-Policy": policy}
    if request.app.state.settings.production:
        headers |= _HSTS
    response = compressed(request, html.encode(), "text/html; charset=utf-8", headers, status)
    return keep_language(request, response)
