"""Reading the vault: for a purpose, by a service with a credential, each time recorded."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.intake.identifiers import Identifiers
from services.intake.reads import Reads
from services.intake.store import IntakeStore, to_json
from services.intake.vault import Erased, PersonKey, opened
from shared.clock import Clock
from shared.errors import Invalid, NotFound
from shared.events.envelope import format_time
from shared.hours import quiet_until, safe_windows
from shared.mongo import ASCENDING, Document

CHANNELS = ("sms", "email")


class VaultReader:
    """Opens what is sealed and writes down who did so and why, before anything is handed out."""

    def __init__(self, store: IntakeStore, ids: Identifiers, clock: Clock, reads: Reads) -> None:
        self._store = store
        self._ids = ids
        self._clock = clock
        self._reads = reads

    async def contacts(
        self, grievances: Sequence[str], *, service: str, purpose: str
    ) -> dict[str, dict[str, Any]]:
        """Return how to reach the complainants; unknown grievances are missing in the answer."""
        await self._reads.record(service, purpose, grievances)
        documents = await self._store.vault.find(
            {"_id": {"$in": list(grievances)}}, {"words": 0, "raw": 0}
        ).to_list(None)
        persons = {document["person"] for document in documents}
        keys = await self._store.keys.existing(persons)
        out = await self._opted_out(persons)
        return {
            document["_id"]: _contact(document, keys.get(document["person"]), out)
            for document in documents
        }

    async def _opted_out(self, persons: set[str]) -> set[str]:
        wanted = [f"{person}|{channel}" for person in persons for channel in CHANNELS]
        found = await self._store.preferences.find({"_id": {"$in": wanted}}).to_list(None)
        return {document["_id"] for document in found if document["out"]}

    async def may_be_called(
        self, grievance: str, at: datetime, *, service: str, reader: str | None = None
    ) -> bool:
        """Tell whether a moment is one at which the person said that they may be reached.

        Nothing else is told of when that is: whoever asks learns a yes or a no.
        """
        document = await self.document(grievance)
        await self._reads.record(service, "safe-times", [grievance], reader)
        keys = await self._store.keys.existing({document["person"]})
        known = _contact(document, keys.get(document["person"]), set())
        return quiet_until(at, safe_windows(known["safe_times"])) is None

    async def words(
        self, grievance: str, *, service: str, purpose: str, reader: str | None = None
    ) -> dict[str, Any]:
        """Return everything that was said in a case, oldest first, and what came with it."""
        document = await self.document(grievance)
        await self._reads.record(service, purpose, [grievance], reader)
        key = (await self._store.keys.existing({document["person"]})).get(document["person"])
        first: dict[str, Any] = {}
        erased = False
        try:
            sealed = opened(key, document["kid"], document["words"], f"{grievance}|words")
            first = json.loads(sealed)
        except Erased:
            erased = True
        texts = [
            {
                "id": grievance,
                "kind": "submission",
                "at": format_time(document["stored_at"]),
                "author": "complainant",
                "text": first.pop("text", None),
                "erased": erased,
            }
        ]
        texts += [_text(one, key) for one in await self._texts(grievance)]
        return {"texts": texts, "details": first, "attachments": await self._files(grievance, key)}

    async def text(
        self,
        grievance: str,
        text_id: str,
        *,
        service: str,
        purpose: str,
        reader: str | None = None,
    ) -> dict[str, Any]:
        """Return one later text of a case; raises NotFound."""
        document = await self.document(grievance)
        await self._reads.record(service, purpose, [grievance], reader)
        found = await self._store.texts_by_id.find(text_id)
        if found is None or found["grievance"] != grievance:
            raise NotFound("There is no such text in this case")
        person = document["person"]
        key = (await self._store.keys.existing({person})).get(person)
        return _text(found, key)

    async def texts_of(self, grievance: str, person: str) -> dict[str, str | None]:
        """Return the later texts of a case by id, for the complainant's own tracking page."""
        documents = await self._texts(grievance)
        if not documents:
            return {}
        await self._reads.record("complainant", "tracking", [grievance])
        key = (await self._store.keys.existing({person})).get(person)
        return {document["_id"]: _text(document, key)["text"] for document in documents}

    async def _texts(self, grievance: str) -> list[Document]:
        cursor = self._store.texts.find({"grievance": grievance})
        return await cursor.sort([("at", ASCENDING)]).to_list(None)

    async def _files(self, grievance: str, key: PersonKey | None) -> list[dict[str, Any]]:
        found = await self._store.attachments.find({"grievance": grievance}, {"data": 0}).to_list(
            None
        )
        files = []
        for document in found:
            try:
                about = opened(key, document["kid"], document["about"], f"{document['_id']}|about")
            except Erased:
                files.append({"id": document["_id"], "erased": True})
            else:
                files.append({"id": document["_id"], **json.loads(about), "erased": False})
        return files

    async def file(
        self,
        grievance: str,
        file_id: str,
        *,
        service: str,
        purpose: str,
        reader: str | None = None,
    ) -> tuple[str, bytes]:
        """Return an attachment as content type and bytes; raises NotFound, also when erased."""
        document = await self.document(grievance)
        await self._reads.record(service, purpose, [grievance], reader)
        found: Document | None = await self._store.attachments.find_one({"_id": file_id})
        key = (await self._store.keys.existing({document["person"]})).get(document["person"])
        if found is None or found["grievance"] != grievance:
            raise NotFound("There is no such file in this case")
        try:
            about = opened(key, found["kid"], found["about"], f"{file_id}|about")
            data = opened(key, found["kid"], found["data"], f"{file_id}|data")
        except Erased:
            raise NotFound("There is no such file in this case") from None
        return str(json.loads(about)["content_type"]), data

    async def add_text(
        self, grievance: str, text_id: str, text: str, *, author: str, service: str
    ) -> bool:
        """Keep an officer's words under the id that events point at; True for a repeat."""
        document = await self.document(grievance)
        fingerprint = self._ids.fingerprint({"text": text, "author": author})
        key = (await self._store.keys.for_sealing({document["person"]}))[document["person"]]
        fresh: Document = {
            "_id": text_id,
            "grievance": grievance,
            "person": document["person"],
            "kind": "officer",
            "author": author,
            "at": self._clock.now(),
            "fingerprint": fingerprint,
            "service": service,
            "kid": key.kid,
            "sealed": key.seal(to_json({"text": text}), text_id),
        }
        if await self._store.texts_by_id.insert(fresh):
            return False
        known = await self._store.texts_by_id.find(text_id)
        same = known is not None and known["fingerprint"] == fingerprint
        if known is None or not same or known["grievance"] != grievance:
            raise Invalid("Another text has this id already; nothing was stored")
        return True

    async def document(self, grievance: str) -> Document:
        """Return the vault's document of a grievance, still sealed; raises NotFound."""
        document = await self._store.vault_by_id.find(grievance)
        if document is None:
            raise NotFound("There is no such grievance here")
        return document

    async def erase(self, grievance: str, *, by: str) -> dict[str, Any]:
        """Delete the key of the person behind a grievance: all of theirs becomes unreadable."""
        document = await self.document(grievance)
        await self._reads.record(by, "erasure", [grievance])
        erased = await self._store.keys.erase(document["person"])
        return {"erased": erased}


def _contact(document: Document, key: PersonKey | None, out: set[str]) -> dict[str, Any]:
    gid, person = document["_id"], document["person"]
    given: dict[str, Any] = {}
    erased = False
    try:
        given = json.loads(opened(key, document["kid"], document["contact"], f"{gid}|contact"))
    except Erased:
        erased = True
    return {
        "sms": given.get("sms"),
        "email": given.get("reachable_email"),
        "language": document["language"],
        "opted_out": [channel for channel in CHANNELS if f"{person}|{channel}" in out],
        "discreet": given.get("discreet", True),
        "safe_times": given.get("safe_times"),
        "preferred": given.get("preferred_channel"),
        "erased": erased,
    }


def _text(document: Document, key: PersonKey | None) -> dict[str, Any]:
    text = None
    erased = False
    if "sealed" in document:
        try:
            sealed = opened(key, document["kid"], document["sealed"], document["_id"])
            text = json.loads(sealed)["text"]
        except Erased:
            erased = True
    return {
        "id": document["_id"],
        "kind": document["kind"],
        "at": format_time(document["at"]),
        "author": document["author"],
        "text": text,
        "erased": erased,
    }
