"""How each event changes the case. Pure."""

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import Any, Final

from services.ledger import parts
from services.ledger.case import Case, ItemState, Owed, Question, Seat, changed
from services.ledger.stages import BESIDE, RUNNING
from services.ledger.terms import terms_after
from shared.events.codes import (
    CaseState,
    ClosedAs,
    Lane,
)
from shared.events.envelope import Event
from shared.events.ledger import (
    AppealDecided,
    CaseAcknowledged,
    CaseAppealed,
    CaseClosed,
    CaseEscalated,
    CaseEvent,
    CaseExtended,
    CaseHandedOver,
    CaseLinked,
    CaseOpened,
    CaseReopened,
    CaseRerouted,
    CaseTaken,
    ComplainantAsked,
    ComplainantWrote,
    ContactTried,
    Deadline,
    DeadlineApproaching,
    DeadlineMissed,
    DeliveryVerified,
    EscalationRequested,
    FollowUpAsked,
    InquiryStarted,
    QuestionAnswered,
    QuestionAsked,
    QuestionMissed,
    ReleaseAgreed,
    ReleaseRequested,
    RemedyAgreed,
    RemedyDelivered,
    RemedyProposed,
    RemedyRefused,
    SafeContactRecorded,
    SafetyPlanRecorded,
    ServiceReferred,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
    TriageCorrected,
)
from shared.events.routing import GrievanceRouted


def fold(case_id: str, events: Iterable[Event]) -> Case:
    """Return the case that a stream of events tells of."""
    case = Case(case_id)
    for event in events:
        case = evolve(case, event)
    return case


def evolve(case: Case, event: Event) -> Case:
    """Return the case after one more event."""
    if not isinstance(event.data, CaseEvent):
        return case
    return changed(apply(case, event.data, event.time), sequence=event.sequence)


def apply(case: Case, data: CaseEvent, at: datetime) -> Case:
    """Return the case after a fact that happened at a time."""
    if not case.reference:
        case = changed(case, reference=data.case.reference, channel=data.case.channel)
    change = _CHANGES.get(type(data))
    after = change(case, data, at) if change else case
    if after.clocks is not case.clocks:
        after = changed(after, terms=terms_after(case, after, data, at))
    return changed(after, updated_at=at)


