"""HTTP of notify: the notices of a case, and delivery receipts of gateways."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from services.notify import handlers, untold
from services.notify.domain import shown_state
from services.notify.handlers import Parts
from shared.access import Caller, caller_of, require_admin
from shared.directory import Organisations
from shared.due_queue import wake_time
from shared.errors import TransientError
from shared.ids import normal_reference
from shared.mongo import Document


class AttemptOut(BaseModel):
    """One attempt to hand a notice over."""

    at: datetime
    outcome: str
    code: str


class ReceiptOut(BaseModel):
    """One delivery receipt of a gateway."""

    at: datetime
    status: str


class DeliveryOut(BaseModel):
    """One notice to one party; no address is known here."""

    id: str
    event: str
    at: datetime
    notice: str
    audience: str
    recipient: str
    channel: str
    language: str
    state: str
    reason: str | None
    maybe_twice: bool
    next_at: datetime | None
    attempts: list[AttemptOut]
    receipts: list[ReceiptOut]


class DeliveriesOut(BaseModel):
    """The notices of a case in the order in which they arose."""

    reference: str
    deliveries: list[DeliveryOut]


class UntoldOut(BaseModel):
    """A notice that could not be told; which case it is about is not said."""

    id: str
    audience: str
    recipient: str | None
    channel: str
    reason: str
    since: datetime
    attempts: int


class UntoldListOut(BaseModel):
    """What could not be told, the oldest first, and how many there are in all."""

    undelivered: list[UntoldOut]
    total: int


router = APIRouter()


async def _parts(request: Request) -> Parts:
    parts: Parts | None = request.app.state.parts
    if parts is None:
        raise TransientError("The service is starting; send it again", retry_after=2)
    return parts


PartsOf = Annotated[Parts, Depends(_parts)]


@router.get("/v1/cases/{reference}/deliveries", tags=["notices"])
async def case_deliveries(
    reference: str, parts: PartsOf, caller: Annotated[Caller, Depends(caller_of)]
) -> DeliveriesOut:
    """Return who was to be told what, how and when; 404 for whoever does not hear of the case."""
    wanted = normal_reference(reference)
    found = await handlers.deliveries_of(wanted, caller, deliveries=parts.deliveries)
    return DeliveriesOut(reference=wanted, deliveries=[_out(delivery) for delivery in found])


def _waits(delivery: Document) -> bool:
    return delivery["state"] == "queued" and "wake" in delivery


def _out(delivery: Document) -> DeliveryOut:
    attempts: list[dict[str, Any]] = delivery["attempts"]
    return DeliveryOut(
        id=delivery["_id"],
        event=delivery["event_name"],
        at=delivery["at"],
        notice=delivery["notice"],
        audience=delivery["audience"],
        recipient=delivery["recipient"],
        channel=delivery["channel"],
        language=delivery["language"],
        state=shown_state(delivery["state"], delivery["receipt"]),
        reason=delivery.get("reason"),
        maybe_twice=delivery["maybe_twice"],
        next_at=wake_time(delivery["wake"]) if _waits(delivery) else None,
        attempts=[AttemptOut(**attempt) for attempt in attempts],
        receipts=[ReceiptOut(**receipt) for receipt in delivery.get("receipts", [])],
    )


@router.get("/receipts/kannel", tags=["receipts"], response_class=PlainTextResponse)
@router.post("/receipts/kannel", tags=["receipts"], response_class=PlainTextResponse)
async def kannel_receipt(
    parts: PartsOf,
    mid: Annotated[str, Query(max_length=100)] = "",
    type: Annotated[str, Query(max_length=20)] = "",
) -> str:
    """Take a delivery receipt in Kannel's form (`mid` is ours, `type` is Kannel's `%d`)."""
    await handlers.take_receipt(
        mid,
        type,
        deliveries=parts.deliveries,
        recorder=parts.recorder,
        tally=parts.tally,
        clock=parts.clock,
    )
    return "ok"


@router.get("/internal/undelivered", dependencies=[Depends(require_admin)], tags=["operation"])
async def undelivered(parts: PartsOf) -> UntoldListOut:
    """List notices that could not be told, up to 200, never of which case; not the protected."""
    found, total = await untold.listed(parts.deliveries)
    shown = [UntoldOut.model_validate(one, from_attributes=True) for one in found]
    return UntoldListOut(undelivered=shown, total=total)


@router.post(
    "/internal/undelivered/{ident}/retry",
    dependencies=[Depends(require_admin)],
    status_code=202,
    tags=["operation"],
)
async def retry_undelivered(
    ident: Annotated[str, Path(max_length=100)], parts: PartsOf
) -> dict[str, str]:
    """Let a notice leave again; 404 when it does not wait for that, 409 when it may not."""
    directory = parts.policy.current.get(Organisations)
    await untold.retry(ident, deliveries=parts.deliveries, directory=directory, clock=parts.clock)
    return {"again": ident}
