"""What of a case's record its reader sees, and what the places in it are called to them. Pure.

Nobody is to count what is hidden from them: places and versions are numbered anew for each reader,
and the head of the chain is that of the last entry that they see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.ledger.bodies import TimelineItem
from services.ledger.sight import Caller, Sight
from shared.events.envelope import Event
from shared.events.ledger import (
    Actor,
    CaseEvent,
    CaseLinked,
    CaseRerouted,
    ComplainantWrote,
    ContactTried,
    Informed,
    PartiesInformed,
    PartyInformed,
    QuestionAnswered,
    QuestionAsked,
    QuestionMissed,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
    TriageCorrected,
)


@dataclass(frozen=True)
class View:
    """Who looks at a case, what of it they see, and which linked cases exist for them.

    `owed` are the stages whose date is the holder's to keep.
    """

    sight: Sight
    caller: Caller
    related: Sequence[str]
    owed: Collection[str]


#: What an entry says beyond its type, for those who see the case in full. `danger_signs`, the
#: route and people's account ids are left out on purpose.
_DETAILS: Final = (
    "stage",
    "share",
    "until",
    "previous_due_at",
    "deliver_by",
    "escalates",
    "previous_holder",
    "resumed",
    "closed_as",
    "text_id",
    "parties",
    "reason",
    "to",
    "consent",
    "items",
    "question",
    "other",
    "service",
    "contact",
    "outcome",
    "day",
    "asks",
    "satisfied",
    "remedy_holds",
    "category",
    "site",
    "organisation",
    "severity",
    "how",
    "safe",
    "referred_to",
    "appeal_until",
)
#: What happens between a complainant and those who help them, before a statement is released.
_FOR_COMPLAINANTS_SIDE: Final = (
    ComplainantWrote,
    ContactTried,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
    TriageCorrected,
)
#: What is shown of a party that was told or could not be.
_OF_PARTY: Final = {"audience", "channel", "notice", "told", "reason"}
_TIMELINE_ONLY: Final = ("stage", "share", "until", "closed_as", "escalates")


def _told_of(notices: PartiesInformed | PartyInformed, sight: Sight) -> list[Informed]:
    """Return the parties of whom a reader may know that they were told.

    Whether and how the complainant's side can be reached is nothing for the other side.
    """
    others = ("holder", "previous_holder", "party")
    return [
        party
        for party in notices.parties
        if sight.full and (sight.words or party.audience in others)
    ]


def _concerns(
    data: QuestionAsked | QuestionAnswered | QuestionMissed, sight: Sight, caller: Caller
) -> bool:
    """What two parties ask each other is between them and the complainant's side."""
    asker = data.asker if isinstance(data, QuestionMissed) else data.by.organisation
    parties = (asker, data.to)
    return sight.words or (sight.full and caller.organisation in parties)


def stays_hidden(lane: str, caller: Caller) -> bool:
    """Tell whether what happened in a lane stays with those who protect, also when it ended."""
    return lane == "protected" and caller.role != "protection"


def sees(event: Event, sight: Sight, caller: Caller) -> bool:
    """Tell whether a reader sees an entry, links to other cases apart."""
    data = event.data
    if not isinstance(data, CaseEvent):
        return False
    if isinstance(data, PartiesInformed | PartyInformed) and not _told_of(data, sight):
        return False
    if stays_hidden(data.case.lane, caller):
        return False
    if isinstance(data, _FOR_COMPLAINANTS_SIDE) and not sight.facts:
        return False
    if isinstance(data, QuestionAsked | QuestionAnswered | QuestionMissed):
        return _concerns(data, sight, caller)
    return True


def version_for(
    stream: Sequence[Event], sight: Sight, caller: Caller, upto: int | None = None
) -> int:
    """Return the version of a case for a reader: how many entries they see, links apart."""
    return sum(
        1
        for event in stream
        if (upto is None or event.sequence <= upto)
        and not isinstance(event.data, CaseLinked)
        and sees(event, sight, caller)
    )


def seen_entries(stream: Sequence[Event], view: View) -> list[Event]:
    """Return the entries that a reader sees, in their order."""
    return [
        event
        for event in stream
        if sees(event, view.sight, view.caller)
        and (not isinstance(event.data, CaseLinked) or event.data.other in view.related)
    ]


def item_of(event: Event, place: int, sight: Sight) -> TimelineItem:
    """Return an entry as its reader sees it, at its place among those that they see."""
    data = event.data
    assert isinstance(data, CaseEvent)
    shown = _DETAILS if sight.full else _TIMELINE_ONLY
    if isinstance(data, PartiesInformed | PartyInformed):
        told_of = _told_of(data, sight)
        dumped = {"parties": [party.model_dump(include=_OF_PARTY) for party in told_of]}
    else:
        dumped = data.model_dump(mode="json", exclude={"case", "route"})
    if isinstance(data, CaseRerouted) and not sight.words:
        dumped.pop("previous_holder")
    by: Actor | None = getattr(data, "by", None)
    return TimelineItem(
        sequence=place,
        at=event.time,
        type=event.type,
        by={"role": by.role, "organisation": by.organisation} if by and sight.full else None,
        holder=data.case.holder,
        due_at=data.case.due_at,
        details={name: dumped[name] for name in shown if name in dumped},
    )
