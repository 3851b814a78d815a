"""What a complainant can do as their case stands, by the status view. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shared.errors import Conflict
from shared.events.envelope import format_time
from shared.mongo import Document

#: An appeal asks for another decision, so somebody must have begun to decide.
APPEALABLE: Final = frozenset(
    {"in_inquiry", "remedy_proposed", "agreed", "remedy_delivered", "verified", "closed"}
)
#: A proposal, or the word that it was carried out, waits for a yes or no.
ANSWERABLE: Final = frozenset({"remedy_proposed", "remedy_delivered"})
_ALWAYS: Final = frozenset({"message", "consent"})
_WINDOWED: Final = frozenset({"appeal", "reopening"})
About = Literal["proposal", "delivery"]
_ASKING: Final[Mapping[str, About]] = {
    "cf.recours.remedy.proposed.v1": "proposal",
    "cf.recours.remedy.delivered.v1": "delivery",
}
_RECORDED: Final = "cf.recours.statement.recorded.v1"
_ELSE: Final = (
    "You can write to the case, file a new grievance at any time, or go to a court, the labour "
    "inspection or a union."
)


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal, or the word that it was carried out, to which the complainant says yes or no.

    `number` counts those of the case from 1; `sequence` is the place that the ledger gave it.
    """

    number: int
    sequence: int
    about: About
    at: datetime
    items: frozenset[int]

    @property
    def letter(self) -> str:
        """How a text message names it: A for the first of the case, B for the second."""
        return chr(ord("A") + (self.number - 1) % 26)


def question_of(status: Document | None) -> Question | None:
    """Return what waits for a yes or no, if anything does."""
    if status is None or status["state"] not in ANSWERABLE:
        return None
    steps = sorted(status.get("steps", {}).items())
    asking = [(int(at), step) for at, step in steps if step.get("type") in _ASKING]
    if not asking:
        return None
    sequence, last = asking[-1]
    return Question(
        number=len(asking),
        sequence=sequence,
        about=_ASKING[last["type"]],
        at=last["at"],
        items=_items([step for _, step in steps], _ASKING[last["type"]]),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """What was written for the complainant last, to be agreed to; `number` counts from 1."""

    number: int
    text_id: str


def written_of(status: Document | None) -> Written | None:
    """Return the statement that was written last, if there is one."""
    steps = sorted(status.get("steps", {}).items()) if status else []
    texts = [
        step["text_id"] for _, step in steps if step.get("type") == _RECORDED and "text_id" in step
    ]
    return Written(len(texts), texts[-1]) if texts else None


def offered(status: Document | None) -> list[Document]:
    """Return the items of the remedy that was offered or ordered last."""
    steps = sorted(status.get("steps", {}).items()) if status else []
    with_items = [step["items"] for _, step in steps if step.get("items")]
    return list(with_items[-1]) if with_items else []


def _items(steps: Sequence[Document], about: About) -> frozenset[int]:
    """Return the numbers to answer: of what was offered last, or of what was brought of it."""
    offered = [at for at, step in enumerate(steps) if step.get("items")]
    if not offered:
        return frozenset()
    there = frozenset(item["number"] for item in steps[offered[-1]]["items"])
    brought = [step.get("numbers") for step in steps[offered[-1] :] if "numbers" in step]
    if about == "proposal" or not brought:
        return there
    return frozenset(number for numbers in brought for number in numbers or there)


def possibilities(status: Document | None, now: datetime) -> list[str]:
    """Return what the complainant can do now; without a view the case was only just received."""
    state = _state(status)
    late = _late(status, now)
    possible = ["messages"]
    if state in ANSWERABLE:
        possible.append("answer")
    if state != "closed":
        possible.append("withdrawal")
    if state not in ("received", "closed"):
        possible.append("statement")
    if state in APPEALABLE and not _final(status) and not late:
        possible.append("appeal")
    if state == "closed":
        possible += ["follow-up"] if late else ["reopening", "follow-up"]
    return possible


def require_possible(kind: str, status: Document | None, now: datetime) -> None:
    """Raise Conflict where an act is not possible: until when it was, and what else there is."""
    possible = possibilities(status, now)
    if kind in _ALWAYS or kind in possible:
        return
    state = _state(status)
    if kind == "appeal" and state in APPEALABLE and _final(status):
        detail = f"The last body has the case: nobody is left here to appeal to. {_ELSE}"
        raise Conflict(detail, state=state, possible=possible)
    if kind in _WINDOWED and (until := _late(status, now)):
        told = format_time(until)
        raise Conflict(
            f"This was possible until {told}. {_ELSE}", state=state, possible=possible, until=told
        )
    raise Conflict(f"The case is in the state {state}", state=state, possible=possible)


def require_same(number: int | None, status: Document | None, now: datetime) -> None:
    """Raise Conflict when an answer names another question than the one that waits."""
    waiting = question_of(status)
    if number is None or waiting is None or waiting.number == number:
        return
    raise Conflict(
        "Something else was proposed or reported since; look at it and answer that",
        state=_state(status),
        possible=possibilities(status, now),
        question=waiting.number,
    )


def require_written(number: int | None, status: Document | None, now: datetime) -> None:
    """Raise Conflict when a yes names another statement than the one that was written last."""
    written = written_of(status)
    last = written.number if written else None
    if number is None or number == last:
        return
    raise Conflict(
        "This is not the statement that was written last; look at it and say yes to that",
        state=_state(status),
        possible=possibilities(status, now),
        statement=last,
    )


def window(status: Document) -> datetime | None:
    """Return until when a closed case may be appealed or reopened, as its last end said."""
    ends = [step for _, step in sorted(status.get("steps", {}).items()) if "appeal_until" in step]
    until: datetime | None = ends[-1]["appeal_until"] if ends else None
    return until


def _late(status: Document | None, now: datetime) -> datetime | None:
    """Return until when a closed case could be taken up again, where that is over."""
    if status is None or _state(status) != "closed":
        return None
    until = window(status)
    return until if until and now > until else None


def _state(status: Document | None) -> str:
    return str(status["state"]) if status else "received"


def _final(status: Document | None) -> bool:
    return bool(status and status.get("final"))
