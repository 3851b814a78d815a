"""What can be done on the tracking page: what each act asks, what follows from it, what it calls.

No rule is added here: what is possible is told by the status, and acts are those of `FollowUps`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from services.intake.access import Opened
from services.intake.domain import LONGEST_TEXT
from services.intake.followups import BOTH_SIDES, FollowUps
from services.intake.submission import Attachment
from shared.events.codes import OtherSide

CHANNEL: Final = "web"
_ANSWERS: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what the status must allow for it, its icon, and the fields that it asks for."""

    name: str
    needs: str
    icon: str
    fields: tuple[str, ...]


ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        Act("answer", "answer", "yes", ("items", "texte")),
        Act("message", "messages", "change", ("texte",)),
        Act("photo", "messages", "photo", ("photo",)),
        Act("share", "statement", "yes", ("to",)),
        Act("statement", "statement", "statement", ("texte", "to")),
        Act("unshare", "messages", "hide", ()),
        Act("follow-up", "follow-up", "follow", ("satisfied", "holds", "retaliation", "texte")),
        Act("reopening", "reopening", "reopening", ("texte",)),
        Act("appeal", "appeal", "appeal", ("texte",)),
        Act("withdrawal", "withdrawal", "withdraw", ("pressured", "texte")),
    )
}


class Said(BaseModel):
    """What was said for an act, as it was typed."""

    model_config = ConfigDict(frozen=True)

    nonce: str = ""
    question: int | None = None
    statement: int | None = None
    agreed: str = ""
    items: tuple[int, ...] = ()
    texte: str = ""
    to: tuple[str, ...] = ()
    pressured: str = ""
    satisfied: str = ""
    holds: str = ""
    retaliation: str = ""

    def hidden(self) -> list[tuple[str, str]]:
        """Return the fields that a page carries along."""
        carried = []
        for name, value in self.model_dump(exclude_none=True).items():
            values = value if isinstance(value, (list, tuple)) else (value,)
            carried += [(name, str(one)) for one in values if one != ""]
        return carried


def read_said(fields: Iterable[tuple[str, str]]) -> Said:
    """Read the fields of a request; a choice that is none of ours counts as not made."""
    given: dict[str, list[str]] = {}
    for name, value in fields:
        given.setdefault(name, []).append(value)
    one = {name: values[0] for name, values in given.items()}
    numbers = sorted({n for n in map(_number, given.get("items", [])[:100]) if n is not None})
    return Said(
        nonce=one.get("nonce", "")[:64],
        question=_number(one.get("question", "")),
        statement=_number(one.get("statement", "")),
        agreed=_chosen(one.get("agreed"), "yes", "no", "part"),
        items=tuple(numbers),
        texte=one.get("texte", "").replace("\r\n", "\n"),
        to=tuple(side for side in BOTH_SIDES if side in given.get("to", ())),
        pressured=_chosen(one.get("pressured"), "yes", "no"),
        satisfied=_chosen(one.get("satisfied"), "yes", "no"),
        holds=_chosen(one.get("holds"), "yes", "no"),
        retaliation=_chosen(one.get("retaliation"), "yes", "no"),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _chosen(value: str | None, *known: str) -> str:
    return value if value in known else ""


def offered(status: Mapping[str, Any]) -> list[Act]:
    """Return the acts that are possible now, beside the answer to what is proposed."""
    written = status["statement"]
    released = bool(written and written["released"])
    waiting = bool(written and written["number"] and written["waits"])
    return [
        act
        for act in ACTS.values()
        if act.needs in status["possible"]
        and act.name != "answer"
        and (act.name != "unshare" or released)
        and (act.name != "share" or waiting)
    ]


def problems(act: Act, said: Said) -> dict[str, str]:
    """Return what must be mended: field and key of the text that says how."""
    if len(said.texte) > LONGEST_TEXT:
        return {"texte": "error_too_long"}
    if act.name in ("message", "statement") and not said.texte.strip():
        return {"texte": "error_no_words"}
    if act.name in ("share", "statement") and not said.to:
        return {"to": "error_choose"}
    if act.name == "answer" and not said.agreed:
        return {"items": "error_choose"}
    if act.name == "answer" and said.agreed == "part" and not said.items:
        return {"items": "error_choose"}
    if act.name == "follow-up" and not (said.satisfied or said.holds or said.retaliation):
        return {"satisfied": "error_choose"}
    return {}


def wording(act: Act, said: Said, status: Mapping[str, Any]) -> str:
    """Return the beginning of the keys of an act's texts: a yes reads otherwise than a no."""
    if act.name != "answer":
        return act.name
    about = status["question"]["about"] if status["question"] else "proposal"
    return f"{about}_{said.agreed or 'part'}"


def _sides(said: Said) -> tuple[OtherSide, ...]:
    return tuple(side for side in BOTH_SIDES if side in said.to)


async def perform(
    act: Act, follow: FollowUps, case: Opened, said: Said, photo: Attachment | None
) -> None:
    """Carry out an act; a repeat with the same nonce is the same act."""
    to: dict[str, Any] = {"channel": CHANNEL, "key": f"{case.reference}:{said.nonce}"}
    text = said.texte or None
    match act.name:
        case "answer":
            items = said.items if said.agreed == "part" else None
            agreed = said.agreed != "no"
            question = said.question
            await follow.answer(
                case, **to, agreed=agreed, text=text, items=items, question=question
            )
        case "message":
            await follow.message(case, **to, text=text)
        case "photo":
            await follow.message(case, **to, text=None, files=[photo] if photo else [])
        case "share":
            await follow.agree_to_statement(case, **to, number=said.statement, to=_sides(said))
        case "statement":
            await follow.statement(case, **to, text=said.texte, to=_sides(said))
        case "unshare":
            await follow.change_consent(case, **to, purpose="statement", given=False)
        case "follow-up":
            await follow.follow_up(
                case,
                **to,
                satisfied=_ANSWERS.get(said.satisfied),
                remedy_holds=_ANSWERS.get(said.holds),
                retaliation=_ANSWERS.get(said.retaliation),
                text=text,
            )
        case "reopening":
            await follow.reopen(case, **to, text=text)
        case "appeal":
            await follow.appeal(case, **to, text=text)
        case "withdrawal":
            pressured = _ANSWERS.get(said.pressured)
            await follow.withdraw(case, **to, pressured=pressured, text=text)
