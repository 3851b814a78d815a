"""HTTP of the ledger: cases cut to the caller's sight, commands, and the operator's checks."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from services.ledger.answers import case_answer, case_row, command_answer
from services.ledger.bodies import CaseAnswer, CaseList, CommandAnswer
from services.ledger.commands import COMMANDS
from services.ledger.handlers import open_case, unknown
from services.ledger.linking import answer_together, seen_by_caller
from services.ledger.orders import Asked, give, order_of
from services.ledger.related import TOGETHER, Outcome
from services.ledger.sight import may_read
from services.ledger.store import Ledger
from services.ledger.timeline import View
from services.ledger.vault import read_text, read_words
from services.ledger.verify import record_of, verify_database
from services.ledger.views import Filters, row_of
from shared.access import Caller, caller_of, require_admin
from shared.errors import BadRequest, Conflict, Invalid, NotFound, TransientError
from shared.events.codes import CaseState, Responder
from shared.http import idempotency_key
from shared.waiting import PatientRoute


class _Route(PatientRoute):
    """A case that a caller may see in a moment may be on its way here still."""

    too_early = (Conflict, NotFound)


router = APIRouter(route_class=_Route)


async def ledger_of(request: Request) -> Ledger:
    """Dependency: the ledger, once the store has answered."""
    ledger: Ledger | None = request.app.state.parts
    if ledger is None:
        raise TransientError("The service is starting", retry_after=2)
    return ledger


Parts = Annotated[Ledger, Depends(ledger_of)]
Who = Annotated[Caller, Depends(caller_of)]
Reference = Annotated[str, Path(min_length=1, max_length=40)]
Named = Annotated[str | None, Query(max_length=100)]
TextId = Annotated[str, Path(min_length=1, max_length=60)]


@router.get("/v1/cases", tags=["cases"])
async def list_cases(
    caller: Who,
    ledger: Parts,
    state: CaseState | None = None,
    queue: Responder | None = None,
    open: bool = True,
    due_before: AwareDatetime | None = None,
    holder: Named = None,
    category: Named = None,
    site: Named = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CaseList:
    """List the cases that the caller may see, the earliest due first.

    By category and site those alone are found of which the caller may know them.
    """
    if due_before is not None and not 2000 <= due_before.year < 2200:
        raise Invalid("Not a usable year", errors=[{"field": "due_before", "reason": "year"}])
    filters = Filters(
        state=state,
        queue=queue,
        open=open,
        due_before=due_before,
        holder=holder,
        category=category,
        site=site,
    )
    documents, after = await ledger.views.page(caller, filters, cursor, limit)
    rows = [
        case_row(row_of(document), document.get("released_to", ()), caller.role)
        for document in documents
    ]
    return CaseList(cases=rows, next=after)


@router.get("/v1/cases/{reference}", tags=["cases"])
async def read_case(
    reference: Reference, caller: Who, ledger: Parts, response: Response
) -> CaseAnswer:
    """Return one case as it stands, with its record; 404 when the caller may not see it."""
    draft, sight = await open_case(ledger, reference, caller)
    record = await record_of(ledger.events.collection, draft.case.id)
    related = await seen_by_caller(ledger, draft.case, caller) if sight.full else []
    owed = (await ledger.rules_for(draft)).stages.holders
    answer = case_answer(draft.case, draft.stream, record, View(sight, caller, related, owed))
    response.headers["ETag"] = f'"{answer.version}"'
    response.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/v1/cases/{reference}/words", tags=["cases"])
async def read_case_words(reference: Reference, caller: Who, ledger: Parts) -> Response:
    """Return what was said in a case to those who work for the complainant; the read is kept."""
    draft, sight = await open_case(ledger, reference, caller)
    if not sight.words:
        raise unknown()
    words: dict[str, Any] = await read_words(
        ledger.http, draft.case.id, purpose="case-work", reader=caller.sub
    )
    return JSONResponse(words, headers={"Cache-Control": "no-store"})


@router.get("/v1/cases/{reference}/texts/{text_id}", tags=["cases"])
async def read_case_text(
    reference: Reference, text_id: TextId, caller: Who, ledger: Parts
) -> Response:
    """Return one text that the caller may read: the statement, a question; the read is kept."""
    draft, sight = await open_case(ledger, reference, caller)
    if not may_read(draft.case, sight, caller.organisation, text_id):
        raise unknown()
    text = await read_text(
        ledger.http, draft.case.id, text_id, purpose="released-text", reader=caller.sub
    )
    return JSONResponse(text, headers={"Cache-Control": "no-store"})


@router.post("/v1/cases/{reference}/{command}", tags=["cases"])
async def command_case(
    reference: Reference,
    command: str,
    request: Request,
    response: Response,
    caller: Who,
    ledger: Parts,
    if_match: Annotated[str | None, Header()] = None,
    together: bool = False,
) -> CommandAnswer:
    """Carry out a command: 404 unseen, 409 not possible now, 412 stale, 422 wrong body.

    With `together` it is given to the linked cases too, and the answer tells what became of each.
    """
    if command not in COMMANDS:
        raise NotFound(f"There is no such command; there are {', '.join(COMMANDS)}")
    raw = await request.body()
    opened = await open_case(ledger, reference, caller)
    secret = request.app.state.settings.token_key.get_secret_value()
    asked = Asked(caller, reference, command, idempotency_key(request), _version(if_match))
    order, to = order_of(asked, _json(raw), secret, raw)
    done = await give(ledger, order, to, opened)
    outcomes: list[Outcome] = []
    if together and command in TOGETHER:
        draft, _ = await open_case(ledger, reference, caller)
        outcomes = await answer_together(ledger, order, draft.case.related)
    response.headers["ETag"] = f'"{done.version}"'
    if done.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return command_answer(done.event, done.version, outcomes)


def _json(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not valid JSON") from None


def _version(if_match: str | None) -> int | None:
    """Read the version of an `If-Match` header, with or without quotes and W/."""
    if if_match is None or if_match.strip() == "*":
        return None
    version = if_match.strip().removeprefix("W/").strip('"')
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise BadRequest("If-Match must be the version of the case")
    return int(version)


admin = APIRouter(prefix="/internal", tags=["operator"], dependencies=[Depends(require_admin)])


@admin.get("/verify")
async def verify(ledger: Parts) -> dict[str, Any]:
    """Check the whole record; the answer names every entry that does not hold."""
    return (await verify_database(ledger.db)).to_json()


@admin.post("/views/rebuild")
async def rebuild(ledger: Parts) -> dict[Literal["rebuilt"], int]:
    """Build all list views again from the events."""
    return {"rebuilt": await ledger.rebuild()}


router.include_router(admin)
