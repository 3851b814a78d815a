"""How a case ends, is decided again, and what is asked afterwards."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from services.ledger import aftercare, endings
from services.ledger.case import Case
from services.ledger.commands.command import Command, Name, Text
from services.ledger.commands.remedy import RemedyInWords
from services.ledger.decisions import Rules
from shared.events.codes import AppealOutcome, ClosedAs, ConsentForm
from shared.events.ledger import Actor, CaseEvent


class Close(Command):
    """The case ends, with a reason."""

    words_field = "reason"
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    closed_as: ClosedAs = Field(alias="as")
    reason: Text
    to: Name | None = None
    consent: ConsentForm | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        referral = None
        if self.to is not None and self.consent is not None:
            referral = endings.Referral(self.to, self.consent)
        return endings.decide_close(case, by, self.closed_as, text_id, now, rules, referral)


class Appeal(Command):
    """The next body is to decide again, at the complainant's wish."""

    words_field = "reason"
    reason: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return endings.decide_appeal(case, by, text_id, now, rules)


class DecideAppeal(RemedyInWords):
    """The body appealed to decides, and names the remedy when it upholds the appeal."""

    outcome: AppealOutcome

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return endings.decide_appeal_outcome(
            case, by, self.outcome, text_id, now, rules, self.wanted
        )


class Reopen(Command):
    """A closed case is to be taken up again, at the complainant's wish."""

    words_field = "reason"
    reason: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return endings.decide_reopen(case, by, text_id, now, rules)


class RecordFollowUp(Command):
    """How things are after the end; `retaliation` is told to protection alone, as a new case."""

    satisfied: Annotated[bool, Field(strict=True)] | None = None
    remedy_holds: Annotated[bool, Field(strict=True)] | None = None
    retaliation: Annotated[bool, Field(strict=True)] = False

    @property
    def alerts(self) -> bool:
        """Whether protection must hear of it."""
        return self.retaliation

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return aftercare.decide_follow_up(
            case,
            by,
            satisfied=self.satisfied,
            remedy_holds=self.remedy_holds,
            alerted=self.retaliation,
        )
