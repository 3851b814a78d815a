"""Events of the protected lane: how a person is kept safe, and the way out of it."""

from shared.events.codes import ConsentForm, Contact, ServiceKind, Severity
from shared.events.envelope import data_model
from shared.events.ledger.case import Actor, CaseEvent


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
