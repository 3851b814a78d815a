"""What every event of a case carries: the case as it stands after it, and who acted."""

from datetime import datetime

from shared.events.codes import (
    CaseState,
    ClosedAs,
    Contact,
    ContactChannel,
    Lane,
    Language,
    Responder,
    Severity,
)
from shared.events.envelope import EventData


class CaseSummary(EventData):
    """The case after an event; `due_at` and `stage` name the earliest running deadline.

    `final` says that nobody is left to appeal to.
    """

    reference: str
    state: CaseState
    closed_as: ClosedAs | None
    lane: Lane
    responder: Responder
    holder: str
    level: int
    severity: Severity
    category: str | None
    site: str | None
    stage: str | None
    due_at: datetime | None
    accused: tuple[str, ...]
    advocate: str | None
    language: Language
    channel: str
    contactable: tuple[ContactChannel, ...]
    policy_version: str
    contact: Contact = "allowed"
    final: bool = False


class Actor(EventData):
    """Who acted: the account id, its role and organisation (never a name)."""

    sub: str
    role: str
    organisation: str | None


class Deadline(EventData):
    """One running deadline: its stage, when its clock began and when it is due."""

    stage: str
    started_at: datetime
    due_at: datetime


class CaseEvent(EventData):
    """Base of the ledger's events."""

    case: CaseSummary
