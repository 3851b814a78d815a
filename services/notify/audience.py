"""Who is told what: from an event of a case to notices, by the table in `audiences.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.directory import Organisations
from shared.events import Event
from shared.events.ledger import (
    AppealDecided,
    CaseEscalated,
    CaseEvent,
    CaseExtended,
    CaseOpened,
    CaseRerouted,
    CaseSummary,
    DeadlineApproaching,
    DeadlineMissed,
    OfficeAlerted,
    QuestionAnswered,
    QuestionAsked,
    QuestionMissed,
    StatementReleased,
)

Audience = Literal["complainant", "holder", "previous_holder", "advocate", "party"]
COMPLAINANT: Final = "complainant"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """One line of the table: an audience and its notice, in the open and the protected lane.

    `protected` names the notice of the protected lane, none by default. `immediate` marks the
    answer to a message just sent. `daily` tells a case at most once a day. `grouped` gathers
    notices into one mail a day, but never for the severities in `at_once`.
    """

    audience: Audience
    notice: str | None = None
    protected: str | None = None
    immediate: bool = False
    daily: bool = False
    grouped: bool = False
    escalates: bool | None = None


class Audiences(_Strict):
    """The file `audiences.yaml`: rules by event, and words that discreet messages never have.

    Mails of one office that wait at the same moment are joined by `joined_notice`, but for the
    severities in `alone`.
    """

    events: dict[str, tuple[Rule, ...]] = Field(min_length=1)
    at_once: tuple[str, ...] = ("S1", "S2")
    quiet_exempt: tuple[str, ...] = ("S1",)
    indirect_channels: tuple[str, ...] = ()
    alone: tuple[str, ...] = ("S1",)
    grouped_notice: str
    joined_notice: str
    alerts: dict[str, str] = {}
    never_in_discreet: tuple[str, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Notice:
    """One party to be told one thing; `params` are codes and dates only."""

    audience: Audience
    notice: str
    recipient: str
    params: Mapping[str, str | datetime] = field(default_factory=dict)
    quiet_exempt: bool = False
    daily: bool = False
    grouped: bool = False


def notices(event: Event, table: Audiences, directory: Organisations) -> list[Notice]:
    """Return who must be told of an event; whoever is accused is never among them.

    In the protected lane only the complainant (without content) and protection bodies hear.
    """
    if not isinstance(event.data, CaseEvent):
        return []
    case = event.data.case
    found: list[Notice] = []
    told: set[str] = set()
    for rule in table.events.get(short_name(event), ()):
        if rule.escalates is not None and rule.escalates != getattr(
            event.data, "escalates", rule.escalates
        ):
            continue
        recipient = _recipient(rule.audience, event.data)
        if recipient == COMPLAINANT and case.contact == "none":
            continue
        name = rule.notice if case.lane == "open" else rule.protected
        if name is None or recipient is None or recipient in told:
            continue
        if recipient != COMPLAINANT and not may_hear(recipient, event.data, directory):
            continue
        told.add(recipient)
        found.append(_notice(rule, name, recipient, event.data, table))
    return found


def alert_of(event: Event, table: Audiences) -> Notice | None:
    """Return what an organisation is told that is about no single case; None when not known."""
    alert = event.data
    if not isinstance(alert, OfficeAlerted) or alert.what not in table.alerts:
        return None
    params: dict[str, str | datetime] = {"from": alert.about, "date": alert.since}
    if alert.open_cases is not None:
        params["cases"] = str(alert.open_cases)
    return Notice("holder", table.alerts[alert.what], alert.to, params)


def short_name(event: Event) -> str:
    """Return `case.opened` for `cf.recours.case.opened.v1`."""
    return event.type.removeprefix("cf.recours.").rsplit(".", 1)[0]


def _recipient(audience: Audience, data: CaseEvent) -> str | None:
    match audience:
        case "complainant":
            return COMPLAINANT
        case "holder":
            # A statement that was released to others is none of the holder's business.
            apart = isinstance(data, StatementReleased) and data.case.responder not in data.to
            # Nor is what two others ask each other.
            apart |= isinstance(data, QuestionMissed) and data.asker != data.case.holder
            return None if apart else data.case.holder
        case "advocate":
            return data.case.advocate if data.case.lane == "open" else None
        case "party":
            if isinstance(data, QuestionAsked | QuestionAnswered | QuestionMissed):
                return data.to
            return None
        case "previous_holder":
            if not isinstance(data, CaseEscalated | CaseRerouted | AppealDecided):
                return None
            # A case that was only dated anew has stayed with its holder, who hears as such.
            stayed = isinstance(data, CaseRerouted) and data.previous_holder == data.case.holder
            return None if stayed else data.previous_holder


def may_hear(recipient: str, data: CaseEvent, directory: Organisations) -> bool:
    """Tell whether an organisation may hear of a case: not accused, and protection if protected."""
    accused = set(data.case.accused)
    if isinstance(data, CaseOpened | CaseEscalated | CaseRerouted):
        accused |= set(data.route.accused)
    body = directory.find(recipient)
    if recipient in accused or (body is not None and f"kind:{body.kind}" in accused):
        return False
    if data.case.lane == "protected":
        return body is not None and body.kind == "protection"
    return True


def _notice(rule: Rule, name: str, recipient: str, data: CaseEvent, table: Audiences) -> Notice:
    case = data.case
    direct = rule.immediate and case.channel not in table.indirect_channels
    return Notice(
        audience=rule.audience,
        notice=name,
        recipient=recipient,
        params=_params(case, data),
        quiet_exempt=direct or case.severity in table.quiet_exempt,
        daily=rule.daily,
        grouped=rule.grouped and case.severity not in table.at_once,
    )


def _params(case: CaseSummary, data: CaseEvent) -> dict[str, str | datetime]:
    params: dict[str, str | datetime] = {"ref": case.reference, "severity": case.severity}
    if case.due_at is not None:
        params["date"] = case.due_at
    if case.stage is not None:
        params["stage"] = case.stage
    if case.closed_as is not None:
        params["closed_as"] = case.closed_as
    match data:
        case CaseExtended():
            params |= {"previous": data.previous_due_at, "date": data.until, "stage": data.stage}
        case DeadlineApproaching():
            params |= {"date": data.due_at, "stage": data.stage}
        case DeadlineMissed():
            params |= {"previous": data.due_at, "stage": data.stage}
            if data.renewed is not None:
                params["date"] = data.renewed.due_at
        case QuestionAsked(due_at=due_at):
            params.pop("date", None)
            params |= {"date": due_at} if due_at else {}
        case QuestionMissed():
            params |= {"previous": data.due_at, "date": data.renewed}
        case CaseEscalated() | CaseRerouted():
            params |= {"from": data.previous_holder, "to": case.holder}
        case _:
            pass
    return params
