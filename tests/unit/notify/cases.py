"""Builders of the ledger's events, as notify hears them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.notify.templates import MODELS, check
from shared.events import Event, ledger
from shared.events.routing import GrievanceRouted
from shared.ids import grievance_id
from shared.policy_file import Bundle, load_bundle

POLICY = Path(__file__).resolve().parents[3] / "deploy" / "policy"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 3, 22, 59, tzinfo=UTC)
REFERENCE = "K7QM4T2P"
ACTOR = ledger.Actor(sub="u", role="csr", organisation="societe-demo")
DEADLINE = ledger.Deadline(stage="acknowledge", started_at=AT, due_at=DUE)


@cache
def bundle() -> Bundle:
    """Return the project's own policy, checked."""
    return load_bundle(POLICY, MODELS, [check])


def summary(**changes: Any) -> ledger.CaseSummary:
    """Return a case: open, held by the company, with the syndicate as advocate."""
    values: dict[str, Any] = {
        "reference": REFERENCE,
        "state": "routed",
        "closed_as": None,
        "lane": "open",
        "responder": "company",
        "holder": "societe-demo",
        "level": 0,
        "severity": "S3",
        "category": "LAND_CROP_DAMAGE",
        "site": "doungoubou-demo",
        "stage": "acknowledge",
        "due_at": DUE,
        "accused": (),
        "advocate": "syndicat-demo",
        "language": "fr",
        "channel": "web",
        "contactable": ("sms",),
        "policy_version": "p-000000000000",
    }
    return ledger.CaseSummary(**(values | changes))


def route_of(case: ledger.CaseSummary) -> GrievanceRouted:
    """Return the decision that gave a case to its holder."""
    return GrievanceRouted(
        reference=case.reference,
        reason="submitted",
        level=case.level,
        lane=case.lane,
        responder=case.responder,
        holder=case.holder,
        category=case.category,
        severity=case.severity,
        site=case.site,
        organisation=None,
        accused=case.accused,
        advocate=case.advocate,
        ladder_end=False,
        rules=(),
        policy_version="p-000000000000",
        channel=case.channel,
        language=case.language,
        received_at=AT,
        contactable=case.contactable,
        anonymous=False,
    )


