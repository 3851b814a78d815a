"""Events of a remedy: proposed, agreed, delivered, verified."""

from datetime import datetime

from shared.events.codes import RemedyKind
from shared.events.envelope import EventData, data_model
from shared.events.ledger.case import Actor, CaseEvent, Deadline


class RemedyItem(EventData):
    """One thing of a remedy: what kind, who owes it, and by when; `amount` is in XAF.

    What exactly it is stands in the proposal's text in the vault, under the item's number.
    """

    number: int
    kind: RemedyKind
    amount: int | None
    owed_by: str
    due_at: datetime


@data_model("cf.recours.remedy.proposed.v1", "ledger")
class RemedyProposed(CaseEvent):
    """The holder proposed a remedy, to be done by `deliver_by` when agreed.

    Without items the remedy is one thing, which the text alone describes.
    """

    by: Actor
    text_id: str
    deliver_by: datetime
    deadlines: tuple[Deadline, ...]
    items: tuple[RemedyItem, ...] = ()


@data_model("cf.recours.remedy.agreed.v1", "ledger")
class RemedyAgreed(CaseEvent):
    """The complainant agreed to the proposed remedy, or to these numbers of its items only."""

    message_id: str | None
    deadlines: tuple[Deadline, ...]
    items: tuple[int, ...] | None = None


@data_model("cf.recours.remedy.refused.v1", "ledger")
class RemedyRefused(CaseEvent):
    """The complainant did not agree; the holder proposes again or the case goes up."""

    message_id: str | None
    deadlines: tuple[Deadline, ...]


@data_model("cf.recours.remedy.delivered.v1", "ledger")
class RemedyDelivered(CaseEvent):
    """Who owes the remedy reported it delivered, or these numbers of its items.

    `text_id` is the evidence.
    """

    by: Actor
    text_id: str | None
    deadlines: tuple[Deadline, ...]
    items: tuple[int, ...] | None = None


@data_model("cf.recours.delivery.verified.v1", "ledger")
class DeliveryVerified(CaseEvent):
    """The complainant's side confirmed the delivery, or that of these numbers of the items."""

    by: Actor
    deadlines: tuple[Deadline, ...]
    items: tuple[int, ...] | None = None
