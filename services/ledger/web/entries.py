"""What happened in a case, line by line; notices of one day that come together are one line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from services.ledger.bodies import TimelineItem
from services.ledger.web.codes import AUDIENCES, CLOSED, EVENTS, STAGES, UNTOLD
from services.ledger.web.pages import Names
from services.ledger.web.texts import Words

_INFORMED: Final = frozenset({"parties.informed", "party.informed"})
#: Links do not count in versions, as not everybody sees both cases.
_LINKED: Final = "case.linked"


@dataclass(frozen=True)
class Line:
    """One line of what happened: when, what, by which organisation, and whether it is new."""

    at: datetime
    day: str
    said: str
    by: str
    new: bool = False


def short_type(event_type: str) -> str:
    """Return the noun and the participle of an event's type."""
    return event_type.removeprefix("cf.recours.").rpartition(".v")[0]


def line_of(item: TimelineItem, names: Names, w: Words) -> Line:
    """Return an entry in words."""
    details = item.details
    said = w.of(EVENTS, short_type(item.type)).format(
        holder=names.organisation(item.holder),
        closed=w.of(CLOSED, details.get("closed_as")),
        stage=w.of(STAGES, details.get("stage")),
        to=names.organisation(details.get("to") if isinstance(details.get("to"), str) else None),
    )
    by = names.organisation(item.by["organisation"]) if item.by else ""
    return Line(item.at, names.day(item.at), said, by)


def lines_of(
    timeline: Sequence[TimelineItem], seen: int | None, names: Names, w: Words
) -> list[Line]:
    """Return what happened, with a mark on what is newer than the version that was seen."""
    numbered = list(_numbered(timeline))
    lines = []
    for together, some in groupby(numbered, key=lambda one: _day_of_notice(one[1], names)):
        group = list(some)
        new = [seen is not None and version > seen for version, _ in group]
        if together is None:
            items = zip(group, new, strict=True)
            lines += [replace(line_of(item, names, w), new=one) for (_, item), one in items]
        else:
            lines.append(_notices([item for _, item in group], any(new), names, w))
    return lines


def _numbered(timeline: Sequence[TimelineItem]) -> Iterator[tuple[int, TimelineItem]]:
    version = 0
    for item in timeline:
        version += short_type(item.type) != _LINKED
        yield version, item


def _day_of_notice(item: TimelineItem, names: Names) -> str | None:
    return names.day(item.at) if short_type(item.type) in _INFORMED else None


def parties_of(item: TimelineItem) -> list[dict[str, Any]]:
    """Return the parties that an entry says were told or could not be; none for other entries."""
    return item.details.get("parties", []) if short_type(item.type) in _INFORMED else []


def _notices(items: Sequence[TimelineItem], new: bool, names: Names, w: Words) -> Line:
    """Return who was told and who could not be, each once."""
    parties = [party for item in items for party in parties_of(item)]
    told = dict.fromkeys(_audience(party, w) for party in parties if party["told"])
    untold = dict.fromkeys(
        f"{_audience(party, w)} ({w.of(UNTOLD, party['reason'])})"
        if party["reason"] in UNTOLD
        else _audience(party, w)
        for party in parties
        if not party["told"]
    )
    said = [w("told", who=", ".join(told))] if told else []
    said += [w("not_told", who=", ".join(untold))] if untold else []
    return Line(items[0].at, names.day(items[0].at), " ".join(said), "", new)


def _audience(party: Mapping[str, Any], w: Words) -> str:
    return w.of(AUDIENCES, party["audience"]) or w("somebody_told")
