"""Events of who was told, and of what an organisation has to know beside its cases."""

from datetime import datetime
from typing import Literal

from shared.events.envelope import EventData, data_model
from shared.events.ledger.case import CaseEvent

Audience = Literal["complainant", "holder", "previous_holder", "advocate", "party"]


@data_model("cf.recours.party.informed.v1", "ledger")
class PartyInformed(CaseEvent):
    """The case's own record of a notice: told, or not told and why. Not published."""

    audience: Audience
    channel: str
    notice: str
    delivery_id: str
    told: bool
    reason: str | None
    maybe_twice: bool


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
