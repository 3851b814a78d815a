"""HTTP of notify: the notices of a case, and delivery receipts of gateways."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from services.notify import handlers
from services.notify.domain import shown_state
from services.notify.handlers import Parts
from shared.access import Caller, caller_of
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
