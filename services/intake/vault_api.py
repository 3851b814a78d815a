"""HTTP for the other services: addresses and words, for a purpose, each read recorded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.intake.access import opened
from services.intake.parts import IntakeParts, parts_of
from shared.access import bearer, require_admin, same_secret
from shared.errors import Unauthorized

router = APIRouter(prefix="/internal/vault", tags=["vault"])
Parts = Annotated[IntakeParts, Depends(parts_of)]
Purpose = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
#: The account for which a service reads; it checked their right.
Reader = Annotated[str | None, Query(max_length=100)]


async def reader_of(request: Request, parts: Parts) -> str:
    """Dependency: the name of the service whose credential was sent."""
    given = bearer(request)
    name = ""
    for service, secret in parts.readers.items():
        # All are compared, so that the time taken tells nothing.
        if same_secret(given, secret):
            name = service
    if not name:
        raise Unauthorized("The vault needs the credential of a service")
    return name


Service = Annotated[str, Depends(reader_of)]


class ContactsBody(BaseModel):
    """Whose addresses are asked for, and why."""

    model_config = ConfigDict(frozen=True)
    purpose: Purpose
    grievances: list[Annotated[str, Field(max_length=60)]] = Field(max_length=500)


class TextBody(BaseModel):
    """An officer's words under the id that the ledger's event points at."""

    model_config = ConfigDict(frozen=True)
    id: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1, max_length=20_000)
    author: str = Field(min_length=1, max_length=100)


class AlertBody(BaseModel):
    """What led to the alert."""

    model_config = ConfigDict(frozen=True)
    cause: str = Field(min_length=1, max_length=100)


@router.post("/contacts")
async def read_contacts(body: ContactsBody, service: Service, parts: Parts) -> Response:
    """Give the addresses of complainants at the moment of sending."""
    contacts = await parts.reader.contacts(body.grievances, service=service, purpose=body.purpose)
    return JSONResponse({"contacts": contacts}, headers={"Cache-Control": "no-store"})


@router.post("/{grievance}/texts", status_code=201)
async def keep_text(grievance: str, body: TextBody, service: Service, parts: Parts) -> Response:
    """Keep an officer's words sealed; the same id with the same text is a repeat."""
    replayed = await parts.reader.add_text(
        grievance, body.id, body.text, author=body.author, service=service
    )
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    return JSONResponse({"id": body.id}, status_code=201, headers=headers)


@router.post("/{grievance}/alerts", status_code=201)
async def alert_protection(
    grievance: str, body: AlertBody, service: Service, parts: Parts
) -> Response:
    """File a protected case about revenge, for an advocate who was told of it; once per cause."""
    case = opened(await parts.reader.document(grievance))
    await parts.alerts.retaliation(case, f"{service}|{body.cause}")
    return JSONResponse({}, status_code=201)


@router.get("/{grievance}/texts/{text_id}")
async def read_text(
    grievance: str,
    text_id: str,
    service: Service,
    parts: Parts,
    purpose: Annotated[Purpose, Query()],
    reader: Reader = None,
) -> Response:
    """Give one text of a case, and no other, to a service that checked the right to it."""
    text = await parts.reader.text(
        grievance, text_id, service=service, purpose=purpose, reader=reader
    )
    return JSONResponse(text, headers={"Cache-Control": "no-store"})


@router.get("/{grievance}/reachable")
async def read_reachable(
    grievance: str,
    service: Service,
    parts: Parts,
    at: Annotated[AwareDatetime, Query()],
    reader: Reader = None,
) -> Response:
    """Tell whether a moment is one at which the person may be reached, and no more."""
    safe = await parts.reader.may_be_called(grievance, at, service=service, reader=reader)
    return JSONResponse({"safe": safe}, headers={"Cache-Control": "no-store"})


@router.get("/{grievance}/words")
async def read_words(
    grievance: str,
    service: Service,
    parts: Parts,
    purpose: Annotated[Purpose, Query()],
    reader: Reader = None,
) -> Response:
    """Give all that was said in a case to a service that checked the right of its reader."""
    words = await parts.reader.words(grievance, service=service, purpose=purpose, reader=reader)
    return JSONResponse(words, headers={"Cache-Control": "no-store"})


@router.get("/{grievance}/attachments/{file_id}")
async def read_file(
    grievance: str,
    file_id: str,
    service: Service,
    parts: Parts,
    purpose: Annotated[Purpose, Query()],
    reader: Reader = None,
) -> Response:
    """Give a file; always as a download, since its content was chosen by somebody unknown."""
    _, data = await parts.reader.file(
        grievance, file_id, service=service, purpose=purpose, reader=reader
    )
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": "attachment", "Cache-Control": "no-store"},
    )


@router.delete("/persons/{grievance}", dependencies=[Depends(require_admin)])
async def erase_person(grievance: str, parts: Parts) -> dict[str, bool]:
    """Erase the person behind a grievance by deleting one key; the case itself stays."""
    result = await parts.reader.erase(grievance, by="operator")
    return {"erased": bool(result["erased"])}
