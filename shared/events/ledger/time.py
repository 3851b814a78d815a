"""Events of the passing of time: a date comes near, or was let pass."""

from datetime import datetime

from shared.events.envelope import data_model
from shared.events.ledger.case import CaseEvent, Deadline


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
