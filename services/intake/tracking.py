"""The status of a grievance as its complainant sees it."""

from typing import Any

from services.intake.access import Opened
from services.intake.handlers import Handlers
from services.intake.possible import possibilities, question_of
from services.intake.reader import VaultReader
from services.intake.timeline import spoken_date, step_text
from shared.events.envelope import format_time
from shared.mongo import Document


class Tracking:
    """Reads the status view; before the ledger has opened the case it says `received`."""

    def __init__(self, handlers: Handlers, reader: VaultReader) -> None:
        self._handlers = handlers
        self._reader = reader

    async def status(self, case: Opened) -> dict[str, Any]:
        """Return who holds the case, by which date they must answer, and what happened so far."""
        view = (await self._handlers.store.statuses([case.grievance])).get(case.grievance)
        name_of = self._handlers.policy().organisations.name_of
        first = {"at": case.stored_at, "type": "received"}
        steps: list[Document] = [first]
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
                "text": step_text(step, case.language, name_of),
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
            "due_at": format_time(due) if due else None,
            "due_text": spoken_date(due, case.language) if due else None,
            "received_at": format_time(case.stored_at),
            "language": case.language,
            "possible": possibilities(view, self._handlers.clock.now()),
            "question": _question(view),
            "timeline": timeline,
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
