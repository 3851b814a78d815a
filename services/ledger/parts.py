"""How events change the parts of a case: remedy, statement, questions, protection. Pure."""

from collections.abc import Container
from dataclasses import replace

from services.ledger.case import (
    ItemState,
    Owed,
    Protection,
    Question,
    Release,
    Service,
    Statement,
)
from shared.events.ledger import (
    CaseEvent,
    QuestionMissed,
    ReleaseRequested,
    SafeContactRecorded,
    SafetyPlanRecorded,
    ServiceReferred,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
)


def answered(questions: tuple[Question, ...], asked: str, answer_id: str) -> tuple[Question, ...]:
    return tuple(
        replace(question, answer_id=answer_id, due_at=None)
        if question.text_id == asked
        else question
        for question in questions
    )


def unanswered(questions: tuple[Question, ...], data: QuestionMissed) -> tuple[Question, ...]:
    return tuple(
        replace(question, due_at=data.renewed, missed=question.missed + 1)
        if question.text_id == data.question
        else question
        for question in questions
    )


def let_go(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Return the questions of a case that has ended: nobody owes an answer any more."""
    return tuple(replace(question, due_at=None) for question in questions)


def protected(protection: Protection, data: CaseEvent) -> Protection:
    match data:
        case SafetyPlanRecorded(text_id=text_id):
            return replace(protection, safety_plan=text_id)
        case SafeContactRecorded(text_id=text_id, contact=contact):
            return replace(protection, safe_contact=text_id, contact=contact)
        case ServiceReferred(service=kind, text_id=text_id, to=to, consent=consent):
            service = Service(kind, text_id, to, consent)
            return replace(protection, services=(*protection.services, service))
        case ReleaseRequested(by=by, category=category, severity=severity):
            return replace(protection, release=Release(by.sub, category, severity))
        case _:
            return replace(protection, release=None)


def agreed(remedy: tuple[Owed, ...], numbers: Container[int] | None) -> tuple[Owed, ...]:
    return tuple(
        replace(
            owed, state="agreed" if numbers is None or owed.item.number in numbers else "refused"
        )
        for owed in remedy
    )


def moved(
    remedy: tuple[Owed, ...],
    before: ItemState,
    after: ItemState,
    numbers: Container[int] | None = None,
    evidence: str | None = None,
) -> tuple[Owed, ...]:
    """Move items from one state to the next, those of these numbers or all."""
    return tuple(
        replace(owed, state=after, evidence=evidence or owed.evidence)
        if owed.state == before and (numbers is None or owed.item.number in numbers)
        else owed
        for owed in remedy
    )


def stated(
    statement: Statement, data: StatementRecorded | StatementReleased | StatementWithdrawn
) -> Statement:
    match data:
        case StatementRecorded(text_id=text_id):
            return replace(statement, text_id=text_id)
        case StatementReleased(text_id=text_id, to=to):
            return replace(statement, released_id=text_id, to=to)
        case StatementWithdrawn():
            return replace(statement, released_id=None, to=())
