"""The record of who opened the vault, why and when, and the list of it for those who watch."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from shared.access import Caller, caller_of
from shared.clock import Clock
from shared.errors import BadRequest, Forbidden, TransientError
from shared.hours import BANGUI
from shared.mongo import ASCENDING, Collection, Document
from shared.tracing import current, trace_id_of

router = APIRouter(tags=["vault"])

_PAGE: Final = 200


class Read(BaseModel):
    """One opening of the vault; `reader` is an account, None when a service read for itself."""

    at: datetime
    service: str
    reader: str | None
    purpose: str
    cases: int
    references: list[str]


class ReadList(BaseModel):
    """The reads of one day in Bangui, in their order; `next` is the cursor of the next page."""

    day: date
    reads: list[Read]
    next: str | None


class Reads:
    """Writes down each read of the vault before anything is handed out, and lists them."""

    def __init__(self, reads: Collection, status: Collection, clock: Clock) -> None:
        self._reads = reads
        self._status = status
        self._clock = clock

    async def record(
        self, service: str, purpose: str, grievances: Sequence[str], reader: str | None = None
    ) -> None:
        """Write down a read of the vault."""
        await self._reads.insert_one(
            {
                "_id": str(uuid4()),
                "at": self._clock.now(),
                "service": service,
                "reader": reader,
                "purpose": purpose,
                "grievances": list(grievances),
                "trace": trace_id_of(current.get()),
            }
        )

    async def of_day(self, caller: Caller, day: date | None, cursor: str | None) -> ReadList:
        """Return the reads of a day, today by default, as far as they exist for a caller.

        Raises Forbidden and BadRequest. To an administrator a protected case does not exist, nor
        one of which nobody knows yet what it is; references are named to protection alone, and
        of protected cases alone: it protects those, and reads no other.
        """
        if caller.role not in ("protection", "administrator"):
            raise Forbidden("The record of reads is for protection and administrators")
        day = day or self._clock.now().astimezone(BANGUI).date()
        begin = datetime.combine(day, time(), BANGUI)
        query: Document = {"at": {"$gte": begin, "$lt": begin + timedelta(days=1)}}
        found = self._reads.find(query).sort([("at", ASCENDING), ("_id", ASCENDING)])
        after = _after(cursor)
        documents = [one for one in await found.to_list(None) if _place(one) > after]
        page = documents[:_PAGE]
        lanes = await self._cases({gid for one in page for gid in one["grievances"]})
        reads = [read for one in page if (read := _shown(one, lanes, caller)) is not None]
        more = len(documents) > _PAGE
        return ReadList(day=day, reads=reads, next=_place(page[-1]) if more else None)

    async def _cases(self, grievances: set[str]) -> dict[str, Document]:
        query = {"_id": {"$in": list(grievances)}}
        found = await self._status.find(query, {"lane": 1, "reference": 1}).to_list(None)
        return {document["_id"]: document for document in found}


def _place(document: Document) -> str:
    return f"{document['at'].isoformat()}|{document['_id']}"


def _after(cursor: str | None) -> str:
    if cursor is None:
        return ""
    if len(cursor) > 80 or "|" not in cursor:
        raise BadRequest("The cursor is not one that was given out here")
    return cursor


def _shown(document: Document, known: dict[str, Document], caller: Caller) -> Read | None:
    cases = [known.get(gid, {}) for gid in document["grievances"]]
    protected = caller.role == "protection"
    seen = [case for case in cases if protected or case.get("lane") == "open"]
    if cases and not seen:
        return None
    return Read(
        at=document["at"],
        service=document["service"],
        reader=document.get("reader"),
        purpose=document["purpose"],
        cases=len(seen),
        references=[
            case["reference"] for case in seen if protected and case.get("lane") == "protected"
        ],
    )


async def _reads_of(request: Request) -> Reads:
    parts = request.app.state.parts
    if parts is None:
        raise TransientError("The service is starting; send it again", retry_after=2)
    reads: Reads = parts.reads
    return reads


@router.get("/v1/vault/reads")
async def list_reads(
    caller: Annotated[Caller, Depends(caller_of)],
    reads: Annotated[Reads, Depends(_reads_of)],
    response: Response,
    day: date | None = None,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
) -> ReadList:
    """List who opened the vault on a day, and why: for protection and administrators."""
    response.headers["Cache-Control"] = "no-store"
    return await reads.of_day(caller, day, cursor)
