"""Reads the worked examples of `deadlines.yaml` and plays each through the ledger's decisions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import yaml

from services.ledger.commands import read_command
from services.ledger.deadlines import WorkCalendar
from services.ledger.decisions import Rules
from services.ledger.drafts import Draft
from services.ledger.due import wake_at
from shared.errors import DomainError
from shared.events import Event
from shared.events.ledger import DeadlineApproaching, DeadlineMissed, FollowUpAsked, QuestionMissed
from tests.unit.ledger import cases
from tests.unit.ledger.reckoning import DATA

ZONE = cases.RULES.calendar.zone
HOLDERS: Mapping[str, str] = {
    "company": "societe-demo",
    "syndicate": "syndicat-demo",
    "triage": "syndicat-demo",
    "authority": "commune-demo",
    "protection": "protection-demo",
    "protected": "protection-demo",
}
_STEP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) (.*?)(, refused)?")
_COMPLAINANT: Mapping[str, Callable[[str], Event]] = {
    "writes": cases.message,
    "agrees": lambda cause: cases.answer(agreed=True, cause=cause),
    "agrees to 2": lambda cause: cases.answer(agreed=True, cause=cause, items=(2,)),
    "refuses": lambda cause: cases.answer(agreed=False, cause=cause),
    "withdraws": cases.withdrawn,
    "appeals": cases.appeal,
    "asks to reopen": cases.reopening,
}


_ADVOCATE = (
    "verify-delivery",
    "escalate",
    "appeal",
    "reopen",
    "record-contact-try",
    "correct-triage",
    "answer-question",
)
_REASONS = {"appealed": "appealed", "rerouted": "corrected"}
_REFERRAL = {"to": "environnement-demo", "consent": "spoken"}


@dataclass(frozen=True)
class Step:
    """One line of a story: when, what, and whether the ledger must refuse it."""

    at: datetime
    what: str
    refused: bool

    @classmethod
    def of(cls, line: str) -> "Step":
        """Read a line such as `2026-11-23 08:00 acknowledge`."""
        found = _STEP.fullmatch(line)
        assert found, f"not a step of a story: {line}"
        return cls(datetime.fromisoformat(found[1]), found[2], bool(found[3]))


@dataclass(frozen=True)
class Row:
    """One worked example; all times are local to Bangui and without a zone."""

    name: str
    severity: str
    story: tuple[Step, ...]
    until: datetime
    due: dict[str, str]
    why: str
    fired: list[str] | None = None
    missed: list[str] | None = None
    paused: list[str] | None = None
    state: str | None = None
    decree: dict[str, list[date]] = field(default_factory=dict)


@cache
def rows() -> tuple[Row, ...]:
    """Return all worked examples."""
    return tuple(_row(dict(raw)) for raw in yaml.safe_load((DATA / "deadlines.yaml").read_text()))


def _row(raw: dict[str, Any]) -> Row:
    story = tuple(Step.of(line) for line in raw.pop("story"))
    until = datetime.fromisoformat(raw.pop("until")) if "until" in raw else story[-1].at
    return Row(name=raw.pop("row"), story=story, until=until, **raw)


def rules_of(row: Row) -> Rules:
    """Return the shipped rules, with the days that the row's decree adds and takes away."""
    calendar = cases.RULES.calendar.model_dump()
    for ours, theirs in (("added", "adds"), ("removed", "removes")):
        calendar[ours] = [{"day": day, "why": "decree"} for day in row.decree.get(theirs, ())]
    changed = WorkCalendar.model_validate(calendar)
    return replace(cases.RULES, calendar=changed)


def utc(local: datetime) -> datetime:
    """Return a local time of Bangui in UTC."""
    return local.replace(tzinfo=ZONE).astimezone(UTC)


