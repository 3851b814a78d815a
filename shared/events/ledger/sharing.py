"""Events of what the parties come to know: statement, questions, related cases."""

from datetime import datetime

from shared.events.codes import ConsentForm, OtherSide
from shared.events.envelope import data_model
from shared.events.ledger.case import Actor, CaseEvent


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
