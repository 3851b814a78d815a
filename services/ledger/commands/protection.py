"""What keeps the person of a protected case safe."""

from datetime import datetime

from services.ledger import safety
from services.ledger.case import Case
from services.ledger.commands.command import Command, Name, Text
from services.ledger.decisions import Rules
from shared.events.codes import ConsentForm, Contact, ServiceKind, Severity
from shared.events.ledger import Actor, CaseEvent


class RecordSafetyPlan(Command):
    """The safety plan that was made with the person."""

    words_field = "text"
    text: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_safety_plan(case, by, text_id)


class RecordSafeContact(Command):
    """How the person may be reached without danger, or that nobody may write to them."""

    words_field = "text"
    text: Text
    contact: Contact

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_safe_contact(case, by, self.contact, text_id)


class ReferService(Command):
    """The person is referred to one service, with a consent to this one."""

    words_field = "text"
    text: Text
    service: ServiceKind
    to: Name | None = None
    consent: ConsentForm

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_refer_service(
            case, by, self.service, self.to, self.consent, text_id, rules
        )


class RequestRelease(Command):
    """A protected case is to become an open one, or less severe."""

    words_field = "reason"
    reason: Text
    category: Name | None = None
    severity: Severity | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_request_release(case, by, self.category, self.severity, text_id, rules)


class AgreeRelease(Command):
    """A second person agrees to a release."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_agree_release(case, by)
