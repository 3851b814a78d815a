"""What intake stores, and the one write that makes many submissions durable together."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.intake.domain import ALERT, Prepared
from services.intake.identifiers import Identity
from services.intake.submission import Attachment
from services.intake.vault import KeyRing, PersonKey
from shared.by_id import ById
from shared.errors import Invalid, TransientError
from shared.event_store import BEGINNING, EventStore
from shared.events.envelope import Event
from shared.ids import derived_id
from shared.mongo import ASCENDING, DESCENDING, Collection, Database, Document, insert_new

OTHER_BODY = "This key was used before with another body; nothing was stored"


class Collision(Exception):
    """The derived reference belongs to another grievance; the next attempt gives another one."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A submission on its way into the store."""

    identity: Identity
    fingerprint: str
    person: str | None
    channel: str
    received_at: datetime
    prepared: Prepared
    raw: bytes
    batch: str | None
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A durable submission: when it was first received, and whether this is a repeat."""

    received_at: datetime
    replayed: bool


Outcome = Stored | Exception


class IntakeStore:
    """The collections of intake; what people said is in them only sealed."""

    def __init__(
        self, db: Database, keys: KeyRing, events: EventStore, appended: Callable[[], None]
    ) -> None:
        self.vault: Collection = db["vault"]
        self.texts: Collection = db["texts"]
        self.attachments: Collection = db["attachments"]
        self.reads: Collection = db["vault_reads"]
        self.preferences: Collection = db["preferences"]
        self.inbox: Collection = db["inbox"]
        self.status: Collection = db["status"]
        self.keys = keys
        self.events = events
        self.appended = appended
        self.vault_by_id = ById(self.vault, {"raw": 0})
        #: What opens a grievance, without anything that was said in it.
        self.doors_by_id = ById(self.vault, {"contact": 0, "words": 0, "raw": 0})
        self.texts_by_id = ById(self.texts)
        self.status_by_id = ById(self.status)

    async def ensure_indexes(self) -> None:
        """Create the indexes, one per query shape."""
        await self.events.ensure_indexes()
        await self.vault.create_index(
            [("person", ASCENDING), ("stored_at", DESCENDING)], name="person"
        )
        await self.texts.create_index([("grievance", ASCENDING), ("at", ASCENDING)], name="words")
        await self.attachments.create_index([("grievance", ASCENDING)], name="files")
        await self.reads.create_index([("at", ASCENDING)], name="at")

    async def flush(self, deposits: Sequence[Deposit]) -> list[Outcome]:
        """Make submissions durable: keys, then the vault, then the events; each step repeats well.

        A crash in between leaves a part that the sender's retry completes, because all ids are
        derived from the channel's own key.
        """
        keys = await self.keys.for_sealing(
            {deposit.person for deposit in deposits if deposit.person},
            {deposit.identity.grievance for deposit in deposits if not deposit.person},
        )
        documents: dict[str, Document] = {}
        for deposit in deposits:
            gid = deposit.identity.grievance
            if gid not in documents:
                documents[gid] = sealed_document(deposit, keys[deposit.person or gid])
        refused = await insert_new(self.vault, list(documents.values()))
        present = documents | await self._present(refused)
        outcomes = _judged(deposits, present, refused)
        accepted = {
            deposit.identity.grievance: (deposit, outcome)
            for deposit, outcome in zip(deposits, outcomes, strict=True)
            if isinstance(outcome, Stored)
        }
        files = [
            document
            for gid, (deposit, _) in accepted.items()
            for document in _files(deposit, present[gid]["kid"], keys[deposit.person or gid])
        ]
        if files:
            await insert_new(self.attachments, files)
        if accepted:
            await self.events.append([_event(*pair) for pair in accepted.values()])
            self.appended()
        return outcomes

    async def _present(self, refused: set[Any]) -> dict[str, Document]:
        if not refused:
            return {}
        found = await self.vault.find(
            {"_id": {"$in": list(refused)}}, {"contact": 0, "words": 0, "raw": 0}
        ).to_list(None)
        if len(found) < len(refused):
            raise TransientError("The store changed while it was written; send it again")
        return {document["_id"]: document for document in found}

    async def of_person(self, person: str, now: datetime, limit: int = 50) -> list[Document]:
        """Return the newest grievances of a person, without content and without alerts."""
        cursor = self.vault.find(
            {"person": person, "stored_at": {"$gte": BEGINNING, "$lte": now}},
            {"contact": 0, "words": 0, "raw": 0},
        )
        found = await cursor.sort([("stored_at", DESCENDING)]).limit(limit).to_list(None)
        return [document for document in found if document["channel"] != ALERT]

    async def statuses(self, grievances: Sequence[str]) -> Mapping[str, Document]:
        """Return the status view of grievances; those not yet opened by the ledger are missing."""
        if not grievances:
            return {}
        found = await self.status.find({"_id": {"$in": list(grievances)}}).to_list(None)
        return {document["_id"]: document for document in found}

    async def status_of(self, grievance: str) -> Document | None:
        """Return the status view of a grievance; None when the ledger has not opened it yet."""
        return await self.status_by_id.find(grievance)


def sealed_document(deposit: Deposit, key: PersonKey) -> Document:
    """Return the vault's document: what is readable in it names nobody and says nothing."""
    gid = deposit.identity.grievance
    prepared = deposit.prepared
    return {
        "_id": gid,
        "person": deposit.person or gid,
        "kid": key.kid,
        "stored_at": deposit.received_at,
        "reference": deposit.identity.reference,
        "channel": deposit.channel,
        "language": prepared.language,
        "key": deposit.identity.key_hash,
        "fingerprint": deposit.fingerprint,
        "code": deposit.identity.code_hash,
        "contact": key.seal(to_json(prepared.contact_record()), f"{gid}|contact"),
        "words": key.seal(to_json(prepared.words_record()), f"{gid}|words"),
        "raw": key.seal(deposit.raw, f"{gid}|raw"),
    }