def _holder_changed(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case CaseOpened(route=route, deadlines=clocks):
            version = data.case.policy_version or route.policy_version
            return changed(_held(case, route, clocks), opened_at=at, rules_version=version)
        case CaseEscalated(route=route, deadlines=clocks):
            return _held(case, route, clocks)
        case TriageCorrected(accused=accused, lane=lane):
            return _corrected(case, accused, lane)
        case CaseRerouted(route=route, deadlines=clocks):
            return _rerouted(case, route, clocks)
        case EscalationRequested():
            return changed(case, escalating=True)
    return case


def _worked_on(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case CaseAcknowledged():
            return _enter(case, "acknowledged")
        case CaseTaken(by=by):
            return changed(case, person=by.sub)
        case CaseHandedOver():
            return changed(case, person=None)
        case InquiryStarted():
            return _enter(case, "in_inquiry")
        case ComplainantAsked(deadlines=clocks):
            standing = tuple(clock for clock in case.clocks if clock.stage not in BESIDE)
            case = changed(case, paused=standing, paused_at=at, resume_to=case.state)
            clocks = (*clocks, *_beside(case))
            return changed(case, state="waiting_for_complainant", clocks=clocks)
        case ContactTried(safe=safe):
            return changed(case, tries=(*case.tries, at)) if safe else case
        case ComplainantWrote(resumed=resumed, deadlines=clocks):
            case = changed(case, tries=())
            if not resumed:
                return case
            clocks = (*clocks, *_beside(case))
            case = changed(case, state=case.resume_to, clocks=clocks, paused=(), paused_at=None)
            return changed(case, warned=_without(case.warned, "answer"))
        case CaseExtended(stage=stage, until=until):
            return _extended(case, stage, until)
    return case


def _remedied(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case RemedyProposed(deliver_by=deliver_by, deadlines=clocks, items=items):
            remedy = tuple(Owed(item) for item in items)
            asking = case.sequence + 1
            case = changed(case, deliver_by=deliver_by, remedy=remedy, asking=asking)
            return _enter(case, "remedy_proposed", clocks)
        case RemedyAgreed(deadlines=clocks, items=items):
            case = changed(case, remedy=parts.agreed(case.remedy, items), appeal="none", tries=())
            return _enter(case, "agreed", clocks)
        case RemedyRefused(deadlines=clocks):
            before: ItemState = "proposed" if case.state == "remedy_proposed" else "delivered"
            case = changed(case, remedy=parts.moved(case.remedy, before, "refused"))
            return _enter(case, "in_inquiry", clocks)
        case RemedyDelivered(deadlines=clocks, items=items, text_id=text_id):
            remedy = parts.moved(case.remedy, "agreed", "delivered", items, evidence=text_id)
            case = changed(case, remedy=remedy, asking=case.sequence + 1)
            return _enter(case, "agreed" if case.items("agreed") else "remedy_delivered", clocks)
        case DeliveryVerified(deadlines=clocks, items=items):
            case = changed(case, remedy=parts.moved(case.remedy, "delivered", "verified", items))
            return _enter(case, _after_verification(case), clocks)
    return case


def _ended_or_begun_again(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case CaseAppealed(deadlines=clocks):
            case = changed(_enter(case, "routed", clocks), closed_as=None, escalating=True)
            return changed(case, appeal="lodged", tries=())
        case AppealDecided():
            return _decided(case, data, at)
        case CaseReopened(deadlines=clocks):
            case = changed(_enter(case, "routed", clocks), closed_as=None, tries=())
            return changed(case, extensions=(), renewals=())
        case CaseClosed(closed_as=closed_as, appeal_until=until):
            return _closed(case, closed_as, at, until)
    return case


def _time_passed(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case DeadlineApproaching(stage=stage, share=share):
            return changed(case, warned=case.warned | {(stage, share)})
        case DeadlineMissed():
            return _missed(case, data)
        case QuestionMissed():
            return changed(case, questions=parts.unanswered(case.questions, data))
        case FollowUpAsked(day=day):
            return changed(case, asked=(*case.asked, day))
    return case


def _beside_the_stages(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case StatementRecorded() | StatementReleased() | StatementWithdrawn():
            return changed(case, statement=parts.stated(case.statement, data))
        case QuestionAsked(by=by, to=to, text_id=text_id, due_at=due_at):
            question = Question(text_id, by.organisation, to, due_at=due_at)
            return changed(case, questions=(*case.questions, question))
        case QuestionAnswered(question=asked, text_id=text_id):
            return changed(case, questions=parts.answered(case.questions, asked, text_id))
        case CaseLinked(other=other):
            return changed(case, related=(*case.related, other))
    return case


def _kept_safe(case: Case, data: CaseEvent, at: datetime) -> Case:
    case = changed(case, protection=parts.protected(case.protection, data))
    match data:
        case SafetyPlanRecorded():
            left = tuple(clock for clock in case.clocks if clock.stage != "safety-plan")
            return changed(case, clocks=left, warned=_without(case.warned, "safety-plan"))
        case ReleaseAgreed():
            return changed(case, escalating=True)
    return case


_Change = Callable[[Case, Any, datetime], Case]
#: What changes a case; an event that is not here is in its record and changes nothing.
_CHANGES: Final[dict[type[CaseEvent], _Change]] = {
    kind: change
    for change, kinds in (
        (
            _holder_changed,
            (CaseOpened, CaseEscalated, TriageCorrected, CaseRerouted, EscalationRequested),
        ),
        (
            _worked_on,
            (
                CaseAcknowledged,
                CaseTaken,
                CaseHandedOver,
                InquiryStarted,
                ComplainantAsked,
                ContactTried,
                ComplainantWrote,
                CaseExtended,
            ),
        ),
        (
            _remedied,
            (RemedyProposed, RemedyAgreed, RemedyRefused, RemedyDelivered, DeliveryVerified),
        ),
        (_ended_or_begun_again, (CaseAppealed, AppealDecided, CaseReopened, CaseClosed)),
        (_time_passed, (DeadlineApproaching, DeadlineMissed, QuestionMissed, FollowUpAsked)),
        (
            _beside_the_stages,
            (
                StatementRecorded,
                StatementReleased,
                StatementWithdrawn,
                QuestionAsked,
                QuestionAnswered,
                CaseLinked,
            ),
        ),
        (
            _kept_safe,
            (
                SafetyPlanRecorded,
                SafeContactRecorded,
                ServiceReferred,
                ReleaseRequested,
                ReleaseAgreed,
            ),
        ),
    )
    for kind in kinds
}


def _held(case: Case, route: GrievanceRouted, clocks: tuple[Deadline, ...]) -> Case:
    seat = Seat(route.holder, route.responder)
    return changed(
        case,
        state="routed",
        closed_as=None,
        route=route,
        seats=(*(past for past in case.seats if past != seat), seat),
        clocks=clocks,
        paused=(),
        paused_at=None,
        warned=frozenset(),
        extensions=(),
        renewals=(),
        escalating=False,
        person=None,
        deliver_by=None,
        appeal="none" if case.appeal == "none" else "held",
        channel=route.channel,
    )


def _corrected(case: Case, accused: Iterable[str], lane: Lane) -> Case:
    """Blind whoever is accused at once, before routing has decided again."""
    assert case.route is not None
    blind = tuple(sorted({*case.route.accused, *accused}))
    route = case.route.model_copy(update={"accused": blind, "lane": lane})
    return changed(case, route=route, escalating=True)


def _rerouted(case: Case, route: GrievanceRouted, clocks: tuple[Deadline, ...]) -> Case:
    assert case.route is not None
    if (route.holder, route.responder) != (case.route.holder, case.route.responder):
        return _held(case, route, clocks)
    return changed(case, route=route, clocks=clocks, escalating=False)


def _enter(case: Case, state: CaseState, started: tuple[Deadline, ...] | None = None) -> Case:
    """Change the state: clocks that the new state does not know stop, `started` ones replace all.

    Leaving a pause by any other way than the answer ends the paused clocks too.
    """
    case = changed(case, paused=(), paused_at=None)
    if started is not None:
        clocks = (*started, *_beside(case))
        return changed(case, state=state, clocks=clocks, warned=_of(case.warned, BESIDE))
    kept = tuple(clock for clock in case.clocks if clock.stage in RUNNING[state])
    warned = _of(case.warned, {clock.stage for clock in kept})
    return changed(case, state=state, clocks=kept, warned=warned)


def _beside(case: Case) -> tuple[Deadline, ...]:
    """Return the clocks that no stage of the case stops or pauses."""
    return tuple(clock for clock in case.clocks if clock.stage in BESIDE)


def _of(warned: frozenset[tuple[str, int]], stages: Container[str]) -> frozenset[tuple[str, int]]:
    return frozenset(mark for mark in warned if mark[0] in stages)


def _closed(case: Case, closed_as: ClosedAs, at: datetime, until: datetime | None) -> Case:
    case = changed(_enter(case, "closed"), closed_as=closed_as, closed_at=at, appeal_until=until)
    case = changed(case, questions=parts.let_go(case.questions))
    return changed(case, escalating=False, appeal="none", asked=())


def _decided(case: Case, data: AppealDecided, at: datetime) -> Case:
    """Let a decision bind the case: what it orders is owed, or the case ends."""
    if data.outcome == "dismissed":
        return _closed(case, "resolved-not-agreed", at, data.appeal_until)
    remedy = tuple(Owed(item, "agreed") for item in data.items)
    return changed(_enter(case, "agreed", data.deadlines), remedy=remedy, appeal="none")


def _after_verification(case: Case) -> CaseState:
    if case.items("agreed"):
        return "agreed"
    return "remedy_delivered" if case.items("delivered") else "verified"


def _without(warned: frozenset[tuple[str, int]], stage: str) -> frozenset[tuple[str, int]]:
    return frozenset(mark for mark in warned if mark[0] != stage)


def _extended(case: Case, stage: str, until: datetime) -> Case:
    clocks = tuple(
        clock.model_copy(update={"due_at": until}) if clock.stage == stage else clock
        for clock in case.clocks
    )
    return changed(
        case,
        clocks=clocks,
        warned=_without(case.warned, stage),
        extensions=(*case.extensions, stage),
    )


def _missed(case: Case, data: DeadlineMissed) -> Case:
    others = tuple(clock for clock in case.clocks if clock.stage != data.stage)
    return changed(
        case,
        clocks=(*others, data.renewed) if data.renewed else others,
        warned=_without(case.warned, data.stage),
        renewals=(*case.renewals, data.stage),
        escalating=case.escalating or data.escalates,
    )
