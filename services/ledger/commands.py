"""The bodies of commands, and the decision that each stands for."""

from abc import abstractmethod
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from services.ledger import (
    aftercare,
    decisions,
    endings,
    people,
    questions,
    related,
    remedies,
    safety,
    statement,
    triage,
)
from services.ledger.decisions import Rules
from services.ledger.domain import Case
from shared.errors import Invalid
from shared.events.codes import (
    AppealOutcome,
    ClosedAs,
    ConsentForm,
    Contact,
    ContactWay,
    OtherSide,
    RemedyKind,
    ServiceKind,
    Severity,
)
from shared.events.ledger import Actor, CaseEvent

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000, pattern=r"^[^\x00]*$"),
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Numbers = Annotated[
    tuple[Annotated[int, Field(strict=True, ge=1)], ...], Field(min_length=1, max_length=100)
]
Day = Annotated[str, Field(examples=["2026-12-01", "2026-12-01T16:00:00+01:00"], max_length=40)]
_DATE, _TIME = TypeAdapter(date), TypeAdapter[datetime](AwareDatetime)


class Command(BaseModel):
    """A command on a case; `words` are kept in the vault, never in an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    words_field: ClassVar[str | None] = None

    @property
    def words(self) -> str | None:
        """What the caller wrote, if anything."""
        return getattr(self, self.words_field) if self.words_field else None

    @property
    def alerts(self) -> bool:
        """Whether protection must hear of it, in a case of its own."""
        return False

    @abstractmethod
    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """Return the fact that the command leads to; raises DomainError."""


class Acknowledge(Command):
    """The holder has the case."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_acknowledge(case, by)


class StartInquiry(Command):
    """The holder looks into the facts."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_start_inquiry(case, by)


class AskComplainant(Command):
    """A question to the complainant."""

    words_field = "text"
    text: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_ask(case, by, text_id, now, rules)


class Extend(Command):
    """More time, with a reason and a new date."""

    words_field = "reason"
    reason: Text
    until: Day

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        until = day_of("until", self.until)
        return decisions.decide_extend(case, by, until, text_id, now, rules)


class Item(BaseModel):
    """One thing of a remedy; `what` is kept with the proposal's text in the vault."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: RemedyKind
    what: Annotated[Text, Field(max_length=500)] | None = None
    amount: Annotated[int, Field(strict=True)] | None = None
    owed_by: Name | None = None
    by: Day

    @model_validator(mode="after")
    def _other_is_told(self) -> Self:
        if self.kind == "other" and self.what is None:
            raise ValueError("say what it is: 'what' is needed for this kind")
        return self


class _Remedy(Command):
    """A remedy in words, and its items."""

    text: Text
    items: Annotated[tuple[Item, ...], Field(max_length=100)] = ()

    @property
    def wanted(self) -> list[remedies.Wanted]:
        """The items, with their dates read."""
        return [
            remedies.Wanted(item.kind, item.amount, item.owed_by, day_of(f"items.{at}.by", item.by))
            for at, item in enumerate(self.items)
        ]

    @property
    def words(self) -> str | None:
        """The text, and what each item is under its number."""
        told = [f"{at}. {item.what}" for at, item in enumerate(self.items, 1) if item.what]
        return "\n".join([self.text, *told])


class ProposeRemedy(_Remedy):
    """A remedy is proposed, and by when it would be done."""

    deliver_by: Day | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        by_when = day_of("deliver_by", self.deliver_by) if self.deliver_by else None
        return remedies.decide_propose(case, by, by_when, text_id, now, rules, self.wanted)


class DecideAppeal(_Remedy):
    """The body appealed to decides, and names the remedy when it upholds the appeal."""

    outcome: AppealOutcome

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return endings.decide_appeal_outcome(
            case, by, self.outcome, text_id, now, rules, self.wanted
        )


class RecordDelivery(Command):
    """The remedy or some of its items were delivered; `text` says what shows it."""

    words_field = "text"
    text: Text | None = None
    items: Numbers | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        kept = text_id if self.text is not None else None
        return remedies.decide_record_delivery(case, by, kept, now, rules, self.items)


class VerifyDelivery(Command):
    """The complainant's side confirms the delivery."""

    items: Numbers | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return remedies.decide_verify_delivery(case, by, now, rules, self.items)


class Escalate(Command):
    """The next responder is asked for, with a reason."""

    words_field = "reason"
    reason: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return decisions.decide_escalate(case, by, text_id)


class Close(Command):
    """The case ends, with a reason."""

    words_field = "reason"
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    closed_as: ClosedAs = Field(alias="as")
    reason: Text
    to: Name | None = None
    consent: ConsentForm | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        referral = None
        if self.to is not None and self.consent is not None:
            referral = endings.Referral(self.to, self.consent)
        return endings.decide_close(case, by, self.closed_as, text_id, now, rules, referral)


