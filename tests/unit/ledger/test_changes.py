"""What each event changes in a case that has everything a case can have, and nothing else."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.ledger.case import (
    NOT_ROUTED,
    Owed,
    Protection,
    Question,
    Release,
    Seat,
    Service,
    Statement,
)
from services.ledger.domain import apply
from shared.events.ledger import (
    AppealDecided,
    CaseAcknowledged,
    CaseAppealed,
    CaseClosed,
    CaseEscalated,
    CaseEvent,
    CaseHandedOver,
    CaseLinked,
    CaseReopened,
    CaseRerouted,
    CaseTaken,
    ComplainantAsked,
    ComplainantWrote,
    ContactTried,
    Deadline,
    DeliveryVerified,
    EscalationRequested,
    FollowUpAsked,
    InquiryStarted,
    QuestionAnswered,
    QuestionAsked,
    QuestionMissed,
    ReleaseAgreed,
    ReleaseRequested,
    RemedyAgreed,
    RemedyDelivered,
    RemedyItem,
    RemedyProposed,
    RemedyRefused,
    SafeContactRecorded,
    SafetyPlanRecorded,
    ServiceReferred,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
    TriageCorrected,
)
from tests.unit.ledger.cases import CSR, MONDAY, SYNDICATE, hours, opened, route

NOW, UNTIL = MONDAY + hours(5), MONDAY + hours(500)


def clock(stage: str, began: datetime = MONDAY) -> Deadline:
    """Return a clock of two days."""
    return Deadline(stage=stage, started_at=began, due_at=began + hours(48))


def item(number: int) -> RemedyItem:
    """Return an item that the company owes."""
    return RemedyItem(
        number=number, kind="other", amount=None, owed_by="societe-demo", due_at=UNTIL
    )


def owed(*states: Any, evidence: str | None = None) -> tuple[Owed, ...]:
    """Return a remedy with its items in these states."""
    return tuple(Owed(item(n), state, evidence) for n, state in enumerate(states, 1))


INQUIRY, ANSWER, PLAN = clock("inquiry"), clock("answer"), clock("safety-plan")
#: The clock that an event starts.
NEW = clock("deliver", NOW)
SEAT = Seat("societe-demo", "company")
ROUTE = route(channel="sms", accused=("police-demo",))
HERE = route(level=1, severity="S1")
UP = route(level=1, holder="commune-demo", responder="authority", channel="csv")
TO_CONTACT = Protection("plan", "safe", "none", (), Release("focal-1", "WAGES", None))
Q2 = Question("q2", None, "x", due_at=MONDAY)
CASE = replace(
    opened().case,
    state="waiting_for_complainant",
    closed_as="inadmissible",
    route=ROUTE,
    clocks=(ANSWER, PLAN),
    paused=(INQUIRY,),
    paused_at=MONDAY,
    resume_to="in_inquiry",
    warned=frozenset({("answer", 50), ("inquiry", 50), ("safety-plan", 50)}),
    extensions=("inquiry",),
    renewals=("inquiry",),
    escalating=True,
    deliver_by=MONDAY,
    closed_at=MONDAY,
    channel="sms",
    statement=Statement("words", "released", ("company",)),
    remedy=owed("proposed", "proposed"),
    appeal="held",
    appeal_until=MONDAY,
    tries=(MONDAY,),
    asked=(30,),
    questions=(Question("q1", "societe-demo", "syndicat-demo", due_at=MONDAY), Q2),
    protection=TO_CONTACT,
    related=("OTHER-1",),
    person="csr-1",
)
#: What every way out of the pause ends.
AWAKE: dict[str, Any] = {"paused": (), "paused_at": None}
#: What a new stage of the case leaves: its clock and those beside the stages.
STAGE: dict[str, Any] = {**AWAKE, "clocks": (NEW, PLAN), "warned": frozenset({("safety-plan", 50)})}
ENDED: dict[str, Any] = {
    **AWAKE,
    "state": "closed",
    "clocks": (),
    "warned": frozenset(),
    "closed_at": NOW,
    "appeal_until": UNTIL,
    "escalating": False,
    "appeal": "none",
    "asked": (),
    "questions": (Question("q1", "societe-demo", "syndicat-demo"), Question("q2", None, "x")),
}
AT_NEXT: dict[str, Any] = {
    **AWAKE,
    "state": "routed",
    "closed_as": None,
    "route": UP,
    "seats": (SEAT, Seat("commune-demo", "authority")),
    "clocks": (NEW,),
    "warned": frozenset(),
    "extensions": (),
    "renewals": (),
    "escalating": False,
    "person": None,
    "deliver_by": None,
    "channel": "csv",
}


def corrected(**changed: Any) -> TriageCorrected:
    """Return a correction."""
    told = {"lane": "open", "category": None, "site": None, "organisation": None, "severity": None}
    return TriageCorrected.model_validate(
        {"case": NOT_ROUTED, "by": SYNDICATE, "text_id": "t", "accused": ()} | told | changed
    )


def event(kind: type[CaseEvent], **told: Any) -> CaseEvent:
    """Return an event; who gave it and the text are there where it has them."""
    known = {"by": CSR, "text_id": "t", "message_id": "m", "deadlines": (NEW,), "consent": "spoken"}
    fields = {name: value for name, value in known.items() if name in kind.model_fields}
    return kind.model_validate({"case": NOT_ROUTED, **fields, **told})


@pytest.mark.parametrize(
    ("before", "told", "changes"),
    [
        # Who holds it.
        ({}, event(CaseEscalated, route=UP, previous_holder="societe-demo"), AT_NEXT),
        (
            {"appeal": "lodged"},
            event(CaseEscalated, route=UP, previous_holder="societe-demo"),
            {**AT_NEXT, "appeal": "held"},
        ),
        (
            {"appeal": "none"},
            event(CaseEscalated, route=UP, previous_holder="societe-demo"),
            AT_NEXT,
        ),
        ({}, event(CaseRerouted, route=UP, previous_holder="societe-demo"), AT_NEXT),
        (
            {},
            event(CaseRerouted, route=HERE, previous_holder="societe-demo"),
            {"route": HERE, "clocks": (NEW,), "escalating": False},
        ),
        (
            {"escalating": False},
            corrected(accused=("commune-demo",), lane="protected"),
            {
                "route": route(
                    channel="sms", accused=("commune-demo", "police-demo"), lane="protected"
                ),
                "escalating": True,
            },
        ),
        ({"escalating": False}, event(EscalationRequested), {"escalating": True}),
        # Work on it.
        (
            {"clocks": (INQUIRY, ANSWER, PLAN)},
            event(CaseAcknowledged),
            {
                **AWAKE,
                "state": "acknowledged",
                "clocks": (INQUIRY, PLAN),
                "warned": frozenset({("inquiry", 50), ("safety-plan", 50)}),
            },
        ),
        ({}, event(InquiryStarted), {**STAGE, "state": "in_inquiry", "clocks": (PLAN,)}),
        ({}, event(CaseTaken, by=SYNDICATE), {"person": "rep-1"}),
        ({}, event(CaseHandedOver), {"person": None}),
        (
            {"state": "in_inquiry", "clocks": (INQUIRY, PLAN), **AWAKE, "resume_to": "routed"},
            event(ComplainantAsked),
            {
                "state": "waiting_for_complainant",
                "clocks": (NEW, PLAN),
                "paused": (INQUIRY,),
                "paused_at": NOW,
                "resume_to": "in_inquiry",
            },
        ),
        ({}, event(ContactTried, how="visit"), {"tries": (MONDAY, NOW)}),
        ({}, event(ContactTried, how="visit", safe=False), {}),
        ({}, event(ComplainantWrote, resumed=False), {"tries": ()}),
        (
            {},
            event(ComplainantWrote, resumed=True),
            {
                **STAGE,
                "state": "in_inquiry",
                "warned": frozenset({("inquiry", 50), ("safety-plan", 50)}),
                "tries": (),
            },
        ),
        # The remedy.
        (
            {},
            event(RemedyProposed, deliver_by=UNTIL, items=(item(1),)),
            {
                **STAGE,
                "state": "remedy_proposed",
                "deliver_by": UNTIL,
                "remedy": owed("proposed"),
                "asking": CASE.sequence + 1,
            },
        ),
        (
            {},
            event(RemedyAgreed, items=(2,)),
            {
                **STAGE,
                "state": "agreed",
                "remedy": owed("refused", "agreed"),
                "appeal": "none",
                "tries": (),
            },
        ),
        (
            {"state": "remedy_proposed", "remedy": owed("proposed", "delivered")},
            event(RemedyRefused),
            {**STAGE, "state": "in_inquiry", "remedy": owed("refused", "delivered")},
        ),
        (
            {"state": "remedy_delivered", "remedy": owed("verified", "delivered")},
            event(RemedyRefused),
            {**STAGE, "state": "in_inquiry", "remedy": owed("verified", "refused")},
        ),
        (
            {"remedy": owed("agreed", "proposed", "refused")},
            event(RemedyDelivered, text_id="e"),
            {
                **STAGE,
                "state": "remedy_delivered",
                "asking": CASE.sequence + 1,
                "remedy": (
                    Owed(item(1), "delivered", "e"),
                    *owed("agreed", "proposed", "refused")[1:],
                ),
            },
        ),
        (
            {"remedy": owed("agreed", "delivered", evidence="e")},
            event(DeliveryVerified, items=(2,)),
            {**STAGE, "state": "agreed", "remedy": owed("agreed", "verified", evidence="e")},
        ),
        # Its end and new beginnings.
        (
            {},
            event(CaseClosed, closed_as="referred", appeal_until=UNTIL),
            {**ENDED, "closed_as": "referred"},
        ),
        (
            {},
            event(AppealDecided, outcome="dismissed", previous_holder="x", appeal_until=UNTIL),
            {**ENDED, "closed_as": "resolved-not-agreed"},
        ),
        (
            {},
            event(AppealDecided, outcome="upheld", previous_holder="x", items=(item(1), item(2))),
            {
                **STAGE,
                "state": "agreed",
                "remedy": owed("agreed", "agreed"),
                "appeal": "none",
            },
        ),
        (
            {"escalating": False, "appeal": "none"},
            event(CaseAppealed),
            {
                **STAGE,
                "state": "routed",
                "closed_as": None,
                "escalating": True,
                "appeal": "lodged",
                "tries": (),
            },
        ),
        (
            {},
            event(CaseReopened),
            {
                **STAGE,
                "state": "routed",
                "closed_as": None,
                "tries": (),
                "extensions": (),
                "renewals": (),
            },
        ),
        ({}, event(FollowUpAsked, day=90, asks=()), {"asked": (30, 90)}),
        # What stands beside the stages.
        (
            {"statement": Statement()},
            event(StatementRecorded),
            {"statement": Statement("t")},
        ),
        (
            {"statement": Statement("t")},
            event(StatementReleased, to=("company",)),
            {"statement": Statement("t", "t", ("company",))},
        ),
        ({}, event(StatementWithdrawn), {"statement": Statement("words")}),
        (
            {"questions": ()},
            event(QuestionAsked, to="syndicat-demo", due_at=UNTIL),
            {"questions": (Question("t", "societe-demo", "syndicat-demo", due_at=UNTIL),)},
        ),
        (
            {},
            event(QuestionAnswered, question="q1", to="societe-demo"),
            {
                "questions": (
                    Question("q1", "societe-demo", "syndicat-demo", "t"),
                    Q2,
                )
            },
        ),
        (
            {},
            event(
                QuestionMissed,
                question="q1",
                asker=None,
                to="syndicat-demo",
                due_at=MONDAY,
                renewed=UNTIL,
            ),
            {
                "questions": (
                    Question("q1", "societe-demo", "syndicat-demo", due_at=UNTIL, missed=1),
                    Q2,
                )
            },
        ),
        ({}, event(CaseLinked, other="OTHER-2"), {"related": ("OTHER-1", "OTHER-2")}),
        # The person's safety.
        (
            {},
            event(SafetyPlanRecorded),
            {
                "protection": replace(TO_CONTACT, safety_plan="t"),
                "clocks": (ANSWER,),
                "warned": frozenset({("answer", 50), ("inquiry", 50)}),
            },
        ),
        (
            {},
            event(SafeContactRecorded, contact="allowed"),
            {"protection": replace(TO_CONTACT, safe_contact="t", contact="allowed")},
        ),
        (
            {},
            event(ServiceReferred, service="medical", to="hopital-demo"),
            {
                "protection": replace(
                    TO_CONTACT, services=(Service("medical", "t", "hopital-demo", "spoken"),)
                )
            },
        ),
        (
            {},
            event(ReleaseRequested, category=None, severity="S3"),
            {"protection": replace(TO_CONTACT, release=Release("csr-1", None, "S3"))},
        ),
        (
            {"escalating": False},
            event(ReleaseAgreed, category="WAGES", severity=None),
            {"protection": replace(TO_CONTACT, release=None), "escalating": True},
        ),
    ],
    ids=lambda value: value.__class__.__name__ if isinstance(value, CaseEvent) else "",
)
def test_an_event_changes_what_it_tells_and_nothing_else(
    before: dict[str, Any], told: CaseEvent, changes: dict[str, Any]
) -> None:
    """Which dates were kept is another table (test_terms)."""
    case = replace(CASE, **before)
    after = replace(apply(case, told, NOW), terms=())
    assert after == replace(case, **{"updated_at": NOW, **changes})
