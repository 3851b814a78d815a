"""The bodies of the API's answers about cases; no field has a default."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class Running(BaseModel):
    """A deadline; a paused one stands still until the complainant answers."""

    stage: str
    started_at: datetime
    due_at: datetime
    paused: bool


class TimelineItem(BaseModel):
    """One entry of the record; `sequence` is its place among those that the reader sees."""

    sequence: int
    at: datetime
    type: str
    by: dict[str, str | None] | None
    holder: str
    due_at: datetime | None
    details: dict[str, Any]


class ChainState(BaseModel):
    """The seal of the record: hash and number of what the reader sees, and whether all holds."""

    head: str | None
    length: int
    verified: bool


class RouteAnswer(BaseModel):
    """Why this holder has the case."""

    reason: str
    level: int
    responder: str
    rules: list[dict[str, str]]
    ladder_end: bool
    policy_version: str


class StatementAnswer(BaseModel):
    """The statement: the text last recorded, and the one that was released and to whom."""

    text_id: str | None
    released_id: str | None
    to: list[str]


class QuestionAnswer(BaseModel):
    """A question between parties: who asked whom, the texts of question and answer, and its date.

    `due_at` is when an answer is owed.
    """

    text_id: str
    asker: str | None
    to: str
    answer_id: str | None
    due_at: datetime | None


class OwedAnswer(BaseModel):
    """One item of the remedy: what kind, who owes it by when, and how far it is."""

    number: int
    kind: str
    amount: int | None
    owed_by: str
    due_at: datetime
    state: str
    evidence: str | None


class ServiceAnswer(BaseModel):
    """A service that the person was referred to."""

    kind: str
    text_id: str
    to: str | None
    consent: str


class ProtectionAnswer(BaseModel):
    """What keeps the person of a protected case safe; shown to those who protect them alone."""

    safety_plan: str | None
    safe_contact: str | None
    contact: str
    services: list[ServiceAnswer]
    release_requested: bool


class CaseAnswer(BaseModel):
    """One case; `version` counts what its reader sees change, `updated_at` is when it last did."""

    reference: str
    version: int
    state: str
    closed_as: str | None
    severity: str | None
    lane: str
    category: str | None
    site: str | None
    queue: str
    holder: str
    advocate: str | None
    accused: list[str]
    statement: StatementAnswer | None
    remedy: list[OwedAnswer]
    questions: list[QuestionAnswer]
    protection: ProtectionAnswer | None
    related: list[str]
    person: str | None
    stage: str | None
    due_at: datetime | None
    late_since: datetime | None
    opened_at: datetime | None
    updated_at: datetime | None
    appeal_until: datetime | None
    policy_version: str
    deadlines: list[Running]
    timeline: list[TimelineItem]
    route: RouteAnswer | None
    chain: ChainState
    possible: list[str]


class TogetherAnswer(BaseModel):
    """What became of a command in a linked case: the state after it, or why it was refused."""

    reference: str
    status: int
    state: str | None
    detail: str | None


class CommandAnswer(BaseModel):
    """The case after a command."""

    reference: str
    version: int
    state: str
    holder: str
    stage: str | None
    due_at: datetime | None
    event: str
    together: list[TogetherAnswer]


class CaseRow(BaseModel):
    """A case in a list."""

    reference: str
    state: str
    closed_as: str | None
    lane: str
    queue: str
    holder: str
    severity: str | None
    category: str | None
    site: str | None
    stage: str | None
    due_at: datetime | None
    late_since: datetime | None
    opened_at: datetime


class CaseList(BaseModel):
    """One page of cases, the earliest due first; `next` is the cursor of the page after."""

    cases: list[CaseRow]
    next: str | None
