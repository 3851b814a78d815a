"""The stages of a case as the policy gives them: time, warnings, extension and renewal."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.directory import OrganisationKind
from shared.events.codes import CaseState, Responder, Severity

Stage = Literal[
    "acknowledge",
    "inquiry",
    "propose",
    "answer",
    "deliver",
    "verify",
    "close",
    "appeal",
    "safety-plan",
]
_SPAN = re.compile(r"\s*(\d{1,4})\s*(h|d)\s*")

#: Which clocks start when a case comes to a holder, and which run on in each state. A command
#: that leaves a state stops the clocks that the next state does not list.
AT_HOLDER: Final[tuple[Stage, ...]] = ("acknowledge", "inquiry", "propose")
#: What runs beside the stages in every open state, and is not paused.
BESIDE: Final[tuple[Stage, ...]] = ("safety-plan",)
RUNNING: Final[dict[CaseState, tuple[Stage, ...]]] = {
    "received": (),
    "routed": ("acknowledge", "inquiry", "propose", "appeal", *BESIDE),
    "acknowledged": ("inquiry", "propose", "appeal", *BESIDE),
    "in_inquiry": ("propose", "appeal", *BESIDE),
    "waiting_for_complainant": ("answer", *BESIDE),
    "remedy_proposed": ("answer", *BESIDE),
    "agreed": ("deliver", *BESIDE),
    "remedy_delivered": ("verify", *BESIDE),
    "verified": ("close", *BESIDE),
    "closed": (),
}


def _span(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError("write a time like '24 h' or '5 d', more than nothing")
    return timedelta(**{"hours" if match[2] == "h" else "days": int(match[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]
Share = Annotated[int, Field(gt=0, lt=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BySeverity(_Strict):
    """A time for each severity."""

    S1: Span
    S2: Span
    S3: Span
    S4: Span

    def of(self, severity: Severity) -> timedelta:
        """Return the time of a severity."""
        span: timedelta = getattr(self, severity)
        return span


class Extension(_Strict):
    """How often a stage may be extended under one holder, and by how much each time."""

    most: int = Field(ge=1, le=10)
    by: BySeverity


class StageRule(_Strict):
    """The rule of one stage; `owner` is who has to act."""

    owner: Literal["holder", "complainant", "advocate"]
    time: BySeverity
    responders: dict[Responder, BySeverity] = {}
    on_missed: Literal["escalate", "renew"]
    extend: Extension | None = None


class Renewal(_Strict):
    """The date after a missed one: `first`, then doubled each time up to `most`."""

    first: Span
    most: Span

    def after(self, renewals: int) -> timedelta:
        """Return the time to the next date after so many renewals."""
        return min(self.first * (1 << min(renewals, 16)), self.most)


class RemedyRules(_Strict):
    """How late a remedy may be promised, how large an amount (XAF) and how many items it has."""

    latest: BySeverity
    most_amount: int = Field(ge=1)
    most_items: int = Field(ge=1, le=100)


class Unreachable(_Strict):
    """When a person counts as not to be reached: so many tries, the first of them so long ago."""

    tries: int = Field(ge=1, le=20)
    after: Span
    never: tuple[Severity, ...]


class Unattended(_Strict):
    """After how long without anybody looking at a queue somebody else is told, by kind of body."""

    after: Span
    tell: dict[OrganisationKind, str]


#: For versions that were kept from before the file had it.
_REMEDY = RemedyRules.model_validate(
    {
        "latest": {"S4": "365 d", "S3": "365 d", "S2": "180 d", "S1": "90 d"},
        "most_amount": 500_000_000,
        "most_items": 20,
    }
)
_UNREACHABLE = Unreachable.model_validate({"tries": 3, "after": "60 d", "never": ["S1"]})

_QUESTION = BySeverity.model_validate({"S4": "7 d", "S3": "5 d", "S2": "48 h", "S1": "24 h"})

_SAFETY_PLAN: Final = {
    "owner": "holder",
    "time": {"S4": "3 d", "S3": "3 d", "S2": "72 h", "S1": "72 h"},
    "on_missed": "escalate",
}


class Stages(_Strict):
    """The file `stages.yaml` (domain rules, table of stages)."""

    elapsed: tuple[Severity, ...]
    stages: dict[Stage, StageRule]
    warnings: dict[Severity, tuple[Share, ...]]
    renewal: dict[Severity, Renewal]
    question: BySeverity = _QUESTION
    appeal_window: dict[Severity, Span]
    grace_for_delay: Span
    remedy: RemedyRules = _REMEDY
    unreachable: Unreachable = _UNREACHABLE
    follow_up: tuple[Span, ...] = ()
    unattended: Unattended | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_kept_before(cls, values: Any) -> Any:
        """Give a version that was kept from before a stage existed the rule it began with."""
        stages = values.get("stages") if isinstance(values, dict) else None
        if not isinstance(stages, dict) or "safety-plan" in stages:
            return values
        return {**values, "stages": {**stages, "safety-plan": _SAFETY_PLAN}}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for stage in Stage.__args__:  # type: ignore[attr-defined]
            if stage not in self.stages:
                raise ValueError(f"the stage '{stage}' is missing")
        if list(self.follow_up) != sorted(set(self.follow_up)):
            raise ValueError("the follow-ups must rise")
        for severity in Severity.__args__:  # type: ignore[attr-defined]
            if severity not in self.warnings or severity not in self.renewal:
                raise ValueError(f"warnings and renewal need the severity {severity}")
            if list(self.warnings[severity]) != sorted(set(self.warnings[severity])):
                raise ValueError(f"the warnings of {severity} must rise")
        return self

    @property
    def holders(self) -> frozenset[Stage]:
        """The stages whose date is the holder's to keep."""
        return frozenset(stage for stage, rule in self.stages.items() if rule.owner == "holder")

    def span(self, stage: Stage, severity: Severity, responder: Responder) -> timedelta:
        """Return the time that a responder has for a stage."""
        rule = self.stages[stage]
        return rule.responders.get(responder, rule.time).of(severity)
