"""What somebody reads of what was said: on its own page, and beside what is written from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.ledger.bodies import CaseAnswer
from services.ledger.case import Case
from services.ledger.sight import Sight, may_read
from services.ledger.store import Ledger
from services.ledger.vault import read_text, read_words
from services.ledger.web.case_page import Opened
from services.ledger.web.codes import SEVERITIES
from services.ledger.web.entries import short_type
from services.ledger.web.pages import Names
from services.ledger.web.session import Visitor
from services.ledger.web.texts import Words

_PURPOSE: Final = "case-work"
_TRIAGE: Final = "correct-triage"
_RELEASE: Final = "release-statement"
#: What is written, sorted out or let go from the person's own words.
_FROM_WORDS: Final = (_TRIAGE, "record-statement", _RELEASE)


@dataclass(frozen=True)
class Sorting:
    """What a case was sorted as and the rules that led to it, in words; by whom."""

    kind: str
    severity: str
    why: Sequence[str]
    corrected: bool
    may_accept: bool


@dataclass(frozen=True)
class Beside:
    """What stands beside a form: the own words, the statement to release, how it was sorted."""

    own: Sequence[str | None]
    statement: str | None = None
    sorting: Sorting | None = None


async def texts_of(ledger: Ledger, case: Case, sight: Sight, who: Visitor) -> list[dict[str, Any]]:
    """Return what somebody may read of what was said, the oldest first; the reading is kept."""
    reader = who.caller.sub
    if sight.words:
        read = await read_words(ledger.http, case.id, purpose=_PURPOSE, reader=reader)
        found: list[dict[str, Any]] = read["texts"]
        return found
    ids = [case.statement.released_id] + [
        text for one in case.questions for text in (one.text_id, one.answer_id)
    ]
    return [
        await read_text(ledger.http, case.id, text, purpose="released-text", reader=reader)
        for text in ids
        if text and may_read(case, sight, who.caller.organisation, text)
    ]


async def beside(
    ledger: Ledger, opened: Opened, who: Visitor, command: str, words: Words
) -> Beside | None:
    """Return what stands beside the form of a command, for those who read the own words."""
    if command not in _FROM_WORDS or not opened.sight.words:
        return None
    case = opened.draft.case
    found = await texts_of(ledger, case, opened.sight, who)
    own = [one["text"] for one in found if one.get("author", "complainant") == "complainant"]
    if command == _TRIAGE:
        return Beside(own, sorting=_sorting(opened.answer, Names(ledger, words), words))
    if command == _RELEASE:
        written = {one.get("id"): one["text"] for one in found}
        return Beside(own, statement=written.get(case.statement.text_id))
    return Beside(own)


def as_sorted(answer: CaseAnswer, command: str) -> Mapping[str, list[str]]:
    """Return what a form begins with: the sorting as it stands, so that one thing is changed."""
    if command != _TRIAGE:
        return {}
    given = {"category": answer.category, "severity": answer.severity}
    return {name: [value] for name, value in given.items() if value}


def _sorting(answer: CaseAnswer, names: Names, w: Words) -> Sorting:
    return Sorting(
        kind=names.category(answer.category) or w("hidden"),
        severity=w.of(SEVERITIES, answer.severity) if answer.severity else "",
        why=[rule["why"] for rule in answer.route.rules] if answer.route else [],
        corrected=any(short_type(one.type) == "triage.corrected" for one in answer.timeline),
        may_accept="acknowledge" in answer.possible,
    )
