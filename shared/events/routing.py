"""Events of routing: which responder holds a grievance, and why."""

from datetime import datetime
from typing import Literal

from shared.events.codes import ContactChannel, Lane, Language, Responder, Severity
from shared.events.envelope import EventData, data_model

RouteReason = Literal[
    "submitted", "deadline-missed", "escalation-requested", "appealed", "corrected"
]


class RuleHit(EventData):
    """One rule of the policy that took part in a decision, with its reason in words."""

    rule: str
    why: str


@data_model("cf.recours.grievance.routed.v1", "routing")
class GrievanceRouted(EventData):
    """A grievance was given to a holder; published on the queue of the responder.

    `level` counts from 0 up the ladder; `accused` are the directory ids (and `kind:…` marks)
    that must never hold, see or hear; `advocate` is the syndicate that speaks for the
    complainant; `ladder_end` says that nobody stands above this holder, `final` that nobody is left
    to appeal to either.
    """

    reference: str
    reason: RouteReason
    level: int
    lane: Lane
    responder: Responder
    holder: str
    category: str | None
    severity: Severity
    site: str | None
    organisation: str | None
    accused: tuple[str, ...]
    advocate: str | None
    ladder_end: bool
    rules: tuple[RuleHit, ...]
    policy_version: str
    channel: str
    language: Language
    received_at: datetime
    contactable: tuple[ContactChannel, ...]
    anonymous: bool
    final: bool = False
