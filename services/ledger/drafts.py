"""A case being worked on: its events so far and those decided on top of them. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.ledger.aftercare import react_follow_up
from services.ledger.case import Case, summary_of
from services.ledger.chain import chained
from services.ledger.decisions import Rules
from services.ledger.domain import apply, fold
from services.ledger.due import decide_due, has_passed
from services.ledger.reactions import (
    COMPLAINANT,
    react_answer,
    react_appeal,
    react_message,
    react_reopening,
    react_routed,
    react_settled,
    react_statement_given,
    react_withdrawn,
)
from services.ledger.statement import react_consent
from shared.events.envelope import Event
from shared.events.intake import (
    AnswerGiven,
    AppealLodged,
    ConsentChanged,
    FollowUpAnswered,
    GrievanceWithdrawn,
    MessageReceived,
    ReopeningAsked,
    StatementGiven,
)
from shared.events.ledger import (
    CaseEvent,
    Deadline,
    DeadlineApproaching,
    DeadlineMissed,
    FollowUpAsked,
    QuestionMissed,
)
from shared.events.notify import NoticesSettled, PartyNotTold, PartyTold
from shared.events.routing import GrievanceRouted

#: More misses than this in one go would mean that renewed dates lie in the past.
_MOST_AT_ONCE = 100

REACTS_TO = (
    GrievanceRouted,
    MessageReceived,
    AnswerGiven,
    GrievanceWithdrawn,
    AppealLodged,
    ReopeningAsked,
    ConsentChanged,
    StatementGiven,
    FollowUpAnswered,
    NoticesSettled,
    PartyTold,
    PartyNotTold,
)


class Draft:
    """Chains what is decided about one case, each decision on top of the one before."""

    def __init__(self, subject: str, stream: Sequence[Event]) -> None:
        self.stream = stream
        self.case: Case = fold(subject, stream)
        self.head: str | None = stream[-1].chain if stream else None
        self.new: list[Event] = []
        self.was_open = self.case.route is not None
        self._causes = {event.cause for event in stream}

    def add(
        self,
        data: CaseEvent,
        *,
        cause: str,
        now: datetime,
        traceparent: str | None = None,
        discriminator: str = "",
    ) -> Event:
        """Append one decided fact."""
        at = max(now, self.case.updated_at) if self.case.updated_at else now
        after = apply(self.case, data, at)
        event = self.sealed(
            Event.derived(
                data.model_copy(update={"case": summary_of(after)}),
                subject=self.case.id,
                sequence=self.case.sequence + 1,
                time=at,
                cause=cause,
                traceparent=traceparent,
                discriminator=discriminator,
            )
        )
        self.case, self.head = replace(after, sequence=event.sequence), event.chain
        self.new.append(event)
        return event

    def sealed(self, event: Event) -> Event:
        """Return the event with its seal over all entries before."""
        return chained(event, self.head)

    def react(self, event: Event, now: datetime, rules: Rules) -> None:
        """Take in an event of another service; one that was taken in already changes nothing."""
        if event.id in self._causes:
            return
        self._causes.add(event.id)
        self.catch_up(now, rules)
        for data in self._reactions(event, now, rules):
            self.add(_named(data, event), cause=event.id, now=now, traceparent=event.traceparent)

    def _reactions(self, event: Event, now: datetime, rules: Rules) -> list[CaseEvent]:
        case = self.case
        match event.data:
            case GrievanceRouted() as route:
                return react_routed(case, route, now, rules)
            case MessageReceived() as message:
                return react_message(case, message, now, rules)
            case AnswerGiven() as answer:
                return react_answer(case, answer, event.id, now, rules)
            case GrievanceWithdrawn():
                return react_withdrawn(case, event.data, event.id, now, rules)
            case AppealLodged() as appeal:
                return react_appeal(case, appeal, event.id, now, rules)
            case ReopeningAsked() as asked:
                return react_reopening(case, asked, event.id, now, rules)
            case StatementGiven() as given:
                return react_statement_given(case, given, now, rules)
            case ConsentChanged() as consent:
                return react_consent(case, consent, COMPLAINANT)
            case FollowUpAnswered() as told:
                return react_follow_up(case, told, COMPLAINANT, now, rules)
            case NoticesSettled() | PartyTold() | PartyNotTold() as settled:
                return react_settled(settled)
            case _:
                return []

    def catch_up(self, now: datetime, rules: Rules) -> None:
        """Record a date that has passed before anything else happens, whoever acts first."""
        if has_passed(self.case, now, rules):
            self.fire(now, rules)

    def fire(self, now: datetime, rules: Rules) -> None:
        """Record everything that has become due, in the order in which it did."""
        for _ in range(_MOST_AT_ONCE):
            fired = decide_due(self.case, now, rules)
            if fired is None:
                return
            if isinstance(fired, FollowUpAsked):
                ended = self.case.closed_at.isoformat() if self.case.closed_at else ""
                self.add(fired, cause=f"follow-up:{fired.day}:{ended}", now=now)
                continue
            if isinstance(fired, QuestionMissed):
                cause = f"question:{fired.question}:{fired.due_at.isoformat()}"
                self.add(fired, cause=cause, now=now)
                continue
            cause = cause_of(fired, self.case.clock(fired.stage))
            self.add(fired, cause=cause, now=now, discriminator=_share(fired))


def cause_of(fired: DeadlineApproaching | DeadlineMissed, clock: Deadline | None) -> str:
    """Return the id of the deadline that fired: two workers derive the same event from it.

    Its beginning belongs to it, as two holders' times may roll over days off to the same date.
    """
    began = clock.started_at.isoformat() if clock else ""
    return f"deadline:{fired.stage}:{began}:{fired.due_at.isoformat()}"


def _share(fired: DeadlineApproaching | DeadlineMissed) -> str:
    return str(fired.share) if isinstance(fired, DeadlineApproaching) else ""


def _named(data: CaseEvent, event: Event) -> CaseEvent:
    """Carry reference and channel of the first event, when no route has told them yet."""
    told = {
        name: getattr(event.data, name)
        for name in ("reference", "channel")
        if hasattr(event.data, name)
    }
    return data.model_copy(update={"case": data.case.model_copy(update=told)})


def published(event: Event) -> bool:
    """Whether others hear of an event: not of notices, nor before the case has a holder."""
    data = event.data
    return data.published and isinstance(data, CaseEvent) and bool(data.case.holder)
