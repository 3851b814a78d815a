"""The protected lane: what keeps a person safe, and how a case leaves it. Pure."""

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.decisions import Rules, possible_in, require, wrong
from services.ledger.endings import require_not_accused
from shared.errors import Conflict, Invalid
from shared.events.codes import ConsentForm, Contact, ServiceKind, Severity
from shared.events.ledger import (
    Actor,
    ReleaseAgreed,
    ReleaseRequested,
    SafeContactRecorded,
    SafetyPlanRecorded,
    ServiceReferred,
)


def decide_safety_plan(case: Case, by: Actor, text_id: str) -> SafetyPlanRecorded:
    """Record the plan that was made with the person; its clock ends."""
    require(case, "record-safety-plan")
    return SafetyPlanRecorded(case=NOT_ROUTED, by=by, text_id=text_id)


def decide_safe_contact(
    case: Case, by: Actor, contact: Contact, text_id: str
) -> SafeContactRecorded:
    """Record how the person may be reached; with `none` nobody writes to them any more."""
    require(case, "record-safe-contact")
    return SafeContactRecorded(case=NOT_ROUTED, by=by, text_id=text_id, contact=contact)


def decide_refer_service(
    case: Case,
    by: Actor,
    service: ServiceKind,
    to: str | None,
    consent: ConsentForm,
    text_id: str,
    rules: Rules,
) -> ServiceReferred:
    """Refer the person to a service they consented to, never to an accused one."""
    require(case, "refer-service")
    if to is not None:
        require_not_accused(case, to, rules)
    return ServiceReferred(
        case=NOT_ROUTED, by=by, text_id=text_id, service=service, to=to, consent=consent
    )


def decide_request_release(
    case: Case,
    by: Actor,
    category: str | None,
    severity: Severity | None,
    text_id: str,
    rules: Rules,
) -> ReleaseRequested:
    """Ask that the case become an open one, or less severe; nothing changes until two agree."""
    require(case, "request-release")
    if category is None and severity is None:
        reason = "name the open category that it is about, or a severity"
        raise Invalid(reason, errors=[{"field": "category", "reason": reason}])
    taxonomy = rules.known.taxonomy
    code = taxonomy.code(category)
    if category is not None and (code is None or taxonomy.categories[code].lane == "protected"):
        raise wrong("category", "must be a category of the open lane")
    return ReleaseRequested(
        case=NOT_ROUTED, by=by, text_id=text_id, category=code, severity=severity
    )


def decide_agree_release(case: Case, by: Actor) -> ReleaseAgreed:
    """Agree as a second person to what another one asked for."""
    require(case, "agree-release")
    release = case.protection.release
    assert release is not None
    if release.asker == by.sub:
        raise Conflict(
            "Somebody else must agree to what you asked for",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "agree-release"],
        )
    return ReleaseAgreed(
        case=NOT_ROUTED, by=by, category=release.category, severity=release.severity
    )
