"""The statement: what the other side may read of a grievance, and only once released. Pure."""

from typing import Final

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.decisions import require
from shared.events.codes import ConsentForm, OtherSide
from shared.events.intake import ConsentChanged, StatementGiven
from shared.events.ledger import (
    Actor,
    CaseEvent,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
)

#: Under which purposes a complainant takes this consent back at intake: that of the yes to a text,
#: and that of the wish at filing.
_GIVEN: Final = "statement"
_TAKEN_BACK: Final = (_GIVEN, "share_statement")


def decide_record_statement(case: Case, by: Actor, text_id: str) -> StatementRecorded:
    """Write down what the other side may read; nothing is shown to it yet."""
    require(case, "record-statement")
    return StatementRecorded(case=NOT_ROUTED, by=by, text_id=text_id)


def decide_release_statement(
    case: Case, by: Actor, to: tuple[OtherSide, ...], consent: ConsentForm
) -> StatementReleased:
    """Release the last recorded text to those named, with the consent that was given to it."""
    require(case, "release-statement")
    text_id = case.statement.text_id
    assert text_id is not None
    return StatementReleased(case=NOT_ROUTED, by=by, text_id=text_id, to=to, consent=consent)


def decide_withdraw_statement(case: Case, by: Actor) -> StatementWithdrawn:
    """Take the release back, also after the case was closed."""
    require(case, "withdraw-statement")
    return StatementWithdrawn(case=NOT_ROUTED, by=by)


def react_statement(case: Case, given: StatementGiven, by: Actor) -> list[CaseEvent]:
    """Record and release what the complainant wrote for the other side, in an open case."""
    if not case.open or not case.has_other_side:
        return []
    text_id = given.message_id
    return [
        StatementRecorded(case=NOT_ROUTED, by=by, text_id=text_id),
        StatementReleased(case=NOT_ROUTED, by=by, text_id=text_id, to=given.to, consent="written"),
    ]


def react_consent(case: Case, consent: ConsentChanged, by: Actor) -> list[CaseEvent]:
    """Release what the complainant agrees to, and take it back when they say so.

    A yes is for one text: once another was written, or without one, it releases nothing.
    """
    if consent.given:
        return _agreed_to(case, consent, by)
    if consent.purpose not in _TAKEN_BACK or case.statement.released_id is None:
        return []
    return [StatementWithdrawn(case=NOT_ROUTED, by=by)]


def _agreed_to(case: Case, consent: ConsentChanged, by: Actor) -> list[CaseEvent]:
    text_id, to = consent.text_id, consent.to
    if consent.purpose != _GIVEN or text_id is None or text_id != case.statement.text_id or not to:
        return []
    known = (case.statement.released_id, case.statement.to) == (text_id, to)
    if known or not case.open or not case.has_other_side:
        return []
    return [
        StatementReleased(case=NOT_ROUTED, by=by, text_id=text_id, to=to, consent="written"),
    ]
