"""Who said what to whom in a case, and who can read it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.ledger.bodies import CaseAnswer, TimelineItem

#: What carries words: by the kind of event, who reads them beside the complainant's side.
_READERS: Final = {
    "complainant.asked": "side",
    "complainant.wrote": "side",
    "contact.tried": "side",
    "question.asked": "parties",
    "question.answered": "parties",
    "statement.recorded": "side",
    "statement.released": "released",
    "remedy.proposed": "side",
    "remedy.agreed": "side",
    "remedy.refused": "side",
    "remedy.delivered": "side",
    "case.appealed": "side",
    "appeal.decided": "side",
    "escalation.requested": "side",
    "case.extended": "side",
    "case.closed": "side",
}
#: What the person themselves says.
_OWN: Final = ("complainant.wrote", "remedy.agreed", "remedy.refused", "case.appealed")


@dataclass(frozen=True)
class Said:
    """One thing that was said: when, which kind, by which organisation, and who reads it.

    `by` is None for the person; `text_id` where its words are kept, if the reader is told.
    """

    at: datetime
    kind: str
    item: TimelineItem
    by: str | None
    readers: str
    text_id: str | None


def said_in(answer: CaseAnswer) -> Sequence[Said]:
    """Return what was said, from the entries that the reader sees, the oldest first."""
    found = []
    for item in answer.timeline:
        kind = item.type.removeprefix("cf.recours.").rpartition(".v")[0]
        if kind not in _READERS:
            continue
        by = item.by["organisation"] if item.by else None
        text = item.details.get("text_id")
        found.append(
            Said(
                at=item.at,
                kind=kind,
                item=item,
                by=None if kind in _OWN and by is None else by,
                readers=_READERS[kind],
                text_id=text if isinstance(text, str) else None,
            )
        )
    return found
