"""One recorded case as another policy would have had it: the services' own decisions. Pure.

What people did is played again at the times at which they did it; what follows from the policy is
decided anew: who holds the case, the dates, what is missed and where it goes then. Nothing takes
time: a date is missed at the moment it passes, and the next holder is named in the same moment.
An act that the case no longer allows at its time is left out and told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from services.ledger import decisions
from services.ledger.case import Case
from services.ledger.decisions import Rules, require
from services.ledger.drafts import Draft, published
from services.ledger.due import wake_at
from services.ledger.reactions import COMPLAINANT
from services.routing.domain import evolve, fold, react
from services.routing.policy import Policy
from shared.errors import DomainError
from shared.events.envelope import Event
from shared.events.intake import GrievanceSubmitted
from shared.events.ledger import (
    Actor,
    CaseAcknowledged,
    CaseClosed,
    CaseEvent,
    CaseExtended,
    CaseOpened,
    CaseSummary,
    ComplainantAsked,
    Deadline,
    DeadlineMissed,
    DeliveryVerified,
    EscalationRequested,
    InquiryStarted,
    RemedyDelivered,
    RemedyProposed,
)
from shared.events.routing import GrievanceRouted

#: The command behind an act that is taken over as it was recorded.
_COMMANDS: Final[Mapping[type[CaseEvent], str]] = {
    RemedyProposed: "propose-remedy",
    RemedyDelivered: "record-delivery",
    DeliveryVerified: "verify-delivery",
    CaseClosed: "close",
}
#: Whose date was promised by a person and does not come from the policy.
_PROMISED: Final = "deliver"


@dataclass(frozen=True)
class Rulebook:
    """A policy version as routing and ledger read it."""

    version: str
    routing: Policy
    ledger: Rules


@dataclass(frozen=True)
class Act:
    """What somebody did: an event of intake, or an officer's of the ledger, and its time."""

    at: datetime
    event: Event


@dataclass(frozen=True)
class History:
    """What is recorded of one case: how it came in, what people did, and how it stands.

    `recorded` is the case after its last event, None when the ledger has not opened it yet.
    """

    submitted: Event
    opened_at: datetime
    last_at: datetime
    acts: tuple[Act, ...]
    recorded: CaseSummary | None
    reference: str

    @property
    def open(self) -> bool:
        """Whether the case still has to be worked on."""
        return self.recorded is None or self.recorded.state != "closed"


@dataclass(frozen=True)
class Outcome:
    """How a case went under a policy: its routes, its dates in their order, and how it stands."""

    routes: tuple[tuple[datetime, GrievanceRouted], ...]
    dates: tuple[tuple[str, datetime], ...]
    refused: tuple[tuple[str, datetime], ...]
    case: Case


def replay(history: History, book: Rulebook, until: datetime) -> Outcome:
    """Return how a case would have gone under a policy: up to a moment, or to its end."""
    return _Replay(history, book).run(until if history.open else history.last_at)


def history_of(intake: Sequence[Event], ledger: Sequence[Event]) -> History | None:
    """Return the history of one case from its two streams, None when it was never filed.

    An officer's act is told by who did it; what the ledger records by itself has nobody.
    """
    submitted = next((e for e in intake if isinstance(e.data, GrievanceSubmitted)), None)
    if submitted is None:
        return None
    theirs = {event.id: event for event in intake}
    opened_at, acts, heard = submitted.time, list[Act](), set[str]()
    for event in ledger:
        if isinstance(event.data, CaseOpened):
            opened_at = event.time
        cause = theirs.get(event.cause or "")
        by = getattr(event.data, "by", None)
        if cause is not None and cause.id not in heard:
            heard.add(cause.id)
            acts.append(Act(event.time, cause))
        elif cause is None and by is not None and by.role != COMPLAINANT.role:
            acts.append(Act(event.time, event))
    last = ledger[-1] if ledger else submitted
    recorded = last.data.case if isinstance(last.data, CaseEvent) else None
    data = cast("GrievanceSubmitted", submitted.data)
    return History(submitted, opened_at, last.time, tuple(acts), recorded, data.reference)


class _Unsealed(Draft):
    """A case that is never stored: its seals are a quarter of the time and nobody checks them."""

    def sealed(self, event: Event) -> Event:
        """Return the event as it is."""
        return event


