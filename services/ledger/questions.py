"""Questions and answers between the parties, through the mechanism and not beside it. Pure."""

from datetime import datetime, timedelta

from services.ledger.case import NOT_ROUTED, Case, Question
from services.ledger.deadlines import due_after
from services.ledger.decisions import Rules, possible_in, require, route_of, wrong
from shared.errors import Conflict
from shared.events.ledger import Actor, QuestionAnswered, QuestionAsked, QuestionMissed


def may_be_asked(case: Case, rules: Rules) -> frozenset[str]:
    """Return the organisations that may be asked: those who see the case, and never the accused."""
    route = case.route
    if route is None:
        return frozenset()
    protected = route.lane == "protected"
    named = {seat.organisation for seat in case.seats if not protected or _protects(seat.responder)}
    if route.advocate and not protected:
        named.add(route.advocate)
    return frozenset(name for name in named if not _accused(name, route.accused, rules))


def _protects(responder: str) -> bool:
    return responder == "protection"


def _accused(name: str, accused: tuple[str, ...], rules: Rules) -> bool:
    body = rules.known.organisations.find(name)
    return name in accused or (body is not None and f"kind:{body.kind}" in accused)


def awaited(case: Case, rules: Rules) -> list[tuple[datetime, Question]]:
    """Return the questions of an open case that are owed an answer, and by when.

    Whoever may no longer be asked owes none: the accused hear nothing of a case.
    """
    due = [(one.due_at, one) for one in case.questions if one.due_at is not None]
    if not due or not case.open:
        return []
    may = may_be_asked(case, rules)
    return [(at, one) for at, one in due if one.to in may]


def decide_missed(case: Case, question: Question, now: datetime, rules: Rules) -> QuestionMissed:
    """Record an answer that did not come, with its true due time, and ask for it anew.

    The dates that follow come more and more seldom, as those of a silent holder do.
    """
    assert question.due_at is not None
    renewal = rules.stages.renewal[route_of(case).severity]
    return QuestionMissed(
        case=NOT_ROUTED,
        question=question.text_id,
        asker=question.asker,
        to=question.to,
        due_at=question.due_at,
        renewed=_due(case, renewal.after(question.missed), now, rules),
    )


def _due(case: Case, span: timedelta, now: datetime, rules: Rules) -> datetime:
    elapsed = rules.elapsed(route_of(case).severity)
    return due_after(now, span, elapsed=elapsed, calendar=rules.calendar)


def decide_ask_party(
    case: Case, by: Actor, to: str, text_id: str, now: datetime, rules: Rules
) -> QuestionAsked:
    """Ask another party; whoever holds the case answers for its dates meanwhile."""
    route = require(case, "ask-party")
    if to == by.organisation or to not in may_be_asked(case, rules):
        raise wrong("to", "must be another party that sees the case")
    due_at = _due(case, rules.stages.question.of(route.severity), now, rules)
    return QuestionAsked(case=NOT_ROUTED, by=by, text_id=text_id, to=to, due_at=due_at)


def decide_answer_question(case: Case, by: Actor, question: str, text_id: str) -> QuestionAnswered:
    """Answer a question that was put to one's organisation; once."""
    require(case, "answer-question")
    mine = [one for one in case.questions if one.to == by.organisation]
    asked = next((one for one in mine if one.text_id == question), None)
    if asked is None:
        raise wrong("question", "must be the id of a question that was put to you")
    if asked.answer_id is not None or asked.asker is None:
        raise Conflict(
            "This question was answered already",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "answer-question"],
        )
    return QuestionAnswered(
        case=NOT_ROUTED, by=by, text_id=text_id, question=question, to=asked.asker
    )