class Play:
    """A case that lives through a story, with somebody who looks at its clocks when they wake."""

    def __init__(self, row: Row) -> None:
        self.row, self.rules = row, rules_of(row)
        self.draft = Draft(cases.GID, [])
        self._looking, self._seen = True, utc(row.story[0].at)
        for number, step in enumerate(row.story[1:]):
            self._pass_time(step.at)
            self._take(step, number)
            self._seen = utc(step.at)
        self._pass_time(row.until)

    def _pass_time(self, until: datetime) -> None:
        while self._looking and (wake := wake_at(self.draft.case, self.rules)):
            if wake > utc(until):
                return
            # A date may come to lie in the past by what happened; it is seen after that.
            self.draft.fire(max(wake, self._seen), self.rules)

    def _take(self, step: Step, number: int) -> None:
        verb, _, rest = step.what.partition(" ")
        now, cause = utc(step.at), f"step-{number}"
        if step.what in ("nobody looks", "somebody looks again", "time passes"):
            self._looking = step.what != "nobody looks"
            if self._looking:
                self.draft.fire(now, self.rules)
        elif verb == "complainant":
            self.draft.react(_COMPLAINANT[rest](cause), now, self.rules)
        elif verb in ("routed", "escalated", "appealed", "rerouted"):
            self._arrive(verb, rest.removeprefix("to "), cause, now)
        else:
            self._command(step, verb, rest, cause, now)

    def _arrive(self, verb: str, to: str, cause: str, now: datetime) -> None:
        responder, _, severity = to.partition(" as ")
        held: dict[str, Any] = {
            "responder": responder,
            "holder": HOLDERS[responder],
            "severity": severity or self.row.severity,
            "received_at": utc(self.row.story[0].at),
        }
        if responder == "protected":
            held |= {"responder": "protection", "lane": "protected", "advocate": None}
        if verb in _REASONS:
            held["reason"] = _REASONS[verb]
        built = cases.routed if verb == "routed" else cases.escalated
        self.draft.react(built(cause, **held), now, self.rules)

    def _command(self, step: Step, name: str, rest: str, cause: str, now: datetime) -> None:
        command = read_command(name, _body(name, rest))
        by = cases.SYNDICATE if name in _ADVOCATE else cases.CSR
        try:
            self.draft.catch_up(now, self.rules)
            decided = command.decide(self.draft.case, by, "t", now, self.rules)
        except DomainError as error:
            if not step.refused:
                raise AssertionError(f"{step.what}: {error.detail}") from error
            return
        assert not step.refused, f"{step.what}: must be refused"
        self.draft.add(decided, cause=cause, now=now)

    def due(self, stage: str) -> str:
        """Return when a stage or the answer to a question is due, as the table writes it."""
        if stage == "question":
            owed = [one.due_at for one in self.draft.case.questions if one.due_at]
            return _written(min(owed)) if owed else "none"
        clock = self.draft.case.clock(stage)
        return _written(clock.due_at) if clock else "none"

    def fired(self) -> list[str]:
        """Return what the clock did on its own, as the table writes it."""
        lines = []
        for event in self.draft.new:
            match event.data:
                case DeadlineMissed(stage=stage, due_at=due, escalates=escalates):
                    what = "goes up" if escalates else "stays"
                    lines.append(f"{_written(due)} {stage} missed, {what}")
                case QuestionMissed(due_at=due):
                    lines.append(f"{_written(due)} question missed, stays")
                case FollowUpAsked(day=day):
                    lines.append(f"{_written(event.time)} follow-up {day}")
                case DeadlineApproaching(stage=stage, share=share):
                    lines.append(f"{_written(event.time)} {stage} {share} %")
        return lines


def _body(name: str, rest: str) -> dict[str, Any]:
    told = rest.partition(" ")[2]
    match name:
        case "ask-complainant" | "record-safety-plan":
            return {"text": "q"}
        case "ask-party":
            return {"text": "q", "to": HOLDERS[told]}
        case "answer-question":
            return {"text": "a", "question": "t"}
        case "extend":
            return {"reason": "r", "until": told}
        case "propose-remedy":
            return _proposal(rest)
        case "record-delivery":
            return {"text": "d"} | _numbers(told)
        case "verify-delivery":
            return _numbers(told)
        case "close":
            return {"as": told, "reason": "r"} | (_REFERRAL if told == "referred" else {})
        case "correct-triage":
            return {"reason": "r", "severity": told}
        case "record-contact-try":
            return {"how": "phone"}
        case "decide-appeal":
            return _outcome(rest)
        case _:
            return {"reason": "r"}


def _proposal(rest: str) -> dict[str, Any]:
    """Read `by 2026-12-10`, or `items 2026-12-10, 2027-01-15`: the dates of several things."""
    kind, _, dates = rest.partition(" ")
    if kind != "items":
        return {"text": "p", "deliver_by": dates}
    items = [{"kind": "medical-care", "by": day} for day in dates.split(", ")]
    return {"text": "p", "items": items}


def _outcome(rest: str) -> dict[str, Any]:
    """Read `dismissed`, or `upheld items 2026-12-10`."""
    outcome, _, items = rest.partition(" ")
    return {"outcome": outcome, **(_proposal(items) if items else {"text": "p"})}


def _numbers(told: str) -> dict[str, Any]:
    return {"items": [int(number) for number in told.split(", ")]} if told else {}


def _written(at: datetime) -> str:
    local = at.astimezone(ZONE).replace(tzinfo=None)
    return local.isoformat(" ", "minutes" if not (local.second or local.microsecond) else "auto")
