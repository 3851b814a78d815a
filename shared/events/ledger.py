"""Events of the ledger: what officially happened to a case, and by which date what is due.

Every event carries `case`, the case as it stands after the event, so that consumers need no
state of their own to tell the parties.
"""

from datetime import datetime
from typing import Literal

from shared.events.codes import (
    AppealOutcome,
    CaseState,
    ClosedAs,
    ConsentForm,
    Contact,
    ContactChannel,
    ContactWay,
    FollowUp,
    Lane,
    Language,
    OtherSide,
    RemedyKind,
    Responder,
    ServiceKind,
    Severity,
)
from shared.events.envelope import EventData, data_model
from shared.events.routing import GrievanceRouted


class CaseSummary(EventData):
    """The case after an event; `due_at` and `stage` name the earliest running deadline.

    `final` says that nobody is left to appeal to.
    """

    reference: str
    state: CaseState
    closed_as: ClosedAs | None
    lane: Lane
    responder: Responder
    holder: str
    level: int
    severity: Severity
    category: str | None
    site: str | None
    stage: str | None
    due_at: datetime | None
    accused: tuple[str, ...]
    advocate: str | None
    language: Language
    channel: str
    contactable: tuple[ContactChannel, ...]
    policy_version: str
    contact: Contact = "allowed"
    final: bool = False


class Actor(EventData):
    """Who acted: the account id, its role and organisation (never a name)."""

    sub: str
    role: str
    organisation: str | None


class Deadline(EventData):
    """One running deadline: its stage, when its clock began and when it is due."""

    stage: str
    started_at: datetime
    due_at: datetime


class CaseEvent(EventData):
    """Base of the ledger's events."""

    case: CaseSummary


@data_model("cf.recours.case.opened.v1", "ledger")
class CaseOpened(CaseEvent):
    """A routed grievance became a dated case."""

    route: GrievanceRouted
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.case.escalated.v1", "ledger")
class CaseEscalated(CaseEvent):
    """The case went to the next holder of the ladder, with a new clock."""

    route: GrievanceRouted
    previous_holder: str
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.triage.corrected.v1", "ledger")
class TriageCorrected(CaseEvent):
    """A person corrected what a case is about; routing decides again where it goes.

    What is not named stays. `accused` are added to those that are accused already; `lane` is
    protected as soon as the correction alone says so.
    """

    by: Actor
    text_id: str
    lane: Lane
    category: str | None
    site: str | None
    organisation: str | None
    severity: Severity | None
    accused: tuple[str, ...]


@data_model("cf.recours.case.rerouted.v1", "ledger")
class CaseRerouted(CaseEvent):
    """The corrected case was routed again, perhaps to the holder that it had."""

    route: GrievanceRouted
    previous_holder: str
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.case.acknowledged.v1", "ledger")
class CaseAcknowledged(CaseEvent):
    """The holder acknowledged the case."""

    by: Actor


@data_model("cf.recours.case.taken.v1", "ledger")
class CaseTaken(CaseEvent):
    """Somebody of the holding organisation works on the case from now on."""

    by: Actor


@data_model("cf.recours.case.handed-over.v1", "ledger")
class CaseHandedOver(CaseEvent):
    """The person who worked on the case gave it back to the holding organisation.

    `because` says whether they did so themselves, or are away or gone.
    """

    by: Actor
    text_id: str | None
    because: Literal["given", "absent", "left"] = "given"


@data_model("cf.recours.inquiry.started.v1", "ledger")
class InquiryStarted(CaseEvent):
    """The holder began to look into the facts."""

    by: Actor


@data_model("cf.recours.complainant.asked.v1", "ledger")
class ComplainantAsked(CaseEvent):
    """The holder asked the complainant; the holder's clocks pause until the answer."""

    by: Actor
    text_id: str | None
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.complainant.wrote.v1", "ledger")
class ComplainantWrote(CaseEvent):
    """The complainant's message reached the case; `resumed` tells that paused clocks run again.

    `danger_signs` are the codes of danger words that intake found in the message.
    """

    message_id: str
    resumed: bool
    deadlines: tuple[Deadline, ...]
    danger_signs: tuple[str, ...] = ()


@data_model("cf.recours.statement.recorded.v1", "ledger")
class StatementRecorded(CaseEvent):
    """The complainant's side wrote down what the other side may read once it is released."""

    by: Actor
    text_id: str


