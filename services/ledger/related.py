"""Cases about the same facts: each linked to the others, with its own holder and date. Pure."""

from dataclasses import dataclass
from typing import Final

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.decisions import possible_in, require, wrong
from shared.errors import Conflict, DomainError
from shared.events.envelope import Event
from shared.events.ledger import Actor, CaseLinked

#: What may be given to all linked cases at once; everything else is about one person.
TOGETHER: Final = frozenset(
    {
        "acknowledge",
        "start-inquiry",
        "ask-complainant",
        "extend",
        "propose-remedy",
        "record-delivery",
        "close",
    }
)


@dataclass(frozen=True)
class Outcome:
    """What became of a command in one of the linked cases: its event, or why it was refused."""

    reference: str
    event: Event | None
    error: DomainError | None


def decide_link(case: Case, by: Actor, other: str) -> CaseLinked:
    """Say that another case is about the same facts."""
    require(case, "link-case")
    if other == case.reference:
        raise wrong("to", "must be another case than this one")
    if other in case.related:
        raise Conflict(
            "These cases are linked already",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "link-case"],
        )
    return CaseLinked(case=NOT_ROUTED, by=by, other=other)
