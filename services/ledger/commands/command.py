"""What every command is: a body, the words in it, and the decision that it stands for."""

from abc import abstractmethod
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from services.ledger.case import Case
from services.ledger.decisions import Rules
from shared.errors import Invalid
from shared.events.ledger import Actor, CaseEvent

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000, pattern=r"^[^\x00]*$"),
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Numbers = Annotated[
    tuple[Annotated[int, Field(strict=True, ge=1)], ...], Field(min_length=1, max_length=100)
]
Day = Annotated[str, Field(examples=["2026-12-01", "2026-12-01T16:00:00+01:00"], max_length=40)]
_DATE, _TIME = TypeAdapter(date), TypeAdapter[datetime](AwareDatetime)


class Command(BaseModel):
    """A command on a case; `words` are kept in the vault, never in an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    words_field: ClassVar[str | None] = None

    @property
    def words(self) -> str | None:
        """What the caller wrote, if anything."""
        return getattr(self, self.words_field) if self.words_field else None

    @property
    def alerts(self) -> bool:
        """Whether protection must hear of it, in a case of its own."""
        return False

    @abstractmethod
    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """Return the fact that the command leads to; raises DomainError."""


def day_of(field: str, value: str) -> date | datetime:
    """Read a day (`2026-12-01`) or a time with its zone; raises Invalid."""
    adapter: TypeAdapter[Any] = _DATE if len(value) == len("2026-12-01") else _TIME
    try:
        read: date | datetime = adapter.validate_python(value)
    except ValidationError:
        reason = "write a day like 2026-12-01, or a time with its zone"
        raise Invalid(f"{field}: {reason}", errors=[{"field": field, "reason": reason}]) from None
    if not 2000 <= read.year < 2200:
        raise Invalid(f"{field}: not a usable year", errors=[{"field": field, "reason": "year"}])
    return read
