"""HTTP for SMS gateways: each is authenticated as it allows, and answered in its own form."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse

from services.intake.channels import kannel, twilio
from services.intake.parts import IntakeParts, address_of, parts_of
from shared.errors import BadRequest, Forbidden

router = APIRouter(prefix="/channels", tags=["channels"])
Parts = Annotated[IntakeParts, Depends(parts_of)]
_MOST_FIELDS = 200


@router.get("/kannel", response_class=PlainTextResponse)
@router.post("/kannel", response_class=PlainTextResponse)
async def kannel_message(request: Request, parts: Parts) -> Response:
    """Take a text message from Kannel; the body of the answer is sent back to the sender.

    Fields: `sender to text ts id charset coding`, as query or form. Allowed addresses only.
    """
    if not kannel.allowed(address_of(request), parts.settings.kannel_allow):
        raise Forbidden("Messages are not taken from this address (INTAKE_KANNEL_ALLOW)")
    fields = kannel.fields_of(request.scope["query_string"], await request.body())
    message = kannel.read_message(fields, parts.handlers.clock.now())
    return PlainTextResponse(await parts.sms.receive(message))


@router.post("/twilio")
async def twilio_message(request: Request, parts: Parts) -> Response:
    """Take a message from Twilio (signature checked) and answer in TwiML."""
    body = await request.body()
    try:
        params = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise BadRequest("The form cannot be read") from None
    settings = parts.settings
    query = request.scope["query_string"].decode("latin-1")
    token = settings.twilio_auth_token
    right = twilio.signed_rightly(
        # The address as Twilio knows it: behind a proxy the request's own would differ.
        url=settings.public_url + request.url.path + (f"?{query}" if query else ""),
        params=params,
        body=body,
        given=request.headers.get("x-twilio-signature"),
        settings=request.headers.get(twilio.SETTINGS_HEADER),
        auth_token=token.get_secret_value() if token else None,
        shared_keys=parts.twilio_keys,
    )
    if not right:
        raise Forbidden("The signature of this request is not valid")
    message = twilio.read_message(params)
    if message is None:
        return Response(twilio.EMPTY_REPLY, media_type="text/xml")
    opt_out = dict(params).get("OptOutType")
    if opt_out in ("STOP", "START"):
        # Twilio has replied already.
        await parts.sms.opt(message, out=opt_out == "STOP")
        return Response(twilio.EMPTY_REPLY, media_type="text/xml")
    reply = await parts.sms.receive(message)
    return Response(twilio.reply_xml(reply), media_type="text/xml")
