"""Events of notify: whether the parties were told. No address appears in them."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import EventData, data_model, format_time


class NoticeOutcome(BaseModel):
    """What came of one notice: a gateway or mail server took it, or why nobody could.

    `reason` is a code such as `no-address` or `opted-out`. `maybe_twice` is set when a crash hid
    the outcome of an earlier attempt, `retried_at` when the operator let the notice leave again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    delivery_id: str
    notice: str
    audience: str
    channel: str
    attempts: int
    told: bool
    reason: str | None = None
    maybe_twice: bool = False
    retried_at: datetime | None = None

    @property
    def key(self) -> str:
        """Return what tells this outcome from every other of the same notice."""
        again = format_time(self.retried_at) if self.retried_at else ""
        return "|".join((self.delivery_id, "told" if self.told else "not-told", again))


@data_model("cf.recours.notices.settled.v1", "notify")
class NoticesSettled(EventData):
    """What came of notices of one case that arose together, one outcome for each."""

    reference: str
    outcomes: tuple[NoticeOutcome, ...]


class _OneNotice(EventData):
    """One notice by itself, as it was told until version 0.1.0: read, not written any more."""

    published: ClassVar[bool] = False
    reference: str
    delivery_id: str
    notice: str
    audience: str
    channel: str
    attempts: int

    def _outcome(self, **known: object) -> tuple[NoticeOutcome, ...]:
        return (NoticeOutcome.model_validate(self.model_dump() | known),)


@data_model("cf.recours.party.told.v1", "notify")
class PartyTold(_OneNotice):
    """A gateway or mail server accepted one notice (until version 0.1.0)."""

    handed_at: datetime
    maybe_twice: bool

    @property
    def outcomes(self) -> tuple[NoticeOutcome, ...]:
        """Return the outcome as it is written since."""
        return self._outcome(told=True)


@data_model("cf.recours.party.not-told.v1", "notify")
class PartyNotTold(_OneNotice):
    """One notice could not be told (until version 0.1.0)."""

    reason: str

    @property
    def outcomes(self) -> tuple[NoticeOutcome, ...]:
        """Return the outcome as it is written since."""
        return self._outcome(told=False)


#: Every form in which notify tells what came of notices.
Settled = NoticesSettled | PartyTold | PartyNotTold
