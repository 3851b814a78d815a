"""`/v1/imports`: a dry run with a verdict per row, then all accepted rows or none."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse

from services.intake.domain import Policy, prepare
from services.intake.handlers import Handlers
from services.intake.import_files import MAX_FILE_BYTES, FileProblem, Table, read_table
from services.intake.import_store import ImportStore, Staging, submission_of
from services.intake.imports import Note, Verdict, file_hash, import_id, judge
from services.intake.mappings import ImportMapping, choose, load_mappings, nearest
from services.intake.vault import KeyRing
from shared.access import Caller, bearer, read_token, same_secret
from shared.clock import Clock
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, TransientError
from shared.events.envelope import format_time
from shared.hours import BANGUI
from shared.mongo import Database, Document

router = APIRouter(tags=["imports"])
ROLES: Final = ("representative", "administrator", "protection")
#: A multipart body is a little larger than the file in it.
BODY_LIMIT: Final = MAX_FILE_BYTES + 64 * 1024
_PATIENCE: Final = 25.0


@dataclass
class Imports:
    """What the import endpoints work with; `run` is a background task of the service."""

    store: ImportStore
    handlers: Handlers
    clock: Clock
    mappings: Mapping[str, ImportMapping]
    filing: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Go on with confirmed imports and forget expired ones, until cancelled."""
        await self.store.due.run(self.store.work)

    def begin(self, import_id: str) -> asyncio.Task[None]:
        """File a confirmed import in the background, once at a time."""
        running = self.filing.get(import_id)
        if running is None or running.done():
            running = asyncio.create_task(self.store.file(import_id), name="import")
            self.filing[import_id] = running
            running.add_done_callback(lambda _: self.filing.pop(import_id, None))
        return running


async def build_imports(
    db: Database, keys: KeyRing, handlers: Handlers, clock: Clock, policy_dir: Path
) -> Imports:
    """Return the import part of intake; raises MappingError for a mapping file with a mistake."""
    store = ImportStore(db, keys, handlers, clock)
    await store.ensure_indexes()
    mappings = load_mappings(policy_dir / "imports", handlers.policy().taxonomy.categories)
    return Imports(store, handlers, clock, mappings)


def importer_of(request: Request) -> Caller:
    """Return who imports: a role that registers complaints, or the operator's credential."""
    settings = request.app.state.settings
    given = bearer(request)
    if same_secret(given, settings.admin_credential.get_secret_value()):
        return Caller("operator", "administrator", None)
    caller = read_token(settings.token_key.get_secret_value(), given)
    if caller.role not in ROLES:
        raise Forbidden(f"Importing needs one of the roles {', '.join(ROLES)}")
    return caller


def imports_of(request: Request) -> Imports:
    """Return the import part of the running service; 503 while it waits for its store."""
    if request.app.state.parts is None:
        raise TransientError("The service is starting; send it again", retry_after=2)
    imports: Imports = request.app.state.parts.imports
    return imports


@router.post("/v1/imports", status_code=201)
async def stage_import(
    request: Request,
    file: Annotated[UploadFile, File(description="CSV or XLSX, at most 5 MB and 20,000 rows")],
    mapping: Annotated[str | None, Form()] = None,
    encoding: Annotated[str | None, Form()] = None,
) -> JSONResponse:
    """Read a register without filing anything: a verdict per row, kept sealed for 7 days."""
    caller = importer_of(request)
    imports = imports_of(request)
    content = await file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise TooLarge("The file is larger than 5 MB; nothing was kept")
    staging = await asyncio.to_thread(
        judged,
        content,
        encoding or None,
        mapping or None,
        imports.mappings,
        imports.handlers.policy(),
        imports.clock.now().astimezone(BANGUI).date(),
    )
    staging = replace(staging, by=caller.sub, organisation=caller.organisation)
    document, known = await imports.store.stage(staging)
    if not _may_see(caller, document):
        raise Conflict("This file was sent before by somebody else")
    body = {**told(document), "report": await imports.store.rows(document)}
    headers = {"Location": f"/v1/imports/{document['_id']}"}
    if known:
        headers["Idempotency-Replayed"] = "true"
    return JSONResponse(body, status_code=200 if known else 201, headers=headers)


