"""What whoever holds a case does on the way to an answer."""

from datetime import datetime

from services.ledger import decisions, endings, people
from services.ledger.case import Case
from services.ledger.commands.command import Command, Day, Text, day_of
from services.ledger.decisions import Rules
from shared.events.codes import ContactWay
from shared.events.ledger import Actor, CaseEvent


class Acknowledge(Command):
    """The holder has the case."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_acknowledge(case, by)


class StartInquiry(Command):
    """The holder looks into the facts."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_start_inquiry(case, by)


class AskComplainant(Command):
    """A question to the complainant."""

    words_field = "text"
    text: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_ask(case, by, text_id, now, rules)


class Extend(Command):
    """More time, with a reason and a new date."""

    words_field = "reason"
    reason: Text
    until: Day

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        until = day_of("until", self.until)
        return decisions.decide_extend(case, by, until, text_id, now, rules)


class Escalate(Command):
    """The next responder is asked for, with a reason."""

    words_field = "reason"
    reason: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_escalate(case, by, text_id)


class RecordContactTry(Command):
    """The person could not be reached."""

    words_field = "text"
    how: ContactWay
    text: Text | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        kept = text_id if self.text is not None else None
        return endings.decide_contact_try(case, by, self.how, kept)


class Take(Command):
    """Somebody of the holding organisation works on the case."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return people.decide_take(case, by)


class HandOver(Command):
    """The case goes back to the organisation, with what a colleague must know."""

    words_field = "text"
    text: Text | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        kept = text_id if self.text is not None else None
        return people.decide_hand_over(case, by, kept)
