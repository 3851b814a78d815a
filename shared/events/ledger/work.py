"""Events of the work on a case: acknowledged, looked into, asked and answered, extended."""

from datetime import datetime

from shared.events.codes import ContactWay
from shared.events.envelope import data_model
from shared.events.ledger.case import Actor, CaseEvent, Deadline


@data_model("cf.recours.case.acknowledged.v1", "ledger")
class CaseAcknowledged(CaseEvent):
    """The holder acknowledged the case."""

    by: Actor


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


@data_model("cf.recours.contact.tried.v1", "ledger")
class ContactTried(CaseEvent):
    """The complainant's side tried to reach the complainant, in vain.

    Only a try at a time that the person called safe (or by day) counts: `safe`.
    """

    by: Actor
    how: ContactWay
    text_id: str | None
    safe: bool = True


@data_model("cf.recours.case.extended.v1", "ledger")
class CaseExtended(CaseEvent):
    """The holder took more time for a stage, with a reason and a new date."""

    by: Actor
    stage: str
    previous_due_at: datetime
    until: datetime
    text_id: str
