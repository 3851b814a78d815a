"""The remedy: proposed, delivered, verified."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.ledger import remedies
from services.ledger.case import Case
from services.ledger.commands.command import Command, Day, Name, Numbers, Text, day_of
from services.ledger.decisions import Rules
from shared.events.codes import RemedyKind
from shared.events.ledger import Actor, CaseEvent


class Item(BaseModel):
    """One thing of a remedy; `what` is kept with the proposal's text in the vault."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: RemedyKind
    what: Annotated[Text, Field(max_length=500)] | None = None
    amount: Annotated[int, Field(strict=True)] | None = None
    owed_by: Name | None = None
    by: Day

    @model_validator(mode="after")
    def _other_is_told(self) -> Self:
        if self.kind == "other" and self.what is None:
            raise ValueError("say what it is: 'what' is needed for this kind")
        return self


class RemedyInWords(Command):
    """A remedy in words, and its items."""

    text: Text
    items: Annotated[tuple[Item, ...], Field(max_length=100)] = ()

    @property
    def wanted(self) -> list[remedies.Wanted]:
        """The items, with their dates read."""
        return [
            remedies.Wanted(item.kind, item.amount, item.owed_by, day_of(f"items.{at}.by", item.by))
            for at, item in enumerate(self.items)
        ]

    @property
    def words(self) -> str | None:
        """The text, and what each item is under its number."""
        told = [f"{at}. {item.what}" for at, item in enumerate(self.items, 1) if item.what]
        return "\n".join([self.text, *told])


class ProposeRemedy(RemedyInWords):
    """A remedy is proposed, and by when it would be done."""

    deliver_by: Day | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        by_when = day_of("deliver_by", self.deliver_by) if self.deliver_by else None
        return remedies.decide_propose(case, by, by_when, text_id, now, rules, self.wanted)


class RecordDelivery(Command):
    """The remedy or some of its items were delivered; `text` says what shows it."""

    words_field = "text"
    text: Text | None = None
    items: Numbers | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        kept = text_id if self.text is not None else None
        return remedies.decide_record_delivery(case, by, kept, now, rules, self.items)


class VerifyDelivery(Command):
    """The complainant's side confirms the delivery."""

    items: Numbers | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return remedies.decide_verify_delivery(case, by, now, rules, self.items)
