"""The case as a value: what its events have told so far, and the summary of it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

from shared.events.codes import (
    CaseState,
    ClosedAs,
    ConsentForm,
    Contact,
    OtherSide,
    Responder,
    ServiceKind,
    Severity,
)
from shared.events.ledger import CaseSummary, Deadline, RemedyItem
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


@dataclass(frozen=True, slots=True)
class Term:
    """A date that an organisation had to keep; `ended_at` is None when it passed unmet."""

    stage: str
    holder: str
    due_at: datetime
    ended_at: datetime | None

    @property
    def kept(self) -> bool:
        """Whether what was asked was done by its date."""
        return self.ended_at is not None and self.ended_at <= self.due_at


#: Whether a case was appealed, and whether the body appealed to holds it yet.
AppealState = Literal["none", "lodged", "held"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of one organisation to another, and the answer once there is one.

    `due_at` is when the answer is owed, None once it is not any more; `missed` counts the dates
    that passed without it.
    """

    text_id: str
    asker: str | None
    to: str
    answer_id: str | None = None
    due_at: datetime | None = None
    missed: int = 0


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
    `escalating` tells that the next holder has been asked for and is not known yet; `asking` is the
    place of the proposal or report of delivery that the complainant was last asked about.
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
    asking: int | None = None
    appeal: AppealState = "none"
    appeal_until: datetime | None = None
    tries: tuple[datetime, ...] = ()
    asked: tuple[int, ...] = ()
    questions: tuple[Question, ...] = ()
    protection: Protection = Protection()
    related: tuple[str, ...] = ()
    person: str | None = None
    terms: tuple[Term, ...] = ()

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

    def late_since(self, owed: Collection[str]) -> datetime | None:
        """Return the earliest date that the holder let pass and has not met since.

        `owed` are the stages whose date is the holder's to keep: when the complainant or their
        advocate lets a date pass, nobody else is late.
        """
        running = {clock.stage for clock in self.clocks if clock.stage in owed}
        holder = self.route.holder if self.route else None
        passed = (
            term.due_at
            for term in self.terms
            if term.ended_at is None and term.holder == holder and term.stage in running
        )
        return min(passed, default=None)

    def clock(self, stage: str) -> Deadline | None:
        """Return the running clock of a stage."""
        return next((clock for clock in self.clocks if clock.stage == stage), None)


_FIELDS: Final = frozenset(field.name for field in fields(Case))


def changed(case: Case, **changes: Any) -> Case:
    """Return a case with some fields changed, as `dataclasses.replace` does at five times the cost.

    A case is changed several times for each event that is read (measured: 36 µs an event became 8).
    """
    assert changes.keys() <= _FIELDS
    copy = object.__new__(Case)
    copy.__dict__.update(case.__dict__)
    copy.__dict__.update(changes)
    return copy


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
        final=route.final,
        contact=case.protection.contact,
    )
