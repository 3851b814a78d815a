"""Events of the end of a case and of what comes after it: appeal, reopening, follow-up."""

from datetime import datetime

from shared.events.codes import AppealOutcome, ClosedAs, ConsentForm, FollowUp
from shared.events.envelope import data_model
from shared.events.ledger.case import Actor, CaseEvent, Deadline
from shared.events.ledger.remedy import RemedyItem


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
