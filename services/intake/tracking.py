"""The status of a grievance as its complainant sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.intake.access import Opened
from services.intake.handlers import Handlers
from services.intake.possible import offered, possibilities, question_of, window, written_of
from services.intake.reader import VaultReader
from services.intake.timeline import item_text, spoken_date, step_text
from shared.events.envelope import format_time
from shared.mongo import Document

_ASKED: Final = "cf.recours.complainant.asked.v1"
_MISSED: Final = "cf.recours.deadline.missed.v1"
_STATEMENT: Final = "cf.recours.statement."
_RELEASED: Final = f"{_STATEMENT}released.v1"
_WITHDRAWN: Final = f"{_STATEMENT}withdrawn.v1"
#: Steps that meet no date of the holder.
_IDLE: Final = (
    _MISSED,
    _STATEMENT,
    "cf.recours.complainant.wrote.v1",
    "cf.recours.contact.tried.v1",
)


class Tracking:
    """Reads the status view; before the ledger has opened the case it says `received`."""

    def __init__(self, handlers: Handlers, reader: VaultReader) -> None:
        self._handlers = handlers
        self._reader = reader

    async def status(self, case: Opened, language: str | None = None) -> dict[str, Any]:
        """Return who holds the case, by which date they must answer, and what happened so far.

        In the language of the case, unless another one is asked for.
        """
        language = language or case.language
        view = await self._handlers.store.status_of(case.grievance)
        name_of = self._handlers.policy().organisations.name_of
        now = self._handlers.clock.now()
        steps: list[Document] = [{"at": case.stored_at, "type": "received"}]
        if view:
            steps += [step for _, step in sorted(view.get("steps", {}).items())]
        words: dict[str, str | None] = {}
        if any("text_id" in step for step in steps):
            words = await self._reader.texts_of(case.grievance, case.person)
        timeline = []
        for step in steps:
            entry = {
                "at": format_time(step["at"]),
                "type": step["type"],
                "text": step_text(step, language, name_of),
            }
            if words.get(step.get("text_id", "")):
                entry["words"] = str(words[step["text_id"]])
            timeline.append(entry)
        state = view["state"] if view else "received"
        due = view["due_at"] if view else None
        return {
            "reference": case.reference,
            "state": state,
            "closed_as": view["closed_as"] if view else None,
            "holder": name_of(view["holder"]) if view else None,
            "stage": view.get("stage") if view else None,
            "due_at": format_time(due) if due else None,
            "due_text": spoken_date(due, language) if due else None,
            "late_since": _written(_late_since(view, steps, now)),
            "received_at": format_time(case.stored_at),
            "appeal_until": _written(window(view)) if view and state == "closed" else None,
            "language": case.language,
            "possible": possibilities(view, now),
            "question": _question(view),
            "remedy": [
                {
                    "number": item["number"],
                    "text": item_text(item, language),
                    "due_at": format_time(item["due_at"]),
                }
                for item in offered(view)
            ],
            "asked": _asked(timeline) if state == "waiting_for_complainant" else None,
            "statement": _statement(timeline, view),
            "timeline": timeline,
        }


def _late_since(view: Document | None, steps: Sequence[Document], now: datetime) -> datetime | None:
    """Return the date that was let pass; a missed one has a next date, and is late all the same."""
    if view is None or view["due_at"] is None:
        return None
    since: datetime | None = view["due_at"] if view["due_at"] < now else None
    for step in reversed(steps):
        if not step["type"].startswith(_IDLE):
            break
        missed = step.get("missed")
        if missed and missed["stage"] == view.get("stage"):
            since = missed["due_at"]
    return since


def _asked(timeline: Sequence[dict[str, str]]) -> str | None:
    """Return the words of the question that waits for the complainant."""
    return next((e.get("words") for e in reversed(timeline) if e["type"] == _ASKED), None)


def _statement(timeline: Sequence[dict[str, str]], view: Document | None) -> dict[str, Any] | None:
    """Return what was written for the other side, and whether it may read any of it.

    What `waits` is not released as it stands; a yes names it by its number.
    """
    told = [entry for entry in timeline if entry["type"].startswith(_STATEMENT)]
    if not told:
        return None
    words = [entry["words"] for entry in told if "words" in entry]
    written = written_of(view)
    shown = [entry["type"] for entry in told if entry["type"] in (_RELEASED, _WITHDRAWN)]
    return {
        "number": written.number if written else None,
        "released": bool(shown) and shown[-1] == _RELEASED,
        "waits": told[-1]["type"] != _RELEASED,
        "words": words[-1] if words else None,
    }


def _question(view: Document | None) -> dict[str, Any] | None:
    """Return what waits for a yes or no; an answer names it by its number."""
    question = question_of(view)
    if question is None:
        return None
    return {
        "number": question.number,
        "about": question.about,
        "at": format_time(question.at),
        "items": sorted(question.items),
    }


def _written(time: datetime | None) -> str | None:
    return format_time(time) if time else None
