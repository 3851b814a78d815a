"""Who said what to whom in a case, and who can read it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.ledger.bodies import CaseAnswer, TimelineItem
from services.ledger.case import Case
from services.ledger.sight import Readers, readers_of

#: What carries words.
_SAID: Final = frozenset(
    {
        "complainant.asked",
        "complainant.wrote",
        "contact.tried",
        "question.asked",
        "question.answered",
        "statement.recorded",
        "statement.released",
        "remedy.proposed",
        "remedy.agreed",
        "remedy.refused",
        "remedy.delivered",
        "case.appealed",
        "appeal.decided",
        "escalation.requested",
        "case.extended",
        "case.closed",
    }
)
#: What the person themselves says.
_OWN: Final = ("complainant.wrote", "remedy.agreed", "remedy.refused", "case.appealed")


@dataclass(frozen=True)
class Said:
    """One thing that was said: by which organisation, and who reads it.

    `by` is None for the person; `text_id` where its words are kept, if there are any that the
    reader is told of, and `readers` who may read those now.
    """

    item: TimelineItem
    by: str | None
    text_id: str | None
    readers: Readers | None


def said_in(answer: CaseAnswer, case: Case) -> Sequence[Said]:
    """Return what was said, from the entries that the reader sees, the oldest first."""
    found = []
    for item in answer.timeline:
        kind = item.type.removeprefix("cf.recours.").rpartition(".v")[0]
        if kind not in _SAID:
            continue
        by = item.by["organisation"] if item.by else None
        text = item.details.get("text_id")
        text_id = text if isinstance(text, str) else None
        found.append(
            Said(
                item=item,
                by=None if kind in _OWN and by is None else by,
                text_id=text_id,
                readers=readers_of(case, text_id) if text_id else None,
            )
        )
    return found