#: Made once: to make it anew for each value cost as much as to write the value (measured).
_COMPACT: Final = json.JSONEncoder(separators=(",", ":"), default=str)


def to_json(value: Any) -> bytes:
    """Return compact JSON; characters that UTF-8 cannot carry stay escaped."""
    return _COMPACT.encode(value).encode()


def _judged(
    deposits: Sequence[Deposit], present: Mapping[str, Document], refused: set[Any]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    fresh: set[str] = set()
    for deposit in deposits:
        gid = deposit.identity.grievance
        document = present[gid]
        if document["key"] != deposit.identity.key_hash:
            outcomes.append(Collision(gid))
        elif document["fingerprint"] != deposit.fingerprint:
            outcomes.append(Invalid(OTHER_BODY))
        else:
            replayed = gid in refused or gid in fresh
            outcomes.append(Stored(document["stored_at"], replayed))
            fresh.add(gid)
    return outcomes


def _files(deposit: Deposit, kid: str, key: PersonKey) -> list[Document]:
    if key.kid != kid:  # a repeat after the person was erased: nothing is brought back
        return []
    gid = deposit.identity.grievance
    return sealed_files(gid, gid, deposit.prepared.submission.attachments, key)


def sealed_files(
    grievance: str, origin: str, files: Sequence[Attachment], key: PersonKey
) -> list[Document]:
    """Return the documents of files that came with a submission or a message (`origin`)."""
    documents = []
    for number, file in enumerate(files):
        file_id = derived_id(origin, "file", str(number))
        about = {"name": file.name, "content_type": file.content_type, "size": len(file.data)}
        documents.append(
            {
                "_id": file_id,
                "grievance": grievance,
                "kid": key.kid,
                "about": key.seal(to_json(about), f"{file_id}|about"),
                "data": key.seal(file.data, f"{file_id}|data"),
            }
        )
    return documents


def _event(deposit: Deposit, stored: Stored) -> Event:
    identity = deposit.identity
    return Event.derived(
        deposit.prepared.event_data(
            identity.reference, deposit.channel, stored.received_at, deposit.batch
        ),
        subject=identity.grievance,
        sequence=1,
        time=stored.received_at,
        cause=identity.key_hash,
        traceparent=deposit.traceparent,
    )
