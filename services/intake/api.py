"""HTTP for complainants and their helpers: file, track, write, answer, withdraw, appeal."""

import json
from secrets import token_hex
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from services.intake.access import Opened
from services.intake.handlers import Receipt
from services.intake.identifiers import grouped_code
from services.intake.keeping import Done
from services.intake.parts import IntakeParts, address_of, parts_of
from services.intake.submission import Attachment, Submission
from shared.errors import BadRequest, Invalid
from shared.events.envelope import format_time
from shared.http import idempotency_key
from shared.waiting import PatientRoute

CHANNEL = "rest"
_DEEPEST = 100
router = APIRouter(prefix="/v1/grievances", tags=["grievances"], route_class=PatientRoute)
Parts = Annotated[IntakeParts, Depends(parts_of)]
M = TypeVar("M", bound=BaseModel)
Text = Annotated[StrictStr, Field(max_length=100_000)]
Items = Annotated[tuple[StrictInt, ...], Field(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MessageBody(_Body):
    """Words to add to a case, photos, or both."""

    text: Text | None = None
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=3)


class AnswerBody(_Body):
    """Agreed or not agreed to the proposed remedy, or only to these numbers of its items.

    `question` is the number of what was looked at, as the status gives it: 409 when another one
    waits since.
    """

    agreed: StrictBool
    items: Items | None = None
    question: StrictInt | None = None
    text: Text | None = None


class WithdrawalBody(_Body):
    """Withdrawal, and whether somebody pressed for it."""

    pressured: StrictBool | None = None
    text: Text | None = None


class AppealBody(_Body):
    """Appeal, with reasons if there are any."""

    text: Text | None = None


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """Describe a body that the endpoint reads by itself, with all its parts in one place."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def inlined(value: Any) -> Any:
        if isinstance(value, list):
            return [inlined(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return inlined(parts[value["$ref"].rpartition("/")[2]])
        return {name: inlined(item) for name, item in value.items()}

    return {"requestBody": {"content": {"application/json": {"schema": inlined(schema)}}}}


async def json_object(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object; anything else is a clear 4xx."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not valid JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object", errors=[])
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST and _deeper_than(_DEEPEST, body):
        raise BadRequest("The body is nested too deeply")
    return body


def _deeper_than(most: int, body: Any) -> bool:
    """Tell whether values are nested more deeply; what could be read may be too deep to write."""
    level = [body]
    for _ in range(most):
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [v for one in inner for v in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def validated(model: type[M], body: dict[str, Any]) -> M:
    """Validate a body; raises Invalid that lists fields and reasons and quotes nothing."""
    given = {name: value for name, value in body.items() if value is not None}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Invalid(
            "Nothing was stored; correct these fields and send it again",
            errors=[
                {"field": ".".join(str(part) for part in item["loc"]), "reason": item["msg"]}
                for item in error.errors(include_input=False, include_url=False)[:20]
            ],
        ) from None


@router.post(
    "",
    status_code=201,
    openapi_extra=documented(Submission),
    responses={422: {"description": "Wrong types, nothing said, or a key used before"}},
)
async def file_grievance(request: Request, parts: Parts) -> Response:
    """File a grievance; 201 means that it is stored durably.

    Unknown categories and sites, invalid numbers and odd dates are kept and noted, not refused.
    """
    key = idempotency_key(request) or token_hex(16)
    body = await json_object(request)
    submission = validated(Submission, body)
    receipt = await parts.handlers.submit(submission, channel=CHANNEL, key=key, raw=body)
    return JSONResponse(
        receipt_body(receipt, parts.settings.public_url),
        status_code=201,
        headers={
            "Location": f"/v1/grievances/{receipt.reference}",
            "Cache-Control": "no-store",
            **_replayed(receipt.replayed),
        },
    )


def receipt_body(receipt: Receipt, public_url: str) -> dict[str, Any]:
    """Return what the complainant gets: reference, code, where to look, and what was noted."""
    return {
        "reference": receipt.reference,
        "code": receipt.code,
        "code_grouped": grouped_code(receipt.code),
        "status_url": f"{public_url}/v1/grievances/{receipt.reference}",
        "tracking_url": f"{public_url}/suivi",
        "received_at": format_time(receipt.received_at),
        "notes": [{"field": note.field, "note": note.note} for note in receipt.notes],
    }


async def opened_case(reference: str, request: Request, parts: Parts) -> Opened:
    """Dependency: the grievance, opened by the code in `X-Recours-Code`."""
    code = request.headers.get("x-recours-code", "")
    return await parts.access.open(reference, code, address_of(request))


Case = Annotated[Opened, Depends(opened_case)]


@router.get("/{reference}")
async def track_grievance(case: Case, parts: Parts) -> Response:
    """Tell who holds the case, by which date they must answer, and what happened so far."""
    return JSONResponse(await parts.tracking.status(case), headers={"Cache-Control": "no-store"})


@router.post("/{reference}/messages", status_code=201, openapi_extra=documented(MessageBody))
async def write_message(request: Request, case: Case, parts: Parts) -> Response:
    """Add words or photos to the case; of a photo the picture alone is kept."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(MessageBody, await json_object(request))
    done = await parts.followups.message(
        case, channel=CHANNEL, key=key, text=body.text, files=body.attachments
    )
    return answered(done, case)


@router.post("/{reference}/answer", status_code=201, openapi_extra=documented(AnswerBody))
async def give_answer(request: Request, case: Case, parts: Parts) -> Response:
    """Agree or not to the proposed remedy."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(AnswerBody, await json_object(request))
    done = await parts.followups.answer(case, channel=CHANNEL, key=key, **body.model_dump())
    return answered(done, case)


@router.post("/{reference}/withdrawal", status_code=201, openapi_extra=documented(WithdrawalBody))
async def withdraw_grievance(request: Request, case: Case, parts: Parts) -> Response:
    """Withdraw the grievance, and say whether somebody pressed for it."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(WithdrawalBody, await json_object(request))
    done = await parts.followups.withdraw(
        case, channel=CHANNEL, key=key, pressured=body.pressured, text=body.text
    )
    return answered(done, case)


@router.post("/{reference}/appeal", status_code=201, openapi_extra=documented(AppealBody))
async def lodge_appeal(request: Request, case: Case, parts: Parts) -> Response:
    """Ask the next body to decide again."""
    key = idempotency_key(request) or token_hex(16)
    body = validated(AppealBody, await json_object(request))
    done = await parts.followups.appeal(case, channel=CHANNEL, key=key, text=body.text)
    return answered(done, case)


def answered(done: Done, case: Opened) -> Response:
    """Return what a follow-up is answered with."""
    body = {
        "reference": case.reference,
        "at": format_time(done.at),
        "message_id": done.message_id,
    }
    return JSONResponse(body, status_code=201, headers=_replayed(done.replayed))


def _replayed(replayed: bool) -> dict[str, str]:
    return {"Idempotency-Replayed": "true"} if replayed else {}
