"""HTTP for complainants: statement and consents; reopening; what is told after the end."""

from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from services.intake.api import (
    CHANNEL,
    AppealBody,
    Case,
    Parts,
    Text,
    answered,
    documented,
    json_object,
    validated,
)
from services.intake.followups import BOTH_SIDES
from shared.events.codes import ConsentPurpose, OtherSide
from shared.http import idempotency_key
from shared.waiting import PatientRoute

Sides = Annotated[tuple[OtherSide, ...], Field(min_length=1, max_length=2)]
router = APIRouter(prefix="/v1/grievances", tags=["grievances"], route_class=PatientRoute)


class ConsentBody(BaseModel):
    """What a consent is for, and whether it is given or taken back.

    A yes to a `statement` may name the one that was read by its number, and who may read it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    purpose: ConsentPurpose
    given: StrictBool
    statement: Annotated[StrictInt, Field(ge=1)] | None = None
    to: Sides = BOTH_SIDES


@router.post("/{reference}/consents", status_code=201, openapi_extra=documented(ConsentBody))
async def change_consent(request: Request, case: Case, parts: Parts) -> Response:
    """Give a consent or take it back; that to a `statement` says what the other side may read."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(ConsentBody, await json_object(request))
    if body.purpose == "statement" and body.given:
        done = await parts.followups.agree_to_statement(
            case, channel=CHANNEL, key=key, number=body.statement, to=tuple(sorted(set(body.to)))
        )
        return answered(done, case)
    done = await parts.followups.change_consent(
        case, channel=CHANNEL, key=key, purpose=body.purpose, given=body.given
    )
    return answered(done, case)


@router.post("/{reference}/reopening", status_code=201, openapi_extra=documented(AppealBody))
async def ask_reopening(request: Request, case: Case, parts: Parts) -> Response:
    """Have a closed case taken up again by the same holder, within its window."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(AppealBody, await json_object(request))
    done = await parts.followups.reopen(case, channel=CHANNEL, key=key, text=body.text)
    return answered(done, case)


class StatementBody(BaseModel):
    """What the other side may read, and which side: by default whoever comes to hold the case."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    text: Text
    to: Sides = BOTH_SIDES


@router.post("/{reference}/statement", status_code=201, openapi_extra=documented(StatementBody))
async def give_statement(request: Request, case: Case, parts: Parts) -> Response:
    """Write and release what the other side may read; the consent can be taken back."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(StatementBody, await json_object(request))
    done = await parts.followups.statement(
        case, channel=CHANNEL, key=key, text=body.text, to=tuple(sorted(set(body.to)))
    )
    return answered(done, case)


class FollowUpBody(BaseModel):
    """How things are after the end: any of these may be left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    retaliation: StrictBool | None = None
    satisfied: StrictBool | None = None
    remedy_holds: StrictBool | None = None
    text: Text | None = None


@router.post("/{reference}/follow-up", status_code=201, openapi_extra=documented(FollowUpBody))
async def answer_follow_up(request: Request, case: Case, parts: Parts) -> Response:
    """Tell how things are after the end; a yes to revenge reaches the protection alone."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(FollowUpBody, await json_object(request))
    done = await parts.followups.follow_up(case, channel=CHANNEL, key=key, **body.model_dump())
    return answered(done, case)
