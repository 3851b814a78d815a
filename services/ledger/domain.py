"""The case: its state, and how each event changes it. Pure."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, Literal

from services.ledger.stages import BESIDE, RUNNING
from shared.events.codes import (
    CaseState,
    ClosedAs,
    ConsentForm,
    Contact,
    Lane,
    OtherSide,
    Responder,
    ServiceKind,
    Severity,
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
    CaseSummary,
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
    ReleaseAgreed,
    ReleaseRequested,
    RemedyAgreed,
    RemedyDelivered,
    RemedyItem,
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


@dataclass(frozen=True, slots=True)
class Seat:
    """An organisation that held the case, and as what kind of responder."""

    organisation: str
    responder: Responder


@dataclass(frozen=True, slots=True)
class Statement:
    """What the complainant's side wrote for the other side, and which text it may read."""

    text_id: str | None = None
    released_id: str | None = None
    to: tuple[OtherSide, ...] = ()


#: Whether a case was appealed, and whether the body appealed to holds it yet.
AppealState = Literal["none", "lodged", "held"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of one organisation to another, and the answer once there is one."""

    text_id: str
    asker: str | None
    to: str
    answer_id: str | None = None


ItemState = Literal["proposed", "agreed", "refused", "delivered", "verified"]


@dataclass(frozen=True, slots=True)
class Owed:
    """One item of the remedy and how far it is; `evidence` is the text that tells of it."""

    item: RemedyItem
    state: ItemState = "proposed"
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A release from protection, or a lower severity, that waits for a second person."""

    asker: str
    category: str | None
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class Service:
    """A service that the person was referred to; `text_id` says where and what for."""

    kind: ServiceKind
    text_id: str
    to: str | None
    consent: ConsentForm


@dataclass(frozen=True, slots=True)
class Protection:
    """What keeps the person of a protected case safe; ids point to texts in the vault."""

    safety_plan: str | None = None
    safe_contact: str | None = None
    contact: Contact = "allowed"
    services: tuple[Service, ...] = ()
    release: Release | None = None


@dataclass(frozen=True)
class Case:
    """A case as its events say.

    `paused` are the holder's clocks that stand still since `paused_at`; `warned` the shares told
    of each running clock; `extensions` and `renewals` count per stage under this holder;
    `escalating` tells that the next holder has been asked for and is not known yet.
    """

    id: str
    reference: str = ""
    sequence: int = 0
    state: CaseState = "received"
    closed_as: ClosedAs | None = None
    route: GrievanceRouted | None = None
    seats: tuple[Seat, ...] = ()
    rules_version: str = ""
    clocks: tuple[Deadline, ...] = ()
    paused: tuple[Deadline, ...] = ()
    paused_at: datetime | None = None
    resume_to: CaseState = "routed"
    warned: frozenset[tuple[str, int]] = frozenset()
    extensions: tuple[str, ...] = ()
    renewals: tuple[str, ...] = ()
    escalating: bool = False
    deliver_by: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    channel: str = ""
    statement: Statement = Statement()
    remedy: tuple[Owed, ...] = ()
    appeal: AppealState = "none"
    appeal_until: datetime | None = None
    tries: tuple[datetime, ...] = ()
    asked: tuple[int, ...] = ()
    questions: tuple[Question, ...] = ()
    protection: Protection = Protection()
    related: tuple[str, ...] = ()
    person: str | None = None

    @property
    def open(self) -> bool:
        """Whether the case still has to be worked on."""
        return self.state != "closed"

    @property
    def has_other_side(self) -> bool:
        """Whether anybody but the complainant's side may come to see the case."""
        return self.route is not None and self.route.lane == "open"

    @property
    def previous_holder(self) -> str | None:
        """The organisation that held the case before the present one."""
        return self.seats[-2].organisation if len(self.seats) > 1 else None

    @property
    def debtors(self) -> frozenset[str]:
        """Who owes the remedy; without items it is the holder."""
        owing = {owed.item.owed_by for owed in self.remedy if owed.state != "refused"}
        return frozenset(owing or ({self.route.holder} if self.route else ()))

    def items(self, *states: ItemState) -> tuple[RemedyItem, ...]:
        """Return the items of the remedy that are in one of these states."""
        return tuple(owed.item for owed in self.remedy if owed.state in states)

    @property
    def next_clock(self) -> Deadline | None:
        """The running deadline that is due first."""
        return min(self.clocks, key=lambda clock: (clock.due_at, clock.stage), default=None)

    def clock(self, stage: str) -> Deadline | None:
        """Return the running clock of a stage."""
        return next((clock for clock in self.clocks if clock.stage == stage), None)


_FIELDS: Final = frozenset(field.name for field in fields(Case))


def _with(case: Case, **changes: Any) -> Case:
    """Return a case with some fields changed, as `dataclasses.replace` does at five times the cost.

    A case is changed several times for each event that is read (measured: 36 µs an event became 8).
    """
    assert changes.keys() <= _FIELDS
    changed = object.__new__(Case)
    changed.__dict__.update(case.__dict__)
    changed.__dict__.update(changes)
    return changed


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
    changed = apply(case, event.data, event.time)
    return _with(changed, sequence=event.sequence)


def apply(case: Case, data: CaseEvent, at: datetime) -> Case:
    """Return the case after a fact that happened at a time."""
    if not case.reference:
        case = _with(case, reference=data.case.reference, channel=data.case.channel)
    change = _CHANGES.get(type(data))
    return _with(change(case, data, at) if change else case, updated_at=at)


def _holder_changed(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case CaseOpened(route=route, deadlines=clocks):
            version = data.case.policy_version or route.policy_version
            return _with(_held(case, route, clocks), opened_at=at, rules_version=version)
        case CaseEscalated(route=route, deadlines=clocks):
            return _held(case, route, clocks)
        case TriageCorrected(accused=accused, lane=lane):
            return _corrected(case, accused, lane)
        case CaseRerouted(route=route, deadlines=clocks):
            return _rerouted(case, route, clocks)
        case EscalationRequested():
            return _with(case, escalating=True)
    return case


def _worked_on(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case CaseAcknowledged():
            return _enter(case, "acknowledged")
        case CaseTaken(by=by):
            return _with(case, person=by.sub)
        case CaseHandedOver():
            return _with(case, person=None)
        case InquiryStarted():
            return _enter(case, "in_inquiry")
        case ComplainantAsked(deadlines=clocks):
            standing = tuple(clock for clock in case.clocks if clock.stage not in BESIDE)
            case = _with(case, paused=standing, paused_at=at, resume_to=case.state)
            clocks = (*clocks, *_beside(case))
            return _with(case, state="waiting_for_complainant", clocks=clocks)
        case ContactTried():
            return _with(case, tries=(*case.tries, at))
        case ComplainantWrote(resumed=resumed, deadlines=clocks):
            case = _with(case, tries=())
            if not resumed:
                return case
            clocks = (*clocks, *_beside(case))
            case = _with(case, state=case.resume_to, clocks=clocks, paused=(), paused_at=None)
            return _with(case, warned=_without(case.warned, "answer"))
        case CaseExtended(stage=stage, until=until):
            return _extended(case, stage, until)
    return case


def _remedied(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case RemedyProposed(deliver_by=deliver_by, deadlines=clocks, items=items):
            remedy = tuple(Owed(item) for item in items)
            case = _with(case, deliver_by=deliver_by, remedy=remedy)
            return _enter(case, "remedy_proposed", clocks)
        case RemedyAgreed(deadlines=clocks, items=items):
            case = _with(case, remedy=_agreed(case.remedy, items), appeal="none", tries=())
            return _enter(case, "agreed", clocks)
        case RemedyRefused(deadlines=clocks):
            before: ItemState = "proposed" if case.state == "remedy_proposed" else "delivered"
            case = _with(case, remedy=_moved(case.remedy, before, "refused"))
            return _enter(case, "in_inquiry", clocks)
        case RemedyDelivered(deadlines=clocks, items=items, text_id=text_id):
            remedy = _moved(case.remedy, "agreed", "delivered", items, evidence=text_id)
            case = _with(case, remedy=remedy)
            return _enter(case, "agreed" if case.items("agreed") else "remedy_delivered", clocks)
        case DeliveryVerified(deadlines=clocks, items=items):
            case = _with(case, remedy=_moved(case.remedy, "delivered", "verified", items))
            return _enter(case, _after_verification(case), clocks)
    return case


def _ended_or_begun_again(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case CaseAppealed(deadlines=clocks):
            case = _with(_enter(case, "routed", clocks), closed_as=None, escalating=True)
            return _with(case, appeal="lodged", tries=())
        case AppealDecided():
            return _decided(case, data, at)
        case CaseReopened(deadlines=clocks):
            case = _with(_enter(case, "routed", clocks), closed_as=None, tries=())
            return _with(case, extensions=(), renewals=())
        case CaseClosed(closed_as=closed_as, appeal_until=until):
            return _closed(case, closed_as, at, until)
    return case


def _time_passed(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case DeadlineApproaching(stage=stage, share=share):
            return _with(case, warned=case.warned | {(stage, share)})
        case DeadlineMissed():
            return _missed(case, data)
        case FollowUpAsked(day=day):
            return _with(case, asked=(*case.asked, day))
    return case


def _beside_the_stages(case: Case, data: CaseEvent, at: datetime) -> Case:
    match data:
        case StatementRecorded() | StatementReleased() | StatementWithdrawn():
            return _with(case, statement=_stated(case.statement, data))
        case QuestionAsked(by=by, to=to, text_id=text_id):
            question = Question(text_id, by.organisation, to)
            return _with(case, questions=(*case.questions, question))
        case QuestionAnswered(question=asked, text_id=text_id):
            return _with(case, questions=_answered(case.questions, asked, text_id))
        case CaseLinked(other=other):
            return _with(case, related=(*case.related, other))
    return case


def _kept_safe(case: Case, data: CaseEvent, at: datetime) -> Case:
    case = _with(case, protection=_protected(case.protection, data))
    match data:
        case SafetyPlanRecorded():
            left = tuple(clock for clock in case.clocks if clock.stage != "safety-plan")
            return _with(case, clocks=left, warned=_without(case.warned, "safety-plan"))
        case ReleaseAgreed():
            return _with(case, escalating=True)
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
        (_time_passed, (DeadlineApproaching, DeadlineMissed, FollowUpAsked)),
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
    return _with(
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
    return _with(case, route=route, escalating=True)


def _rerouted(case: Case, route: GrievanceRouted, clocks: tuple[Deadline, ...]) -> Case:
    assert case.route is not None
    if (route.holder, route.responder) != (case.route.holder, case.route.responder):
        return _held(case, route, clocks)
    return _with(case, route=route, clocks=clocks, escalating=False)


def _enter(case: Case, state: CaseState, started: tuple[Deadline, ...] | None = None) -> Case:
    """Change the state: clocks that the new state does not know stop, `started` ones replace all.

    Leaving a pause by any other way than the answer ends the paused clocks too.
    """
    case = _with(case, paused=(), paused_at=None)
    if started is not None:
        clocks = (*started, *_beside(case))
        return _with(case, state=state, clocks=clocks, warned=_of(case.warned, BESIDE))
    kept = tuple(clock for clock in case.clocks if clock.stage in RUNNING[state])
    warned = _of(case.warned, {clock.stage for clock in kept})
    return _with(case, state=state, clocks=kept, warned=warned)


def _beside(case: Case) -> tuple[Deadline, ...]:
    """Return the clocks that no stage of the case stops or pauses."""
    return tuple(clock for clock in case.clocks if clock.stage in BESIDE)


def _of(warned: frozenset[tuple[str, int]], stages: Container[str]) -> frozenset[tuple[str, int]]:
    return frozenset(mark for mark in warned if mark[0] in stages)


def _closed(case: Case, closed_as: ClosedAs, at: datetime, until: datetime | None) -> Case:
    case = _with(_enter(case, "closed"), closed_as=closed_as, closed_at=at, appeal_until=until)
    return _with(case, escalating=False, appeal="none", asked=())


def _decided(case: Case, data: AppealDecided, at: datetime) -> Case:
    """Let a decision bind the case: what it orders is owed, or the case ends."""
    if data.outcome == "dismissed":
        return _closed(case, "resolved-not-agreed", at, data.appeal_until)
    remedy = tuple(Owed(item, "agreed") for item in data.items)
    return _with(_enter(case, "agreed", data.deadlines), remedy=remedy, appeal="none")


def _answered(questions: tuple[Question, ...], asked: str, answer_id: str) -> tuple[Question, ...]:
    return tuple(
        replace(question, answer_id=answer_id) if question.text_id == asked else question
        for question in questions
    )


def _protected(protection: Protection, data: CaseEvent) -> Protection:
    match data:
        case SafetyPlanRecorded(text_id=text_id):
            return replace(protection, safety_plan=text_id)
        case SafeContactRecorded(text_id=text_id, contact=contact):
            return replace(protection, safe_contact=text_id, contact=contact)
        case ServiceReferred(service=kind, text_id=text_id, to=to, consent=consent):
            service = Service(kind, text_id, to, consent)
            return replace(protection, services=(*protection.services, service))
        case ReleaseRequested(by=by, category=category, severity=severity):
            return replace(protection, release=Release(by.sub, category, severity))
        case _:
            return replace(protection, release=None)


def _agreed(remedy: tuple[Owed, ...], numbers: Container[int] | None) -> tuple[Owed, ...]:
    return tuple(
        replace(
            owed, state="agreed" if numbers is None or owed.item.number in numbers else "refused"
        )
        for owed in remedy
    )


def _moved(
    remedy: tuple[Owed, ...],
    before: ItemState,
    after: ItemState,
    numbers: Container[int] | None = None,
    evidence: str | None = None,
) -> tuple[Owed, ...]:
    """Move items from one state to the next, those of these numbers or all."""
    return tuple(
        replace(owed, state=after, evidence=evidence or owed.evidence)
        if owed.state == before and (numbers is None or owed.item.number in numbers)
        else owed
        for owed in remedy
    )


def _after_verification(case: Case) -> CaseState:
    if case.items("agreed"):
        return "agreed"
    return "remedy_delivered" if case.items("delivered") else "verified"


def _stated(
    statement: Statement, data: StatementRecorded | StatementReleased | StatementWithdrawn
) -> Statement:
    match data:
        case StatementRecorded(text_id=text_id):
            return replace(statement, text_id=text_id)
        case StatementReleased(text_id=text_id, to=to):
            return replace(statement, released_id=text_id, to=to)
        case StatementWithdrawn():
            return replace(statement, released_id=None, to=())


def _without(warned: frozenset[tuple[str, int]], stage: str) -> frozenset[tuple[str, int]]:
    return frozenset(mark for mark in warned if mark[0] != stage)


def _extended(case: Case, stage: str, until: datetime) -> Case:
    clocks = tuple(
        clock.model_copy(update={"due_at": until}) if clock.stage == stage else clock
        for clock in case.clocks
    )
    return _with(
        case,
        clocks=clocks,
        warned=_without(case.warned, stage),
        extensions=(*case.extensions, stage),
    )


def _missed(case: Case, data: DeadlineMissed) -> Case:
    others = tuple(clock for clock in case.clocks if clock.stage != data.stage)
    return _with(
        case,
        clocks=(*others, data.renewed) if data.renewed else others,
        warned=_without(case.warned, data.stage),
        renewals=(*case.renewals, data.stage),
        escalating=case.escalating or data.escalates,
    )


#: The summary of a case that no holder has yet; an event with it is never published.
NOT_ROUTED: Final = CaseSummary(
    reference="",
    state="received",
    closed_as=None,
    lane="protected",
    responder="triage",
    holder="",
    level=0,
    severity="S4",
    category=None,
    site=None,
    stage=None,
    due_at=None,
    accused=(),
    advocate=None,
    language="fr",
    channel="",
    contactable=(),
    policy_version="",
)


def summary_of(case: Case) -> CaseSummary:
    """Return what every event tells of the case as it stands after it."""
    route, clock = case.route, case.next_clock
    if route is None:
        return NOT_ROUTED.model_copy(
            update={"reference": case.reference, "state": case.state, "channel": case.channel}
        )
    return CaseSummary.model_construct(
        reference=case.reference,
        state=case.state,
        closed_as=case.closed_as,
        lane=route.lane,
        responder=route.responder,
        holder=route.holder,
        level=route.level,
        severity=route.severity,
        category=route.category,
        site=route.site,
        stage=clock.stage if clock else None,
        due_at=clock.due_at if clock else None,
        accused=route.accused,
        advocate=route.advocate,
        language=route.language,
        channel=route.channel,
        contactable=route.contactable,
        policy_version=case.rules_version,
        contact=case.protection.contact,
    )