class _Replay:
    def __init__(self, history: History, book: Rulebook) -> None:
        self._history, self._book = history, book
        self._route = fold([])
        self._draft = _Unsealed(history.submitted.subject, [])
        self._heard = 0
        self._routes: list[tuple[datetime, GrievanceRouted]] = []
        self._refused: list[tuple[str, datetime]] = []

    def run(self, until: datetime) -> Outcome:
        history = self._history
        opening = Act(history.opened_at, history.submitted)
        for act in sorted([opening, *history.acts], key=lambda act: act.at):
            self._pass_time(act.at)
            self._perform(act)
        self._pass_time(until)
        dates = tuple(date for event in self._draft.new for date in _dates(event.data))
        return Outcome(tuple(self._routes), dates, tuple(self._refused), self._draft.case)

    def _pass_time(self, until: datetime) -> None:
        rules = self._book.ledger
        while (at := wake_at(self._draft.case, rules)) is not None and at <= until:
            known = len(self._draft.new)
            updated = self._draft.case.updated_at
            self._draft.fire(max(at, updated) if updated else at, rules)
            if len(self._draft.new) == known:
                return
            self._ask_routing()

    def _ask_routing(self) -> None:
        """Let routing hear what the ledger published, and the ledger what routing decides."""
        while self._heard < len(self._draft.new):
            event = self._draft.new[self._heard]
            self._heard += 1
            if published(event):
                self._decide(event, event.time)

    def _decide(self, event: Event, at: datetime) -> None:
        decision = react(self._route, event, self._book.routing, at)
        if decision is None:
            return
        self._route = evolve(self._route, decision)
        assert isinstance(decision.data, GrievanceRouted)
        self._routes.append((decision.time, decision.data))
        self._draft.react(decision, decision.time, self._book.ledger)

    def _perform(self, act: Act) -> None:
        if act.event is self._history.submitted:
            self._decide(act.event, act.at)
        elif isinstance(act.event.data, CaseEvent):
            self._command(act, act.event.data)
        else:
            self._draft.react(act.event, act.at, self._book.ledger)
        self._ask_routing()

    def _command(self, act: Act, recorded: CaseEvent) -> None:
        try:
            data = self._decided(recorded, act.at)
        except DomainError:
            self._refused.append((short_name(recorded), act.at))
            return
        self._draft.add(data, cause=act.event.cause or act.event.id, now=act.at)

    def _decided(self, recorded: CaseEvent, at: datetime) -> CaseEvent:
        """Return what the act leads to; raises DomainError when the case does not allow it."""
        case, rules = self._draft.case, self._book.ledger
        match recorded:
            case CaseAcknowledged(by=by):
                return decisions.decide_acknowledge(case, by)
            case InquiryStarted(by=by):
                return decisions.decide_start_inquiry(case, by)
            case ComplainantAsked(by=by):
                return decisions.decide_ask(case, by, recorded.text_id or "", at, rules)
            case CaseExtended(by=by, until=until, text_id=text_id):
                return decisions.decide_extend(case, by, until, text_id, at, rules)
            case EscalationRequested(by=Actor() as by, text_id=text_id):
                return decisions.decide_escalate(case, by, text_id or "")
            case _:
                return self._as_recorded(recorded, at)

    def _as_recorded(self, recorded: CaseEvent, at: datetime) -> CaseEvent:
        """Take over a fact whose content people chose; the dates that begin with it are new."""
        route = decisions.route_of(self._draft.case)
        if command := _COMMANDS.get(type(recorded)):
            require(self._draft.case, command)
        begun = tuple(
            self._book.ledger.clock(stage, route, at)
            if stage in self._book.ledger.stages.stages and stage != _PROMISED
            else clock
            for clock in getattr(recorded, "deadlines", ())
            for stage in [clock.stage]
        )
        return recorded.model_copy(update={"deadlines": begun}) if begun else recorded


def _dates(data: object) -> list[tuple[str, datetime]]:
    """Return the dates that an event sets, with their stages."""
    if isinstance(data, CaseExtended):
        return [(data.stage, data.until)]
    if isinstance(data, DeadlineMissed):
        return [(data.renewed.stage, data.renewed.due_at)] if data.renewed else []
    clocks: tuple[Deadline, ...] = getattr(data, "deadlines", ())
    return [(clock.stage, clock.due_at) for clock in clocks]


def short_name(data: CaseEvent) -> str:
    """Return `case.extended` for an event of the type `cf.recours.case.extended.v1`."""
    return data.type.removeprefix("cf.recours.").rpartition(".v")[0]
