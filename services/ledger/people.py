"""Who of the holding organisation works on a case; its dates stay the organisation's. Pure."""

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.decisions import possible_in, require
from shared.errors import Conflict
from shared.events.ledger import Actor, CaseHandedOver, CaseTaken


def decide_take(case: Case, by: Actor) -> CaseTaken:
    """Take a case, also from a colleague: who is absent or has left cannot give it."""
    require(case, "take")
    if case.person == by.sub:
        raise Conflict(
            "You work on this case already",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "take"],
        )
    return CaseTaken(case=NOT_ROUTED, by=by)


def decide_hand_over(case: Case, by: Actor, text_id: str | None) -> CaseHandedOver:
    """Give a case back to the organisation, which holds it all along."""
    require(case, "hand-over")
    return CaseHandedOver(case=NOT_ROUTED, by=by, text_id=text_id)
