"""Builders of cases for the ledger's tests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.ledger import sight
from services.ledger.access import Access
from services.ledger.case import Case
from services.ledger.decisions import Rules
from services.ledger.drafts import Draft
from services.ledger.store import MODELS, rules_of
from shared.events import Event
from shared.events.codes import OtherSide, Severity
from shared.events.envelope import EventData
from shared.events.intake import (
    AnswerGiven,
    AppealLodged,
    ConsentChanged,
    FollowUpAnswered,
    GrievanceWithdrawn,
    MessageReceived,
    ReopeningAsked,
    StatementGiven,
)
from shared.events.ledger import Actor
from shared.events.notify import NoticeOutcome, NoticesSettled
from shared.events.routing import GrievanceRouted
from shared.ids import derived_id, grievance_id
from shared.policy_file import load_bundle

POLICY = Path(__file__).parents[3] / "deploy" / "policy"
_BUNDLE = load_bundle(POLICY, MODELS)
RULES: Rules = rules_of(_BUNDLE)
ACCESS = _BUNDLE.get(Access)
#: Monday 23 November 2026, 08:00 in Bangui.
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
REFERENCE = "TEST-0001"
GID = grievance_id(REFERENCE)
CSR = Actor(sub="csr-1", role="csr", organisation="societe-demo")
SYNDICATE = Actor(sub="rep-1", role="representative", organisation="syndicat-demo")


def sight_of(case: Case, caller: sight.Caller) -> sight.Sight:
    """Return what a caller sees of a case by the table that is shipped."""
    return sight.sight_of(case, caller, ACCESS)


def route(**changed: Any) -> GrievanceRouted:
    """Return a route of a crop-damage case to the company."""
    values: dict[str, Any] = {
        "reference": REFERENCE,
        "reason": "submitted",
        "level": 0,
        "lane": "open",
        "responder": "company",
        "holder": "societe-demo",
        "category": "LAND_CROP_DAMAGE",
        "severity": "S3",
        "site": "doungoubou-demo",
        "organisation": "societe-demo",
        "accused": (),
        "advocate": "syndicat-demo",
        "ladder_end": False,
        "rules": (),
        "policy_version": RULES.version,
        "channel": "web",
        "language": "fr",
        "received_at": MONDAY,
        "contactable": (),
        "anonymous": False,
    }
    return GrievanceRouted.model_validate(values | changed)


def incoming(data: EventData, cause: str, *, gid: str = GID, time: datetime = MONDAY) -> Event:
    """Return an event of another service; the same cause gives the same event."""
    return Event.derived(data, subject=gid, sequence=1, time=time, cause=cause)


def routed(cause: str = "submitted", **changed: Any) -> Event:
    """Return a routing event about the case of REFERENCE, or of the one named."""
    told = route(**changed)
    return incoming(told, cause, gid=grievance_id(told.reference))


def message(cause: str = "m1") -> Event:
    """Return a message of the complainant."""
    data = MessageReceived(
        reference=REFERENCE, channel="sms", message_id=derived_id(cause), danger_signs=()
    )
    return incoming(data, cause)


def answer(
    *,
    agreed: bool,
    cause: str = "a1",
    items: tuple[int, ...] | None = None,
    question: int | None = None,
) -> Event:
    """Return the complainant's yes or no, or the yes to some items."""
    data = AnswerGiven(
        reference=REFERENCE,
        channel="sms",
        agreed=agreed,
        message_id=None,
        items=items,
        question=question,
    )
    return incoming(data, cause)


def withdrawn(cause: str = "w1") -> Event:
    """Return a withdrawal."""
    data = GrievanceWithdrawn(reference=REFERENCE, channel="sms", pressured=False, message_id=None)
    return incoming(data, cause)


def appeal(cause: str = "p1") -> Event:
    """Return an appeal."""
    return incoming(AppealLodged(reference=REFERENCE, channel="sms", message_id=None), cause)


def reopening(cause: str = "o1") -> Event:
    """Return the wish that a closed case be taken up again."""
    data = ReopeningAsked(reference=REFERENCE, channel="rest", message_id=None)
    return incoming(data, cause)


def statement(*to: OtherSide, cause: str = "s1") -> Event:
    """Return what the complainant wrote for the other side."""
    data = StatementGiven(reference=REFERENCE, channel="rest", message_id=derived_id(cause), to=to)
    return incoming(data, cause)


def follow_up(*, remedy_holds: bool | None, cause: str = "f1") -> Event:
    """Return what the complainant tells after the end."""
    data = FollowUpAnswered(
        reference=REFERENCE,
        channel="rest",
        satisfied=True,
        remedy_holds=remedy_holds,
        message_id=None,
    )
    return incoming(data, cause)


def consent(
    *,
    given: bool,
    purpose: str = "statement",
    cause: str = "c1",
    text_id: str | None = None,
    to: tuple[OtherSide, ...] = (),
) -> Event:
    """Return a consent that the complainant gave or took back."""
    data = ConsentChanged(
        reference=REFERENCE, channel="rest", purpose=purpose, given=given, text_id=text_id, to=to
    )
    return incoming(data, cause)


def told(cause: str = "t1") -> Event:
    """Return the word of notify that the complainant was told."""
    return incoming(settled(("complainant", None)), cause)


def settled(*parties: tuple[str, str | None]) -> NoticesSettled:
    """Return the outcomes of text messages to audiences, each with why it was not told or None."""
    outcomes = tuple(
        NoticeOutcome(
            delivery_id=f"d{number}",
            notice="opened",
            audience=audience,
            channel="sms",
            attempts=1,
            told=reason is None,
            reason=reason,
        )
        for number, (audience, reason) in enumerate(parties, start=1)
    )
    return NoticesSettled(reference=REFERENCE, outcomes=outcomes)


def escalated(cause: str = "up", **changed: Any) -> Event:
    """Return the route to the authority."""
    values: dict[str, Any] = {
        "reason": "deadline-missed",
        "level": 1,
        "responder": "authority",
        "holder": "commune-demo",
    }
    return routed(cause, **values | changed)


def opened(severity: Severity = "S3", *, at: datetime = MONDAY, **changed: Any) -> Draft:
    """Return a case that was just opened."""
    draft = Draft(GID, [])
    draft.react(routed(severity=severity, received_at=at, **changed), at, RULES)
    return draft


def hours(count: float) -> timedelta:
    """Return a number of hours."""
    return timedelta(hours=count)