class Appeal(Command):
    """The next body is to decide again, at the complainant's wish."""

    words_field = "reason"
    reason: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return endings.decide_appeal(case, by, text_id, now, rules)


class Reopen(Command):
    """A closed case is to be taken up again, at the complainant's wish."""

    words_field = "reason"
    reason: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return endings.decide_reopen(case, by, text_id, now, rules)


class RecordFollowUp(Command):
    """How things are after the end; `retaliation` is told to protection alone, as a new case."""

    satisfied: Annotated[bool, Field(strict=True)] | None = None
    remedy_holds: Annotated[bool, Field(strict=True)] | None = None
    retaliation: Annotated[bool, Field(strict=True)] = False

    @property
    def alerts(self) -> bool:
        """Whether protection must hear of it."""
        return self.retaliation

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return aftercare.decide_follow_up(
            case,
            by,
            satisfied=self.satisfied,
            remedy_holds=self.remedy_holds,
            alerted=self.retaliation,
        )


class RecordContactTry(Command):
    """The person could not be reached."""

    words_field = "text"
    how: ContactWay
    text: Text | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        kept = text_id if self.text is not None else None
        return endings.decide_contact_try(case, by, self.how, kept)


class AskParty(Command):
    """A question to another party."""

    words_field = "text"
    text: Text
    to: Name

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return questions.decide_ask_party(case, by, self.to, text_id, rules)


class AnswerQuestion(Command):
    """The answer to a question, by the id of its text."""

    words_field = "text"
    text: Text
    question: Name

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return questions.decide_answer_question(case, by, self.question, text_id)


class RecordSafetyPlan(Command):
    """The safety plan that was made with the person."""

    words_field = "text"
    text: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_safety_plan(case, by, text_id)


class RecordSafeContact(Command):
    """How the person may be reached without danger, or that nobody may write to them."""

    words_field = "text"
    text: Text
    contact: Contact

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_safe_contact(case, by, self.contact, text_id)


class ReferService(Command):
    """The person is referred to one service, with a consent to this one."""

    words_field = "text"
    text: Text
    service: ServiceKind
    to: Name | None = None
    consent: ConsentForm

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_refer_service(
            case, by, self.service, self.to, self.consent, text_id, rules
        )


class RequestRelease(Command):
    """A protected case is to become an open one, or less severe."""

    words_field = "reason"
    reason: Text
    category: Name | None = None
    severity: Severity | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_request_release(case, by, self.category, self.severity, text_id, rules)


class AgreeRelease(Command):
    """A second person agrees to a release."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return safety.decide_agree_release(case, by)


class Take(Command):
    """Somebody of the holding organisation works on the case."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return people.decide_take(case, by)


class HandOver(Command):
    """The case goes back to the organisation, with what a colleague must know."""

    words_field = "text"
    text: Text | None = None

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        kept = text_id if self.text is not None else None
        return people.decide_hand_over(case, by, kept)


class LinkCase(Command):
    """Another case about the same facts."""

    to: Name

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return related.decide_link(case, by, self.to)


class CorrectTriage(Command):
    """What a case is about is not what was thought."""

    words_field = "reason"
    reason: Text
    category: Name | None = None
    site: Name | None = None
    organisation: Name | None = None
    severity: Severity | None = None
    accused: Annotated[tuple[Name, ...], Field(max_length=20)] = ()

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        correction = triage.Correction(
            self.category, self.site, self.organisation, self.severity, self.accused
        )
        return triage.decide_correct(case, by, correction, text_id, rules)


class RecordStatement(Command):
    """What the other side may read, once it is released."""

    words_field = "text"
    text: Text

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return statement.decide_record_statement(case, by, text_id)


class ReleaseStatement(Command):
    """The complainant's consent to the text as it stands, how it was given, and to whom."""

    consent: ConsentForm
    to: Annotated[tuple[OtherSide, ...], Field(min_length=1, max_length=2)]

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        to = tuple(sorted(set(self.to)))
        return statement.decide_release_statement(case, by, to, self.consent)


class WithdrawStatement(Command):
    """The consent to the release is taken back."""

    def decide(self, case: Case, by: Actor, text_id: str, now: datetime, rules: Rules) -> CaseEvent:
        """See Command."""
        return statement.decide_withdraw_statement(case, by)


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


def day_of(field: str, value: str) -> date | datetime:
    """Read a day (`2026-12-01`) or a time with its zone; raises Invalid."""
    adapter: TypeAdapter[Any] = _DATE if len(value) == len("2026-12-01") else _TIME
    try:
        read: date | datetime = adapter.validate_python(value)
    except ValidationError:
        reason = "write a day like 2026-12-01, or a time with its zone"
        raise Invalid(f"{field}: {reason}", errors=[{"field": field, "reason": reason}]) from None
    if not 2000 <= read.year < 2200:
        raise Invalid(f"{field}: not a usable year", errors=[{"field": field, "reason": "year"}])
    return read