def data_of(name: str, case: ledger.CaseSummary) -> ledger.CaseEvent:
    """Return the data of an event by its short name."""
    dated = {"case": case, "deadlines": (DEADLINE,)}
    moved = {"case": case, "route": route_of(case), "deadlines": (DEADLINE,)}
    built: dict[str, ledger.CaseEvent] = {
        "case.opened": ledger.CaseOpened(**moved),
        "case.escalated": ledger.CaseEscalated(**moved, previous_holder="cooperative-demo"),
        "case.acknowledged": ledger.CaseAcknowledged(case=case, by=ACTOR),
        "inquiry.started": ledger.InquiryStarted(case=case, by=ACTOR),
        "complainant.asked": ledger.ComplainantAsked(**dated, by=ACTOR, text_id="t"),
        "complainant.wrote": ledger.ComplainantWrote(**dated, message_id="m", resumed=False),
        "case.extended": ledger.CaseExtended(
            case=case,
            by=ACTOR,
            stage="inquiry",
            previous_due_at=DUE,
            until=DUE + timedelta(days=7),
            text_id="t",
        ),
        "remedy.proposed": ledger.RemedyProposed(**dated, by=ACTOR, text_id="t", deliver_by=DUE),
        "remedy.agreed": ledger.RemedyAgreed(**dated, message_id=None),
        "remedy.refused": ledger.RemedyRefused(**dated, message_id=None),
        "remedy.delivered": ledger.RemedyDelivered(**dated, by=ACTOR, text_id=None),
        "delivery.verified": ledger.DeliveryVerified(**dated, by=ACTOR),
        "statement.recorded": ledger.StatementRecorded(case=case, by=ACTOR, text_id="t"),
        "statement.released": ledger.StatementReleased(
            case=case, by=ACTOR, text_id="t", to=("company",), consent="spoken"
        ),
        "statement.withdrawn": ledger.StatementWithdrawn(case=case, by=ACTOR),
        "escalation.requested": ledger.EscalationRequested(case=case, by=ACTOR, text_id="t"),
        "case.appealed": ledger.CaseAppealed(**dated, message_id=None),
        "appeal.decided": ledger.AppealDecided(
            **dated, by=ACTOR, text_id="t", outcome="upheld", previous_holder="cooperative-demo"
        ),
        "case.reopened": ledger.CaseReopened(**dated, by=ACTOR, text_id="t", message_id=None),
        "contact.tried": ledger.ContactTried(case=case, by=ACTOR, how="phone", text_id=None),
        "question.asked": ledger.QuestionAsked(
            case=case, by=ACTOR, text_id="t", to="syndicat-demo", due_at=DUE
        ),
        "question.missed": ledger.QuestionMissed(
            case=case,
            question="t",
            asker="societe-demo",
            to="commune-demo",
            due_at=DUE,
            renewed=DUE + timedelta(days=2),
        ),
        "question.answered": ledger.QuestionAnswered(
            case=case, by=ACTOR, text_id="a", question="t", to="cooperative-demo"
        ),
        "safetyplan.recorded": ledger.SafetyPlanRecorded(case=case, by=ACTOR, text_id="t"),
        "safecontact.recorded": ledger.SafeContactRecorded(
            case=case, by=ACTOR, text_id="t", contact="none"
        ),
        "service.referred": ledger.ServiceReferred(
            case=case, by=ACTOR, text_id="t", service="medical", to=None, consent="spoken"
        ),
        "release.requested": ledger.ReleaseRequested(
            case=case, by=ACTOR, text_id="t", category="WAGES", severity=None
        ),
        "release.agreed": ledger.ReleaseAgreed(
            case=case, by=ACTOR, category="WAGES", severity=None
        ),
        "case.taken": ledger.CaseTaken(case=case, by=ACTOR),
        "case.handed-over": ledger.CaseHandedOver(case=case, by=ACTOR, text_id=None),
        "case.linked": ledger.CaseLinked(case=case, by=ACTOR, other="OTHER"),
        "followup.asked": ledger.FollowUpAsked(case=case, day=30, asks=("retaliation",)),
        "followup.recorded": ledger.FollowUpRecorded(
            case=case, by=ACTOR, satisfied=True, remedy_holds=None, message_id=None
        ),
        "triage.corrected": ledger.TriageCorrected(
            case=case,
            by=ACTOR,
            text_id="t",
            lane=case.lane,
            category="WAGES",
            site=None,
            organisation=None,
            severity=None,
            accused=(),
        ),
        "case.rerouted": ledger.CaseRerouted(**moved, previous_holder="cooperative-demo"),
        "case.closed": ledger.CaseClosed(
            case=case, closed_as="resolved-agreed", by=ACTOR, text_id=None
        ),
        "deadline.approaching": ledger.DeadlineApproaching(
            case=case, stage="acknowledge", due_at=DUE, share=75
        ),
        "deadline.missed": ledger.DeadlineMissed(
            case=case, stage="acknowledge", due_at=DUE, escalates=True, renewed=None
        ),
    }
    return built[name]


NAMES = (
    "case.opened",
    "case.escalated",
    "case.acknowledged",
    "inquiry.started",
    "complainant.asked",
    "complainant.wrote",
    "case.extended",
    "remedy.proposed",
    "remedy.agreed",
    "remedy.refused",
    "remedy.delivered",
    "delivery.verified",
    "statement.recorded",
    "statement.released",
    "statement.withdrawn",
    "escalation.requested",
    "case.appealed",
    "question.asked",
    "question.answered",
    "question.missed",
    "safetyplan.recorded",
    "safecontact.recorded",
    "service.referred",
    "release.requested",
    "release.agreed",
    "case.taken",
    "case.handed-over",
    "case.linked",
    "followup.asked",
    "followup.recorded",
    "triage.corrected",
    "case.rerouted",
    "appeal.decided",
    "case.reopened",
    "contact.tried",
    "case.closed",
    "deadline.approaching",
    "deadline.missed",
)


def event(name: str, *, sequence: int = 1, at: datetime = AT, **changes: Any) -> Event:
    """Return an event of a case."""
    case = summary(**changes)
    return Event.derived(
        data_of(name, case),
        subject=grievance_id(case.reference),
        sequence=sequence,
        time=at,
        cause=f"cause-{name}-{sequence}",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
