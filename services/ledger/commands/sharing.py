"""What the parties come to know: triage, statement, questions, related cases."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.ledger import questions, related, statement, triage
from services.ledger.case import Case
from services.ledger.commands.command import Command, Name, Text
from services.ledger.decisions import Rules
from shared.events.codes import ConsentForm, OtherSide, Severity
from shared.events.ledger import Actor, CaseEvent


class CorrectTriage(Command):
    """What a case is about is not what was thought."""

    words_field = "reason"
    reason: Text
    category: Name | None = None
    site: Name | None = None
    organisation: Name | None = None
    severity: Severity | None = None
    accused: Annotated[tuple[Name, ...], Field(max_length=20)] = ()

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        correction = triage.Correction(
            self.category, self.site, self.organisation, self.severity, self.accused
        )
        return triage.decide_correct(case, by, correction, text_id, rules)


class RecordStatement(Command):
    """What the other side may read, once it is released."""

    words_field = "text"
    text: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return statement.decide_record_statement(case, by, text_id)


class ReleaseStatement(Command):
    """The complainant's consent to the text as it stands, how it was given, and to whom."""

    consent: ConsentForm
    to: Annotated[tuple[OtherSide, ...], Field(min_length=1, max_length=2)]

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        to = tuple(sorted(set(self.to)))
        return statement.decide_release_statement(case, by, to, self.consent)


class WithdrawStatement(Command):
    """The consent to the release is taken back."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return statement.decide_withdraw_statement(case, by)


class AskParty(Command):
    """A question to another party."""

    words_field = "text"
    text: Text
    to: Name

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return questions.decide_ask_party(case, by, self.to, text_id, now, rules)


class AnswerQuestion(Command):
    """The answer to a question, by the id of its text."""

    words_field = "text"
    text: Text
    question: Name

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return questions.decide_answer_question(case, by, self.question, text_id)


class LinkCase(Command):
    """Another case about the same facts."""

    to: Name

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return related.decide_link(case, by, self.to)
