"""The commands on a case by their names, and how a body is read."""

from typing import Any, Final

from pydantic import ValidationError

from services.ledger.commands.command import Command
from services.ledger.commands.ending import Appeal, Close, DecideAppeal, RecordFollowUp, Reopen
from services.ledger.commands.protection import (
    AgreeRelease,
    RecordSafeContact,
    RecordSafetyPlan,
    ReferService,
    RequestRelease,
)
from services.ledger.commands.remedy import ProposeRemedy, RecordDelivery, VerifyDelivery
from services.ledger.commands.sharing import (
    AnswerQuestion,
    AskParty,
    CorrectTriage,
    LinkCase,
    RecordStatement,
    ReleaseStatement,
    WithdrawStatement,
)
from services.ledger.commands.work import (
    Acknowledge,
    AskComplainant,
    Escalate,
    Extend,
    HandOver,
    RecordContactTry,
    StartInquiry,
    Take,
)
from shared.errors import Invalid

COMMANDS: Final[dict[str, type[Command]]] = {
    "acknowledge": Acknowledge,
    "start-inquiry": StartInquiry,
    "ask-complainant": AskComplainant,
    "extend": Extend,
    "propose-remedy": ProposeRemedy,
    "record-delivery": RecordDelivery,
    "verify-delivery": VerifyDelivery,
    "escalate": Escalate,
    "close": Close,
    "record-safety-plan": RecordSafetyPlan,
    "record-safe-contact": RecordSafeContact,
    "refer-service": ReferService,
    "request-release": RequestRelease,
    "agree-release": AgreeRelease,
    "take": Take,
    "hand-over": HandOver,
    "link-case": LinkCase,
    "ask-party": AskParty,
    "answer-question": AnswerQuestion,
    "correct-triage": CorrectTriage,
    "appeal": Appeal,
    "decide-appeal": DecideAppeal,
    "reopen": Reopen,
    "record-follow-up": RecordFollowUp,
    "record-contact-try": RecordContactTry,
    "record-statement": RecordStatement,
    "release-statement": ReleaseStatement,
    "withdraw-statement": WithdrawStatement,
}


def read_command(name: str, body: Any) -> Command:
    """Read the body of a command; raises Invalid that names the fields, never their content."""
    try:
        return COMMANDS[name].model_validate({} if body is None else body)
    except ValidationError as error:
        raise Invalid(
            "The body does not fit the command",
            errors=[
                {"field": ".".join(str(part) for part in item["loc"]), "reason": item["msg"]}
                for item in error.errors(include_input=False, include_url=False)
            ],
        ) from None
