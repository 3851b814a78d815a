"""Events of who was told, and of what an organisation has to know beside its cases."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import EventData, data_model
from shared.events.ledger.case import CaseEvent

Audience = Literal["complainant", "holder", "previous_holder", "advocate", "party"]


class Informed(BaseModel):
    """One party who was told by a notice, or could not be, and why."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    audience: Audience
    channel: str
    notice: str
    delivery_id: str
    told: bool
    reason: str | None
    maybe_twice: bool


@data_model("cf.recours.parties.informed.v1", "ledger")
class PartiesInformed(CaseEvent):
    """The case's own record of notices that arose together. Not published."""

    published: ClassVar[bool] = False
    parties: tuple[Informed, ...]


@data_model("cf.recours.party.informed.v1", "ledger")
class PartyInformed(CaseEvent, Informed):
    """The record of one notice by itself (until version 0.1.0): read, not written any more."""

    published: ClassVar[bool] = False

    @property
    def parties(self) -> tuple[Informed, ...]:
        """Return the one party as it is recorded since."""
        return (self,)


@data_model("cf.recours.office.alerted.v1", "ledger")
class OfficeAlerted(EventData):
    """An organisation has to know something that is about no single case.

    `to` is told of `about`: that one of its accounts is recovered, or that since a time nobody
    has looked at a queue that has so many open cases.
    """

    what: Literal["account-recovered", "queue-unattended"]
    to: str
    about: str
    since: datetime
    open_cases: int | None = None
