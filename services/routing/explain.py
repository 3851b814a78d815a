"""Decisions told in words: which rules took part, and who holds the grievance because of them."""

from typing import Any

from services.routing.policy import Policy
from shared.events import Event
from shared.events.envelope import format_time
from shared.events.routing import GrievanceRouted


def decision_in_words(route: GrievanceRouted, policy: Policy) -> dict[str, Any]:
    """Return a decision with its rule trace as JSON-ready values and a sentence in French."""
    holder = policy.organisations.name_of(route.holder)
    reasons = " ; ".join(hit.why for hit in route.rules)
    return {
        "holder": route.holder,
        "holder_name": holder,
        "queue": route.responder,
        "level": route.level,
        "lane": route.lane,
        "severity": route.severity,
        "category": route.category,
        "site": route.site,
        "accused": list(route.accused),
        "advocate": route.advocate,
        "ladder_end": route.ladder_end,
        "policy_version": route.policy_version,
        "rules": [hit.model_dump() for hit in route.rules],
        "explanation": f"{holder} ({route.responder}, gravité {route.severity}) : {reasons}.",
    }


def stored_decision(event: Event, policy: Policy) -> dict[str, Any]:
    """Return a stored decision in words, with its time and reason."""
    route = event.data
    assert isinstance(route, GrievanceRouted)
    told = decision_in_words(route, policy)
    return {"at": format_time(event.time), "reason": route.reason, **told}
