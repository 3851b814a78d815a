"""What the API answers: a case cut to what its caller may see. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ledger.bodies import (
    CaseAnswer,
    CaseRow,
    ChainState,
    CommandAnswer,
    OwedAnswer,
    ProtectionAnswer,
    QuestionAnswer,
    RouteAnswer,
    Running,
    ServiceAnswer,
    StatementAnswer,
    TogetherAnswer,
)
from services.ledger.case import Case, Owed
from services.ledger.chain import Entry, check
from services.ledger.related import Outcome
from services.ledger.sight import Caller, Sight, knows_facts, may_read, possible
from services.ledger.timeline import View, item_of, seen_entries, version_for
from shared.events.envelope import Event
from shared.events.ledger import (
    CaseEvent,
)
from shared.roles import Role

#: Rules that everybody who sees the case in full may read.
_OPEN_RULES = ("category.", "ladder.", "escalation.", "triage")


def case_answer(
    case: Case, stream: Sequence[Event], record: Sequence[Entry], view: View
) -> CaseAnswer:
    """Return a case as its caller may see it; `record` is what is stored, for the chain."""
    sight, caller = view.sight, view.caller
    route, clock = case.route, case.next_clock
    assert route is not None
    entries = seen_entries(stream, view)
    return CaseAnswer(
        reference=case.reference,
        version=version_for(stream, sight, caller),
        state=case.state,
        closed_as=case.closed_as,
        severity=route.severity if sight.facts else None,
        lane=route.lane,
        category=route.category if sight.facts else None,
        site=route.site if sight.facts else None,
        queue=route.responder,
        holder=route.holder,
        advocate=route.advocate if sight.full else None,
        accused=list(route.accused) if sight.accused else [],
        statement=_statement(case, sight),
        related=list(view.related),
        person=case.person if caller.organisation == route.holder and sight.full else None,
        protection=_protection(case, sight),
        questions=_questions(case, sight, caller),
        remedy=[_owed(owed) for owed in case.remedy] if sight.full else [],
        stage=clock.stage if clock else None,
        due_at=clock.due_at if clock else None,
        late_since=case.late_since(view.owed),
        opened_at=case.opened_at,
        updated_at=entries[-1].time,
        appeal_until=None if case.open else case.appeal_until,
        policy_version=case.rules_version,
        deadlines=[
            *(_running(clock, paused=False) for clock in case.clocks),
            *(_running(clock, paused=True) for clock in case.paused),
        ],
        timeline=[item_of(event, place, sight) for place, event in enumerate(entries, 1)],
        route=_route(case, sight) if sight.full else None,
        chain=ChainState(
            head=entries[-1].chain, length=len(entries), verified=not check(case.id, record)
        ),
        possible=possible(case, sight),
    )


def _running(clock: Any, *, paused: bool) -> Running:
    return Running(
        stage=clock.stage, started_at=clock.started_at, due_at=clock.due_at, paused=paused
    )


def _protection(case: Case, sight: Sight) -> ProtectionAnswer | None:
    if not sight.safety:
        return None
    kept = case.protection
    return ProtectionAnswer(
        safety_plan=kept.safety_plan,
        safe_contact=kept.safe_contact,
        contact=kept.contact,
        services=[
            ServiceAnswer(kind=one.kind, text_id=one.text_id, to=one.to, consent=one.consent)
            for one in kept.services
        ],
        release_requested=kept.release is not None,
    )


def _questions(case: Case, sight: Sight, caller: Caller) -> list[QuestionAnswer]:
    """Show the questions whose words the caller may read; the complainant's side sees all."""
    return [
        QuestionAnswer(
            text_id=one.text_id,
            asker=one.asker,
            to=one.to,
            answer_id=one.answer_id,
            due_at=one.due_at,
        )
        for one in case.questions
        if sight.words or may_read(case, sight, caller.organisation, one.text_id)
    ]


def _owed(owed: Owed) -> OwedAnswer:
    return OwedAnswer(**owed.item.model_dump(), state=owed.state, evidence=owed.evidence)


def _statement(case: Case, sight: Sight) -> StatementAnswer | None:
    """Show a text that is not released to the complainant's side alone."""
    told = case.statement
    if not (sight.full and sight.facts):
        return None
    text_id = told.text_id if sight.words else told.released_id
    return StatementAnswer(text_id=text_id, released_id=told.released_id, to=list(told.to))


def _route(case: Case, sight: Sight) -> RouteAnswer:
    assert case.route is not None
    # Reasons of recusal name the accused, and signs of danger come from the words.
    opened = _OPEN_RULES if sight.facts else ()
    rules = [hit for hit in case.route.rules if sight.accused or hit.rule.startswith(opened)]
    return RouteAnswer(
        reason=case.route.reason,
        level=case.route.level,
        responder=case.route.responder,
        rules=[{"rule": hit.rule, "why": hit.why} for hit in rules],
        ladder_end=case.route.ladder_end,
        policy_version=case.route.policy_version,
    )


def case_row(row: Mapping[str, Any], released_to: Sequence[str], role: Role) -> CaseRow:
    """Return a case of a list, cut like the case itself to what its reader may know."""
    hidden = () if knows_facts(role, released_to) else ("severity", "category", "site")
    return CaseRow.model_validate({**row, **dict.fromkeys(hidden)})


def _together(outcome: Outcome) -> TogetherAnswer:
    data = outcome.event.data if outcome.event else None
    return TogetherAnswer(
        reference=outcome.reference,
        status=outcome.error.status if outcome.error else 200,
        state=data.case.state if isinstance(data, CaseEvent) else None,
        detail=outcome.error.detail if outcome.error else None,
    )


def command_answer(event: Event, version: int, outcomes: Sequence[Outcome] = ()) -> CommandAnswer:
    """Return the case as it stood right after a command: a repeat gets the same answer."""
    assert isinstance(event.data, CaseEvent)
    case = event.data.case
    return CommandAnswer(
        reference=case.reference,
        version=version,
        state=case.state,
        holder=case.holder,
        stage=case.stage,
        due_at=case.due_at,
        event=event.type,
        together=[_together(outcome) for outcome in outcomes],
    )
