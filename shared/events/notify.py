"""Events of notify: whether the parties were told. No address appears in them."""

from datetime import datetime

from shared.events.envelope import EventData, data_model


@data_model("cf.recours.party.told.v1", "notify")
class PartyTold(EventData):
    """A gateway or mail server accepted a notice for a party.

    `maybe_twice` is set when a crash hid the outcome of an earlier attempt.
    """

    reference: str
    delivery_id: str
    notice: str
    audience: str
    channel: str
    attempts: int
    handed_at: datetime
    maybe_twice: bool


@data_model("cf.recours.party.not-told.v1", "notify")
class PartyNotTold(EventData):
    """A party could not be told; `reason` is a code such as `no-address` or `opted-out`."""

    reference: str
    delivery_id: str
    notice: str
    audience: str
    channel: str
    attempts: int
    reason: str
