"""The ways of a case from state to state, found by asking the services' own code. Pure.

Nothing of the state machine is written down here: each command's fact, each act of a complainant
and each missed date is applied to a case in each state, and where that leads is an edge.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.decisions import POSSIBLE, Rules
from services.ledger.domain import apply
from services.ledger.drafts import REACTS_TO, Draft
from services.ledger.stages import RUNNING, Stage
from shared.events.codes import CaseState
from shared.events.envelope import Event, EventData
from shared.events.intake import GrievanceWithdrawn
from shared.events.ledger import (
    Actor,
    AppealDecided,
    CaseAcknowledged,
    CaseAppealed,
    CaseClosed,
    CaseEvent,
    CaseExtended,
    CaseHandedOver,
    CaseLinked,
    CaseReopened,
    CaseTaken,
    ComplainantAsked,
    ContactTried,
    Deadline,
    DeliveryVerified,
    EscalationRequested,
    FollowUpRecorded,
    InquiryStarted,
    QuestionAnswered,
    QuestionAsked,
    ReleaseAgreed,
    ReleaseRequested,
    RemedyDelivered,
    RemedyProposed,
    SafeContactRecorded,
    SafetyPlanRecorded,
    ServiceReferred,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
    TriageCorrected,
)
from shared.events.routing import GrievanceRouted

#: What each command records; a test asks for every command there is.
FACTS: Final[Mapping[str, type[CaseEvent]]] = {
    "acknowledge": CaseAcknowledged,
    "take": CaseTaken,
    "hand-over": CaseHandedOver,
    "start-inquiry": InquiryStarted,
    "ask-complainant": ComplainantAsked,
    "extend": CaseExtended,
    "propose-remedy": RemedyProposed,
    "record-delivery": RemedyDelivered,
    "verify-delivery": DeliveryVerified,
    "escalate": EscalationRequested,
    "close": CaseClosed,
    "record-safety-plan": SafetyPlanRecorded,
    "record-safe-contact": SafeContactRecorded,
    "refer-service": ServiceReferred,
    "request-release": ReleaseRequested,
    "agree-release": ReleaseAgreed,
    "link-case": CaseLinked,
    "ask-party": QuestionAsked,
    "answer-question": QuestionAnswered,
    "correct-triage": TriageCorrected,
    "appeal": CaseAppealed,
    "decide-appeal": AppealDecided,
    "reopen": CaseReopened,
    "record-follow-up": FollowUpRecorded,
    "record-contact-try": ContactTried,
    "record-statement": StatementRecorded,
    "release-statement": StatementReleased,
    "withdraw-statement": StatementWithdrawn,
}
#: Acts of a complainant that no case may depend on to come to an end.
GIVING_UP: Final = (GrievanceWithdrawn,)
BEGIN: Final[CaseState] = "received"
END: Final[CaseState] = "closed"

#: Between what the picture stands in a text.
_NOW: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_BY: Final = Actor(sub="x", role="x", organisation=None)

#: Where an answer may lead back to.
_ASKED: Final = tuple(state for state, names in POSSIBLE.items() if "ask-complainant" in names)

Act = Literal["route", "command", "complainant", "missed"]


@dataclass(frozen=True, order=True)
class Edge:
    """One way from a state to another; `gives_up` when only a withdrawal goes it."""

    source: CaseState
    target: CaseState
    act: Act
    label: str
    gives_up: bool = False


def edges(rules: Rules) -> list[Edge]:
    """Return every way between states that commands, complainants, dates and routing open."""
    states: tuple[CaseState, ...] = get_args(CaseState)
    found = {edge for state in states for edge in _from(state, rules)}
    return sorted(found, key=lambda edge: (states.index(edge.source), edge))


def dead_ends(ways: Iterable[Edge]) -> list[CaseState]:
    """Return the states that can be come to and from which no way leads to the end.

    Giving up is no way: a case must come to its end without its complainant leaving it.
    """
    known = [edge for edge in ways if not edge.gives_up]
    reached = _closure({BEGIN}, {(edge.source, edge.target) for edge in known})
    ending = _closure({END}, {(edge.target, edge.source) for edge in known})
    return sorted(reached - ending)


def _closure(start: set[CaseState], pairs: set[tuple[CaseState, CaseState]]) -> set[CaseState]:
    found = set(start)
    while more := {target for source, target in pairs if source in found} - found:
        found |= more
    return found


def picture(ways: Sequence[Edge]) -> str:
    """Return the ways as a Mermaid state diagram; what leads nowhere else is left out."""
    lines = ["stateDiagram-v2", f"    [*] --> {BEGIN}"]
    together: dict[tuple[CaseState, CaseState], list[str]] = {}
    for edge in ways:
        if edge.source != edge.target:
            together.setdefault((edge.source, edge.target), []).append(edge.label)
    for (source, target), labels in together.items():
        lines.append(f"    {source} --> {target}: {', '.join(dict.fromkeys(labels))}")
    return "\n".join([*lines, f"    {END} --> [*]"]) + "\n"


def _from(state: CaseState, rules: Rules) -> Iterator[Edge]:
    case = _case_in(state)
    if state == BEGIN:
        yield _reaction(replace(case, route=None), _ROUTE, rules, "route", "routed")
    for command in FACTS.keys() & set(POSSIBLE[state]):
        for fact in _samples(FACTS[command]):
            after = apply(case, fact, _NOW)  # type: ignore[arg-type]
            target = "routed" if _asks_routing(case, after) else after.state
            yield Edge(state, target, "command", command)
    if state == BEGIN:
        return
    for resumed in _ASKED if case.paused else (state,):
        for edge in _complainants(replace(case, resume_to=resumed), rules):
            if edge.target != state:
                yield edge
    for stage in RUNNING[state]:
        if rules.stages.stages[stage].on_missed == "escalate":
            yield Edge(state, "routed", "missed", "date missed")


def _complainants(case: Case, rules: Rules) -> Iterator[Edge]:
    for model in REACTS_TO:
        if model.owner == "intake":
            for sample in _samples(model):
                yield _reaction(case, sample, rules, "complainant", _label(sample))


def _asks_routing(before: Case, after: Case) -> bool:
    return after.escalating and not before.escalating


def _reaction(case: Case, data: EventData, rules: Rules, act: Act, label: str) -> Edge:
    draft = Draft(case.id, [])
    draft.case = case
    event = Event.derived(data, subject=case.id, sequence=1, time=_NOW, cause="x")
    draft.react(event, _NOW, rules)
    gives_up = isinstance(data, GIVING_UP)
    return Edge(case.state, draft.case.state, act, label, gives_up)


def _label(data: EventData) -> str:
    name = data.type.removeprefix("cf.recours.").rpartition(".v")[0].replace(".", " ")
    if (agreed := getattr(data, "agreed", None)) is not None:
        return "agreed" if agreed else "not agreed"
    return name


def _case_in(state: CaseState) -> Case:
    """Return a case that was brought to a state, with clocks far from due."""
    clocks = tuple(_clock(stage) for stage in RUNNING[state])
    waiting = state == "waiting_for_complainant"
    return Case(
        "case",
        reference="X",
        state=state,
        route=_ROUTE,
        clocks=clocks,
        paused=(_clock("propose"),) if waiting else (),
        paused_at=_NOW if waiting else None,
        closed_at=_NOW if state == END else None,
    )


def _clock(stage: Stage) -> Deadline:
    return Deadline(stage=stage, started_at=_NOW, due_at=_NOW + timedelta(days=9))


_ROUTE: Final = GrievanceRouted(
    reference="X",
    reason="submitted",
    level=0,
    lane="open",
    responder="company",
    holder="x",
    category=None,
    severity="S3",
    site=None,
    organisation=None,
    accused=(),
    advocate=None,
    ladder_end=False,
    rules=(),
    policy_version="",
    channel="web",
    language="fr",
    received_at=_NOW,
    contactable=(),
    anonymous=True,
)


def _samples(model: type[EventData]) -> Iterator[EventData]:
    """Yield facts of a type with every answer that its closed fields may have."""
    names = list(model.model_fields)
    choices = [_choices(model, name) for name in names]
    for values in product(*choices):
        yield model.model_construct(**dict(zip(names, values, strict=True)))


def _choices(model: type[BaseModel], name: str) -> Sequence[Any]:
    field = model.model_fields[name]
    fixed: Mapping[str, Any] = {"case": NOT_ROUTED, "by": _BY, "channel": "web"}
    if name in fixed:
        return [fixed[name]]
    if not field.is_required():
        return [field.get_default(call_default_factory=True)]
    return _values(field.annotation)


def _values(annotation: Any) -> Sequence[Any]:
    """Return every value of a closed type, and one of any other."""
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)
    if origin in (Union, UnionType):
        return [value for one in get_args(annotation) for value in _values(one)]
    if origin is tuple:
        return [()]
    known: Mapping[Any, Sequence[Any]] = {
        bool: [True, False],
        int: [1],
        datetime: [_NOW],
        NoneType: [None],
    }
    return known.get(annotation, ["x"])
