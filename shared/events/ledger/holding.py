"""Events of who holds a case: where it goes, and who works on it."""

from typing import Literal

from shared.events.codes import Lane, Severity
from shared.events.envelope import data_model
from shared.events.ledger.case import Actor, CaseEvent, Deadline
from shared.events.routing import GrievanceRouted


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


@data_model("cf.recours.case.rerouted.v1", "ledger")
class CaseRerouted(CaseEvent):
    """The corrected case was routed again, perhaps to the holder that it had."""

    route: GrievanceRouted
    previous_holder: str
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.escalation.requested.v1", "ledger")
class EscalationRequested(CaseEvent):
    """Somebody with the right to do so asked for the next responder, with a reason.

    Without anybody the holder itself was closed.
    """

    by: Actor | None
    text_id: str | None


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
