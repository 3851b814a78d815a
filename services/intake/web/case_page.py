"""What the tracking page shows of a status: its first line, the dates ahead, the way so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.intake.timeline import spoken_date
from services.intake.web.acts import offered
from services.intake.web.texts import Words

_PROPOSED = "cf.recours.remedy.proposed.v1"
_DELIVERED = "cf.recours.remedy.delivered.v1"
#: Stages whose dates are worded of their own: what is due then is no answer of the holder.
_OTHER_DATES = ("answer", "verify", "deliver")


def case_values(status: Mapping[str, Any], now: datetime, w: Words) -> dict[str, Any]:
    """Return the values of the page of a case."""
    language = w.page_language
    of_stage = f"_{status['stage']}" if status["stage"] in _OTHER_DATES else ""

    def day(time: str | None) -> str:
        return spoken_date(datetime.fromisoformat(time), language) if time else ""

    until = status["appeal_until"]
    over = bool(until) and datetime.fromisoformat(until) < now
    question = status["question"]
    asking = _PROPOSED if question and question["about"] == "proposal" else _DELIVERED
    return {
        "s": status,
        "due_line": w(f"late{of_stage}" if status["late_since"] else f"due{of_stage}"),
        "due_day": day(status["late_since"]) or status["due_text"],
        "yours": status["stage"] == "answer",
        "until_line": w("again_over" if over else "again_until", day=day(until)) if until else "",
        "question_words": _last_words(status, asking) if question else None,
        "items": _items(status),
        "acts": offered(status),
        "way": [{**entry, "day": day(entry["at"])} for entry in status["timeline"]],
        "ahead": _ahead(status, of_stage, over, day, w),
    }


def _items(status: Mapping[str, Any]) -> list[tuple[int, str]]:
    wanted = status["question"]["items"] if status["question"] else []
    return [(one["number"], one["text"]) for one in status["remedy"] if one["number"] in wanted]


def _last_words(status: Mapping[str, Any], kind: str) -> str | None:
    words = [entry.get("words") for entry in status["timeline"] if entry["type"] == kind]
    return words[-1] if words else None


def _ahead(
    status: Mapping[str, Any], of_stage: str, over: bool, day: Any, w: Words
) -> list[dict[str, Any]]:
    """Return the dates that are still to come, each with what is due then."""
    dates = []
    if status["due_at"]:
        late = bool(status["late_since"]) and not of_stage
        text = w("ahead_late" if late else f"ahead{of_stage or '_due'}")
        dates.append((status["due_at"], text, late))
    if status["appeal_until"] and not over:
        dates.append((status["appeal_until"], w("ahead_until"), False))
    return [
        {"at": at, "day": day(at), "text": text, "late": late} for at, text, late in sorted(dates)
    ]
