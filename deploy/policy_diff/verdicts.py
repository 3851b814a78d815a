"""How a case differs under another policy, and whether that policy leaves it with nobody. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Final, Literal

from deploy.policy_diff.replay import History, Outcome, Rulebook, replay
from shared.events.envelope import format_time
from shared.events.routing import GrievanceRouted

Kind = Literal["routed", "dated", "escalated", "refused"]
Lack = Literal["holder", "date"]

#: What of the first route is compared, in the order in which it is told.
_ROUTE: Final = (
    "holder",
    "responder",
    "lane",
    "severity",
    "category",
    "site",
    "organisation",
    "accused",
    "advocate",
)


@dataclass(frozen=True)
class Difference:
    """One way in which a case would have gone otherwise; `what` names a field, stage or act."""

    kind: Kind
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Verdict:
    """What another policy means for one case.

    `lacks` is what the new policy alone would take from an open case, `lacked` what it has
    under neither.
    """

    reference: str
    open: bool
    differences: tuple[Difference, ...]
    lacks: tuple[Lack, ...]
    lacked: tuple[Lack, ...]

    @property
    def told(self) -> bool:
        """Whether there is anything to say of the case."""
        return bool(self.differences or self.lacks or self.lacked)


def judge(history: History, old: Rulebook, new: Rulebook, until: datetime) -> Verdict:
    """Replay a case under both policies and return what differs."""
    before, after = replay(history, old, until), replay(history, new, until)
    missing = lacks(history, after, new) if history.open else frozenset[Lack]()
    already = lacks(history, before, old) if history.open else frozenset[Lack]()
    return Verdict(
        history.reference,
        history.open,
        tuple(differences(before, after)),
        tuple(sorted(missing - already)),
        tuple(sorted(missing & already)),
    )


def differences(before: Outcome, after: Outcome) -> Iterator[Difference]:
    """Yield the first difference of each kind, and every one in how the case came in."""
    yield from _routed(before, after)
    for one, other in zip_longest(before.dates, after.dates):
        if one != other:
            stage = (one or other or ("",))[0]
            yield Difference("dated", stage, _date(one), _date(other))
            break
    for level, (one, other) in enumerate(zip_longest(before.routes[1:], after.routes[1:]), start=1):
        if _move(one) != _move(other):
            yield Difference("escalated", str(level), _move(one), _move(other))
            break
    for act, at in sorted(set(before.refused) ^ set(after.refused)):
        was = (act, at) in before.refused
        allowed, refused = None, format_time(at)
        yield Difference("refused", act, *((refused, allowed) if was else (allowed, refused)))


def _routed(before: Outcome, after: Outcome) -> Iterator[Difference]:
    one, other = _first(before), _first(after)
    for field in _ROUTE:
        was, would = _field(one, field), _field(other, field)
        if was != would:
            yield Difference("routed", field, was, would)


def _first(outcome: Outcome) -> GrievanceRouted | None:
    return outcome.routes[0][1] if outcome.routes else None


def _field(route: GrievanceRouted | None, name: str) -> str | None:
    value = getattr(route, name, None)
    return ", ".join(value) or None if isinstance(value, tuple) else value


def _date(one: tuple[str, datetime] | None) -> str | None:
    return f"{one[0]} {format_time(one[1])}" if one else None


def _move(one: tuple[datetime, GrievanceRouted] | None) -> str | None:
    return f"{one[1].holder} {format_time(one[0])}" if one else None


def lacks(history: History, outcome: Outcome, book: Rulebook) -> frozenset[Lack]:
    """Return what an open case lacks, as it stands today or as it would have gone."""
    found: set[Lack] = set()
    recorded, case = history.recorded, outcome.case
    if recorded is not None and recorded.holder:
        if not book.routing.may_hold(recorded.holder):
            found.add("holder")
        if recorded.due_at is None or recorded.stage not in book.ledger.stages.stages:
            found.add("date")
    if case.open:
        route = case.route
        if (
            route is None
            or route.holder in route.accused
            or not book.routing.may_hold(route.holder)
        ):
            found.add("holder")
        if case.next_clock is None:
            found.add("date")
    return frozenset(found)
