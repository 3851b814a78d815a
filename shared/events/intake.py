"""Events of intake: what complainants did. Words, names and numbers stay in the vault."""

from datetime import datetime

from shared.events.codes import AccusedKind, ContactChannel, Language, OtherSide
from shared.events.envelope import EventData, data_model


class Accused(EventData):
    """A party named by the complainant: a directory organisation, or only a kind."""

    organisation: str | None
    kind: AccusedKind | None


@data_model("cf.recours.grievance.submitted.v1", "intake")
class GrievanceSubmitted(EventData):
    """A grievance was accepted and stored durably.

    `danger` is the complainant's own answer, `danger_signs` the codes of danger words found in
    the words; `organisation` is the party complained about when the directory knows it;
    `contactable` tells by which channels the vault has an address; `batch` is the import.
    """

    reference: str
    channel: str
    language: Language
    received_at: datetime
    category: str | None
    site: str | None
    organisation: str | None
    accused: tuple[Accused, ...]
    danger: bool
    danger_signs: tuple[str, ...]
    representative: str | None
    anonymous: bool
    contactable: tuple[ContactChannel, ...]
    consents: dict[str, bool]
    batch: str | None = None


@data_model("cf.recours.message.received.v1", "intake")
class MessageReceived(EventData):
    """The complainant added words or a file to a case; `message_id` points into the vault."""

    reference: str
    channel: str
    message_id: str
    danger_signs: tuple[str, ...]


@data_model("cf.recours.answer.given.v1", "intake")
class AnswerGiven(EventData):
    """The complainant agreed or did not agree to the proposed remedy.

    `items` are the numbers of those things that they agreed to, when not to all; `question` is the
    place, in the ledger's stream, of the proposal or report of delivery that they answered.
    """

    reference: str
    channel: str
    agreed: bool
    message_id: str | None
    items: tuple[int, ...] | None = None
    question: int | None = None


@data_model("cf.recours.grievance.withdrawn.v1", "intake")
class GrievanceWithdrawn(EventData):
    """The complainant withdrew; `pressured` is the answer to whether anyone pressed them."""

    reference: str
    channel: str
    pressured: bool | None
    message_id: str | None


@data_model("cf.recours.appeal.lodged.v1", "intake")
class AppealLodged(EventData):
    """The complainant asked the next body to decide again."""

    reference: str
    channel: str
    message_id: str | None


@data_model("cf.recours.reopening.asked.v1", "intake")
class ReopeningAsked(EventData):
    """The complainant asked that the closed case be taken up again by the same holder."""

    reference: str
    channel: str
    message_id: str | None


@data_model("cf.recours.statement.given.v1", "intake")
class StatementGiven(EventData):
    """The complainant wrote themselves what the other side may read, and released it to these."""

    reference: str
    channel: str
    message_id: str
    to: tuple[OtherSide, ...]


@data_model("cf.recours.followup.answered.v1", "intake")
class FollowUpAnswered(EventData):
    """The complainant told how things are after the end; None is what they did not say.

    Whether somebody took revenge is not told here: a protected case of its own tells it.
    """

    reference: str
    channel: str
    satisfied: bool | None
    remedy_holds: bool | None
    message_id: str | None


@data_model("cf.recours.consent.changed.v1", "intake")
class ConsentChanged(EventData):
    """A consent was given or taken back; opting out of notices is purpose `notices`.

    A yes to a `statement` names the text that was agreed to, and the sides that may read it.
    """

    reference: str
    channel: str
    purpose: str
    given: bool
    text_id: str | None = None
    to: tuple[OtherSide, ...] = ()
