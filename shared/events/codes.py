"""Code lists that several events share."""

from typing import Literal

Lane = Literal["open", "protected"]
Responder = Literal["syndicate", "company", "authority", "protection", "triage"]
Severity = Literal["S1", "S2", "S3", "S4"]
Language = Literal["fr", "sg", "en"]
ContactChannel = Literal["sms", "email"]

CaseState = Literal[
    "received",
    "routed",
    "acknowledged",
    "in_inquiry",
    "waiting_for_complainant",
    "remedy_proposed",
    "agreed",
    "remedy_delivered",
    "verified",
    "closed",
]
ClosedAs = Literal[
    "resolved-agreed",
    "resolved-not-agreed",
    "withdrawn",
    "referred",
    "inconclusive",
    "inadmissible",
]
RemedyKind = Literal[
    "crop-compensation",
    "land-left-alone",
    "drinking-water",
    "medical-care",
    "pay-slips",
    "contracts",
    "professional-cards",
    "surface-tax",
    "other",
]
#: Who is not on the complainant's side: they read a statement, and only when it was released.
OtherSide = Literal["company", "authority"]
AppealOutcome = Literal["upheld", "dismissed"]
#: Help that somebody in danger is referred to, each with a consent of its own.
ServiceKind = Literal["medical", "psychosocial", "legal", "shelter", "child-protection", "other"]
#: Whether we may write to or call the complainant at all.
Contact = Literal["allowed", "none"]
#: What a follow-up asks: does the remedy hold, did anybody take revenge, are they satisfied.
FollowUp = Literal["remedy", "retaliation", "satisfaction"]
#: How it was tried to reach somebody.
ContactWay = Literal["phone", "sms", "email", "visit", "message-left"]
#: How somebody said yes; who cannot write gives a fingerprint or says it.
ConsentForm = Literal["spoken", "written", "fingerprint"]
#: What a consent is for: asked at filing, but for `statement`, the yes to one written for them.
ConsentPurpose = Literal[
    "handle",
    "notices",
    "follow_up",
    "share_identity",
    "share_statement",
    "referral",
    "statistics",
    "publish",
    "statement",
]
AccusedKind = Literal[
    "company",
    "cooperative",
    "syndicate",
    "authority",
    "security_force",
    "armed_group",
    "person",
]