@data_model("cf.recours.statement.released.v1", "ledger")
class StatementReleased(CaseEvent):
    """The statement was released to the other side, with the complainant's recorded consent."""

    by: Actor
    text_id: str
    to: tuple[OtherSide, ...]
    consent: ConsentForm


@data_model("cf.recours.statement.withdrawn.v1", "ledger")
class StatementWithdrawn(CaseEvent):
    """The consent to the release was taken back; from now on the other side cannot read it."""

    by: Actor


@data_model("cf.recours.question.asked.v1", "ledger")
class QuestionAsked(CaseEvent):
    """One party asked another (`to`, an organisation), which owes an answer by `due_at`.

    No clock of the holder waits for it.
    """

    by: Actor
    text_id: str
    to: str
    due_at: datetime | None = None


@data_model("cf.recours.question.missed.v1", "ledger")
class QuestionMissed(CaseEvent):
    """The party that was asked (`to`) has not answered by `due_at`, which is the true due time.

    `question` is the text, `asker` the party that had asked, `renewed` the next date.
    """

    question: str
    asker: str | None
    to: str
    due_at: datetime
    renewed: datetime


@data_model("cf.recours.question.answered.v1", "ledger")
class QuestionAnswered(CaseEvent):
    """The party that was asked answered; `question` is the text, `to` the party that had asked."""

    by: Actor
    text_id: str
    question: str
    to: str


@data_model("cf.recours.case.linked.v1", "ledger")
class CaseLinked(CaseEvent):
    """Another case is about the same facts; each keeps its own holder, date and end."""

    by: Actor
    other: str


@data_model("cf.recours.case.extended.v1", "ledger")
class CaseExtended(CaseEvent):
    """The holder took more time for a stage, with a reason and a new date."""

    by: Actor
    stage: str
    previous_due_at: datetime
    until: datetime
    text_id: str


class RemedyItem(EventData):
    """One thing of a remedy: what kind, who owes it, and by when; `amount` is in XAF.

    What exactly it is stands in the proposal's text in the vault, under the item's number.
    """

    number: int
    kind: RemedyKind
    amount: int | None
    owed_by: str
    due_at: datetime


@data_model("cf.recours.remedy.proposed.v1", "ledger")
class RemedyProposed(CaseEvent):
    """The holder proposed a remedy, to be done by `deliver_by` when agreed.

    Without items the remedy is one thing, which the text alone describes.
    """

    by: Actor
    text_id: str
    deliver_by: datetime
    deadlines: tuple[Deadline, ...]
    items: tuple[RemedyItem, ...] = ()


@data_model("cf.recours.remedy.agreed.v1", "ledger")
class RemedyAgreed(CaseEvent):
    """The complainant agreed to the proposed remedy, or to these numbers of its items only."""

    message_id: str | None
    deadlines: tuple[Deadline, ...]
    items: tuple[int, ...] | None = None


@data_model("cf.recours.remedy.refused.v1", "ledger")
class RemedyRefused(CaseEvent):
    """The complainant did not agree; the holder proposes again or the case goes up."""

    message_id: str | None
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.remedy.delivered.v1", "ledger")
class RemedyDelivered(CaseEvent):
    """Who owes the remedy reported it delivered, or these numbers of its items.

    `text_id` is the evidence.
    """

    by: Actor
    text_id: str | None
    deadlines: tuple[Deadline, ...]
    items: tuple[int, ...] | None = None


@data_model("cf.recours.delivery.verified.v1", "ledger")
class DeliveryVerified(CaseEvent):
    """The complainant's side confirmed the delivery, or that of these numbers of the items."""

    by: Actor
    deadlines: tuple[Deadline, ...]
    items: tuple[int, ...] | None = None


@data_model("cf.recours.escalation.requested.v1", "ledger")
class EscalationRequested(CaseEvent):
    """Somebody with the right to do so asked for the next responder, with a reason.

    Without anybody the holder itself was closed.
    """

    by: Actor | None
    text_id: str | None


@data_model("cf.recours.case.appealed.v1", "ledger")
class CaseAppealed(CaseEvent):
    """The complainant appealed, or their advocate for them; routing names the next body."""

    message_id: str | None
    deadlines: tuple[Deadline, ...]
    by: Actor | None = None
    text_id: str | None = None