@router.get("/v1/imports/{import_id}")
async def show_import(
    request: Request, import_id: str, rows: Annotated[bool, Query()] = True
) -> dict[str, Any]:
    """Return how far an import is, and the reference of each row that is filed."""
    imports = imports_of(request)
    document = await _visible(request, imports, import_id)
    return await _progress(imports, document, rows)


@router.post("/v1/imports/{import_id}/confirm")
async def confirm_import(request: Request, import_id: str) -> JSONResponse:
    """File all accepted rows; 200 when done, 202 while it goes on in the background."""
    caller = importer_of(request)
    imports = imports_of(request)
    document = await _visible(request, imports, import_id)
    representative = caller.organisation if caller.role == "representative" else None
    document = await imports.store.confirm(import_id, caller.sub, representative)
    if document["state"] == "confirmed":
        task = imports.begin(import_id)
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        if done and task.exception() is not None:
            # The flag stands: the due queue files the rest by itself.
            imports.store.due.wakeup.nudge()
        document = await imports.store.get(import_id)
    body = await _progress(imports, document, True)
    return JSONResponse(body, status_code=200 if document["state"] == "filed" else 202)


async def _visible(request: Request, imports: Imports, import_id: str) -> Document:
    caller = importer_of(request)
    document = await imports.store.get(import_id)
    if not _may_see(caller, document):
        raise NotFound("There is no such import")
    return document


def _may_see(caller: Caller, document: Document) -> bool:
    return caller.role == "administrator" or caller.organisation == document["organisation"]


async def _progress(imports: Imports, document: Document, with_rows: bool) -> dict[str, Any]:
    rows = await imports.store.rows(document)
    filed = sum(1 for row in rows if row["reference"])
    body: dict[str, Any] = {**told(document), "filed": filed}
    return {**body, "report": rows} if with_rows else body


def told(document: Document) -> dict[str, Any]:
    """Return an import as it is told: no word of any row."""
    return {
        "id": document["_id"],
        "state": document["state"],
        "sha256": document["sha256"],
        "mapping": document["mapping"],
        "encoding": document["encoding"],
        "delimiter": document["delimiter"],
        "counts": document["counts"],
        "staged_at": format_time(document["staged_at"]),
        "expires_at": format_time(document["expires_at"]),
        "confirm_url": f"/v1/imports/{document['_id']}/confirm",
    }


def judged(
    content: bytes,
    encoding: str | None,
    wanted: str | None,
    mappings: Mapping[str, ImportMapping],
    policy: Policy,
    today: date,
) -> Staging:
    """Read and judge a file; raises Invalid when it cannot be taken as a whole."""
    try:
        table = read_table(content, encoding)
    except FileProblem as problem:
        raise Invalid(problem.detail, code=problem.code, **problem.members) from None
    mapping = _mapping_for(table, wanted, mappings)
    digest = file_hash(content)
    return Staging(
        id=import_id(digest, mapping.name, table.encoding),
        sha256=digest,
        mapping=mapping.name,
        encoding=table.encoding,
        delimiter=table.delimiter,
        blank=table.blank,
        verdicts=[_filed_as(verdict, policy, today) for verdict in judge(table, mapping, today)],
        by="",
        organisation=None,
    )


def _mapping_for(
    table: Table, wanted: str | None, mappings: Mapping[str, ImportMapping]
) -> ImportMapping:
    if wanted and wanted not in mappings:
        raise Invalid("There is no such mapping", code="unknown-mapping", choices=sorted(mappings))
    mapping = mappings[wanted] if wanted else choose(mappings, table.header)
    closest = mapping or nearest(mappings, table.header)
    if mapping is None or mapping.missing(table.header):
        missing = closest.missing(table.header) if closest else []
        raise Invalid(
            f"These columns are missing: {', '.join(missing)}",
            code="missing-columns",
            missing=missing,
            mapping=closest.name if closest else None,
            choices=sorted(mappings),
        )
    return mapping


def _filed_as(verdict: Verdict, policy: Policy, today: date) -> Verdict:
    """Try the draft on the domain, so that filing later can refuse nothing."""
    if verdict.draft is None:
        return verdict
    try:
        prepared = prepare(submission_of(verdict.draft.to_dict()), policy, today, cut=True)
    except Invalid:
        return replace(verdict, reasons=(*verdict.reasons, Note("not-taken")), draft=None)
    if any(note.field == "site" for note in prepared.notes):
        return replace(verdict, warnings=(*verdict.warnings, Note("site-unknown")))
    return verdict
