"""Events of the ledger: what officially happened to a case, and by which date what is due.

Every event carries `case`, the case as it stands after the event, so that consumers need no
state of their own to tell the parties.
"""

from shared.events.ledger.case import Actor, CaseEvent, CaseSummary, Deadline
from shared.events.ledger.ending import (
    AppealDecided,
    CaseAppealed,
    CaseClosed,
    CaseReopened,
    FollowUpAsked,
    FollowUpRecorded,
)
from shared.events.ledger.holding import (
    CaseEscalated,
    CaseHandedOver,
    CaseOpened,
    CaseRerouted,
    CaseTaken,
    EscalationRequested,
    TriageCorrected,
)
from shared.events.ledger.notices import (
    Audience,
    Informed,
    OfficeAlerted,
    PartiesInformed,
    PartyInformed,
)
from shared.events.ledger.remedy import (
    DeliveryVerified,
    RemedyAgreed,
    RemedyDelivered,
    RemedyItem,
    RemedyProposed,
    RemedyRefused,
)
from shared.events.ledger.safety import (
    ReleaseAgreed,
    ReleaseRequested,
    SafeContactRecorded,
    SafetyPlanRecorded,
    ServiceReferred,
)
from shared.events.ledger.sharing import (
    CaseLinked,
    QuestionAnswered,
    QuestionAsked,
    QuestionMissed,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
)
from shared.events.ledger.time import DeadlineApproaching, DeadlineMissed
from shared.events.ledger.work import (
    CaseAcknowledged,
    CaseExtended,
    ComplainantAsked,
    ComplainantWrote,
    ContactTried,
    InquiryStarted,
)

__all__ = [
    "Actor",
    "AppealDecided",
    "Audience",
    "CaseAcknowledged",
    "CaseAppealed",
    "CaseClosed",
    "CaseEscalated",
    "CaseEvent",
    "CaseExtended",
    "CaseHandedOver",
    "CaseLinked",
    "CaseOpened",
    "CaseReopened",
    "CaseRerouted",
    "CaseSummary",
    "CaseTaken",
    "ComplainantAsked",
    "ComplainantWrote",
    "ContactTried",
    "Deadline",
    "DeadlineApproaching",
    "DeadlineMissed",
    "DeliveryVerified",
    "EscalationRequested",
    "FollowUpAsked",
    "FollowUpRecorded",
    "Informed",
    "InquiryStarted",
    "OfficeAlerted",
    "PartiesInformed",
    "PartyInformed",
    "QuestionAnswered",
    "QuestionAsked",
    "QuestionMissed",
    "ReleaseAgreed",
    "ReleaseRequested",
    "RemedyAgreed",
    "RemedyDelivered",
    "RemedyItem",
    "RemedyProposed",
    "RemedyRefused",
    "SafeContactRecorded",
    "SafetyPlanRecorded",
    "ServiceReferred",
    "StatementRecorded",
    "StatementReleased",
    "StatementWithdrawn",
    "TriageCorrected",
]