@data_model("cf.recours.appeal.decided.v1", "ledger")
class AppealDecided(CaseEvent):
    """The body appealed to decided, and its decision binds the case.

    Upheld, the remedy of the decision is owed without another answer; dismissed, the case is
    closed. `previous_holder` is the body whose handling was appealed.
    """

    by: Actor
    text_id: str
    outcome: AppealOutcome
    previous_holder: str | None
    deadlines: tuple[Deadline, ...]
    items: tuple[RemedyItem, ...] = ()
    appeal_until: datetime | None = None


@data_model("cf.recours.case.reopened.v1", "ledger")
class CaseReopened(CaseEvent):
    """A closed case was taken up again by the same holder, within the window of the policy."""

    by: Actor
    text_id: str | None
    message_id: str | None
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.contact.tried.v1", "ledger")
class ContactTried(CaseEvent):
    """The complainant's side tried to reach the complainant, in vain.

    Only a try at a time that the person called safe (or by day) counts: `safe`.
    """

    by: Actor
    how: ContactWay
    text_id: str | None
    safe: bool = True


@data_model("cf.recours.case.closed.v1", "ledger")
class CaseClosed(CaseEvent):
    """The case ended in one of its closing states.

    `appeal_until` is until when the complainant may appeal or have it reopened, without a date
    at any time; a referral has where to, and how the complainant consented to it.
    """

    closed_as: ClosedAs
    by: Actor | None
    text_id: str | None
    appeal_until: datetime | None = None
    referred_to: str | None = None
    consent: ConsentForm | None = None


@data_model("cf.recours.safetyplan.recorded.v1", "ledger")
class SafetyPlanRecorded(CaseEvent):
    """The protection focal point agreed a safety plan with the person."""

    by: Actor
    text_id: str


@data_model("cf.recours.safecontact.recorded.v1", "ledger")
class SafeContactRecorded(CaseEvent):
    """How the person may be reached without danger; with `none` nobody writes to them."""

    by: Actor
    text_id: str
    contact: Contact


@data_model("cf.recours.service.referred.v1", "ledger")
class ServiceReferred(CaseEvent):
    """The person was referred to a service, with a consent for this one alone; the case goes on."""

    by: Actor
    text_id: str
    service: ServiceKind
    to: str | None
    consent: ConsentForm


@data_model("cf.recours.release.requested.v1", "ledger")
class ReleaseRequested(CaseEvent):
    """Somebody asks that a protected case become an open one of this category, or less severe."""

    by: Actor
    text_id: str
    category: str | None
    severity: Severity | None


@data_model("cf.recours.release.agreed.v1", "ledger")
class ReleaseAgreed(CaseEvent):
    """A second person agreed to a release or a lower severity; routing decides again."""

    by: Actor
    category: str | None
    severity: Severity | None


@data_model("cf.recours.followup.asked.v1", "ledger")
class FollowUpAsked(CaseEvent):
    """So many days after the end the complainant is asked how things are."""

    day: int
    asks: tuple[FollowUp, ...]


@data_model("cf.recours.followup.recorded.v1", "ledger")
class FollowUpRecorded(CaseEvent):
    """The complainant told how things are after the end, or their advocate for them."""

    by: Actor
    satisfied: bool | None
    remedy_holds: bool | None
    message_id: str | None


@data_model("cf.recours.deadline.approaching.v1", "ledger")
class DeadlineApproaching(CaseEvent):
    """A share (percent) of a stage's time has passed without it being met."""

    stage: str
    due_at: datetime
    share: int


@data_model("cf.recours.deadline.missed.v1", "ledger")
class DeadlineMissed(CaseEvent):
    """A deadline passed; recorded once with its true due time.

    `escalates` asks routing for the next responder; `renewed` is the next date that runs
    meanwhile, so that the case never is without one.
    """

    stage: str
    due_at: datetime
    escalates: bool
    renewed: Deadline | None


Audience = Literal["complainant", "holder", "previous_holder", "advocate", "party"]


@data_model("cf.recours.party.informed.v1", "ledger")
class PartyInformed(CaseEvent):
    """The case's own record of a notice: told, or not told and why. Not published."""

    audience: Audience
    channel: str
    notice: str
    delivery_id: str
    told: bool
    reason: str | None
    maybe_twice: bool


@data_model("cf.recours.office.alerted.v1", "ledger")
class OfficeAlerted(EventData):
    """An organisation has to know something that is about no single case.

    `to` is told of `about`: that one of its accounts is recovered, or that since a time nobody
    has looked at a queue that has so many open cases.
    """

    what: Literal["account-recovered", "queue-unattended"]
    to: str
    about: str
    since: datetime
    open_cases: int | None = None
