"""Imports as stored: staged sealed, confirmed by one flag, filed in chunks that repeat well.

The confirm flag on the import's document is the commit point. Whatever dies after it is gone on
with by the due queue, and rows that are already filed answer with the reference they have.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from services.intake.handlers import Filing, Handlers
from services.intake.imports import Verdict, counts, row_key
from services.intake.store import to_json
from services.intake.submission import Contact, Submission
from services.intake.vault import Erased, KeyRing, PersonKey, opened
from shared.clock import Clock
from shared.due_queue import DueQueue, wake_key
from shared.errors import Conflict, NotFound, TransientError
from shared.mongo import ASCENDING, Collection, Database, Document, insert_new

KEPT: Final = timedelta(days=7)
CHUNK: Final = 500
_EXPIRED = "The import was not confirmed within 7 days; send the file again"


@dataclass(frozen=True, slots=True)
class Staging:
    """A judged file on its way into the store; `organisation` may see and confirm it."""

    id: str
    sha256: str
    mapping: str
    encoding: str | None
    delimiter: str | None
    blank: int
    verdicts: Sequence[Verdict]
    by: str
    organisation: str | None


class ImportStore:
    """The collections `imports` and `import_chunks`; drafts are sealed with a key per import."""

    def __init__(self, db: Database, keys: KeyRing, handlers: Handlers, clock: Clock) -> None:
        self.imports: Collection = db["imports"]
        self.chunks: Collection = db["import_chunks"]
        self.due = DueQueue(self.imports, clock)
        self._keys = keys
        self._handlers = handlers
        self._clock = clock

    async def ensure_indexes(self) -> None:
        """Create the indexes, one per query shape."""
        await self.due.ensure_indexes()
        await self.chunks.create_index([("import", ASCENDING), ("n", ASCENDING)], name="parts")

    async def get(self, import_id: str) -> Document:
        """Return the document of an import; raises NotFound."""
        document: Document | None = await self.imports.find_one({"_id": import_id})
        if document is None:
            raise NotFound("There is no such import")
        return document

    async def stage(self, staging: Staging) -> tuple[Document, bool]:
        """Keep a judged file; returns its document and whether it was known before."""
        fresh = self._document(staging)
        if await insert_new(self.imports, [fresh]):
            known = await self.get(staging.id)
            if known["state"] not in ("staging", "expired"):
                return known, True
            # A crash while staging, or an expired file: begun again with the same id.
            await self._move(known, {**fresh, "version": known["version"]})
            fresh["version"] = known["version"] + 1
        await self._write_chunks(staging)
        await self._move(fresh, {"state": "staged"})
        return await self.get(staging.id), False

    def _document(self, staging: Staging) -> Document:
        now = self._clock.now()
        return {
            "_id": staging.id,
            "state": "staging",
            "version": 1,
            "wake": wake_key(now + KEPT, staging.id),
            "sha256": staging.sha256,
            "mapping": staging.mapping,
            "encoding": staging.encoding,
            "delimiter": staging.delimiter,
            "counts": {**counts(list(staging.verdicts)), "blank": staging.blank},
            "chunks": -(-len(staging.verdicts) // CHUNK),
            "staged_at": now,
            "expires_at": now + KEPT,
            "by": staging.by,
            "organisation": staging.organisation,
        }

    async def _write_chunks(self, staging: Staging) -> None:
        await self.chunks.delete_many({"import": staging.id})
        key = (await self._keys.for_sealing({_person(staging.id)}))[_person(staging.id)]
        for n, start in enumerate(range(0, len(staging.verdicts), CHUNK)):
            part = staging.verdicts[start : start + CHUNK]
            chunk_id = f"{staging.id}:{n:04d}"
            drafts = {str(v.row): v.draft.to_dict() for v in part if v.draft}
            document = {
                "_id": chunk_id,
                "import": staging.id,
                "n": n,
                "verdicts": [verdict.told() for verdict in part],
                "kid": key.kid,
                "sealed": key.seal(zlib.compress(to_json(drafts)), chunk_id),
                "filed": None,
            }
            await self.chunks.update_one({"_id": chunk_id}, {"$set": document}, upsert=True)

    async def _move(self, document: Document, change: Mapping[str, Any]) -> bool:
        """Change an import as it was read; False when somebody else was first."""
        update = {name: value for name, value in change.items() if name not in ("_id", "version")}
        result = await self.imports.update_one(
            {"_id": document["_id"], "version": document["version"]},
            {"$set": update, "$inc": {"version": 1}},
        )
        return result.modified_count == 1

    async def confirm(self, import_id: str, by: str, representative: str | None) -> Document:
        """Set the confirm flag, the commit point; a repeat changes nothing."""
        for _ in range(5):
            document = await self.get(import_id)
            if document["state"] in ("confirmed", "filed"):
                return document
            if document["state"] == "expired" or document["expires_at"] <= self._clock.now():
                raise Conflict(_EXPIRED, state="expired")
            if document["state"] == "staging":
                raise Conflict("The file was not read to its end; send it again", state="staging")
            change = {
                "state": "confirmed",
                "confirmed_at": self._clock.now(),
                "confirmed_by": by,
                "representative": representative,
                "wake": self.due.lease(),
            }
            if await self._move(document, change):
                return await self.get(import_id)
        raise TransientError("The import is being changed; send it again")

    async def work(self, documents: Sequence[Document]) -> None:
        """Go on with imports that are due: file what was confirmed, forget what was not."""
        for document in documents:
            if document["state"] == "confirmed":
                await self.file(document["_id"])
            else:
                await self._expire(document)

    async def _expire(self, document: Document) -> None:
        now = await self.get(document["_id"])
        if now["state"] not in ("staging", "staged") or now["expires_at"] > self._clock.now():
            return
        if await self._move(now, {"state": "expired"}):
            await self._forget(document["_id"])

    async def _forget(self, import_id: str) -> None:
        """Erase the key, the sealed drafts and the next waking time."""
        await self._keys.erase(_person(import_id))
        await self.chunks.update_many({"import": import_id}, {"$unset": {"sealed": ""}})
        await self.imports.update_one({"_id": import_id}, {"$unset": {"wake": ""}})

    async def file(self, import_id: str) -> None:
        """File every accepted row of a confirmed import; may be called again at any point."""
        document = await self.get(import_id)
        if document["state"] != "confirmed":
            return
        keys = await self._keys.existing({_person(import_id)})
        for n in range(document["chunks"]):
            chunk = await self.chunks.find_one({"_id": f"{import_id}:{n:04d}"})
            if chunk is None:
                raise TransientError("A part of the import is missing")
            if chunk["filed"] is None:
                await self._file_chunk(document, chunk, keys.get(_person(import_id)))
        while document["state"] == "confirmed":
            change = {"state": "filed", "filed_at": self._clock.now()}
            if await self._move(document, change):
                break
            document = await self.get(import_id)
        await self._forget(import_id)

    async def _file_chunk(self, document: Document, chunk: Document, key: PersonKey | None) -> None:
        try:
            sealed = opened(key, chunk["kid"], chunk["sealed"], chunk["_id"])
        except Erased:
            raise TransientError("The key of a confirmed import is missing") from None
        drafts: dict[str, Any] = json.loads(zlib.decompress(sealed))
        filings = [
            filing_of(draft, document["sha256"], int(row), document.get("representative"))
            for row, draft in drafts.items()
        ]
        receipts = await self._handlers.submit_many(
            filings, channel="import", batch=document["_id"]
        )
        filed: dict[str, str] = {}
        for row, receipt in zip(drafts, receipts, strict=True):
            if isinstance(receipt, Exception):
                raise receipt
            filed[row] = receipt.reference
        await self.chunks.update_one(
            {"_id": chunk["_id"]}, {"$set": {"filed": filed}, "$unset": {"sealed": ""}}
        )

    async def rows(self, document: Document) -> list[dict[str, Any]]:
        """Return the verdicts in their order, with the reference of each row that is filed."""
        chunks = (
            await self.chunks.find({"import": document["_id"], "n": {"$gte": 0}})
            .sort([("n", ASCENDING)])
            .to_list(None)
        )
        told = []
        for chunk in chunks:
            filed = chunk["filed"] or {}
            for verdict in chunk["verdicts"]:
                told.append({**verdict, "reference": filed.get(str(verdict["row"]))})
        return told


def _person(import_id: str) -> str:
    return f"import|{import_id}"


def submission_of(draft: Mapping[str, Any], representative: str | None = None) -> Submission:
    """Return the submission that a draft makes."""
    return Submission(
        text=draft["text"] or None,
        language=draft["language"],
        category=draft["category"],
        site_text=_line(draft["site_text"]),
        organisation_text=_line(draft["organisation_text"]),
        occurred_on=draft["occurred_on"],
        contact=Contact(
            name=_line(draft["name"]), phone=_line(draft["phone"]), email=_line(draft["email"])
        ),
        representative=representative,
    )


def _line(text: str | None) -> str | None:
    return text[:2_000] if text else None


def filing_of(
    draft: Mapping[str, Any], sha256: str, row: int, representative: str | None
) -> Filing:
    """Return the filing of a row: its key is the file's hash and the row's number."""
    key = row_key(sha256, row)
    return Filing(
        submission_of(draft, representative), key, dict(draft["raw"]), body={"row": key}, cut=True
    )
