"""Single documents by `_id`: what is asked for at the same moment is one request to the store."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.group_commit import READ_PATIENCE, GroupCommit
from shared.mongo import Collection, Document, insert_new


class ById:
    """Finds and inserts documents one by one for callers that do not know of each other.

    A request of its own for each was half of the processor time that a service spent on the store
    (measured): the driver hands it to a thread and back. A read begins after it was asked for.
    """

    def __init__(self, collection: Collection, projection: Mapping[str, Any] | None = None) -> None:
        self._collection = collection
        self._projection = projection
        self._finds: GroupCommit[str, Document | None] = GroupCommit(
            self._find, patience=READ_PATIENCE
        )
        self._inserts: GroupCommit[Document, bool] = GroupCommit(self._insert)

    async def find(self, ident: str) -> Document | None:
        """Return a document, None when there is none."""
        return await self._finds.submit(ident)

    async def insert(self, document: Document) -> bool:
        """Insert a document durably; False, and nothing changes, when its `_id` is there."""
        return await self._inserts.submit(document)

    async def _find(self, idents: Sequence[str]) -> list[Document | None]:
        query = {"_id": {"$in": list(set(idents))}}
        found = await self._collection.find(query, self._projection).to_list(None)
        by_id = {document["_id"]: document for document in found}
        # Each caller may change what it gets.
        return [dict(by_id[ident]) if ident in by_id else None for ident in idents]

    async def _insert(self, documents: Sequence[Document]) -> list[bool]:
        first: dict[str, Document] = {}
        for document in documents:
            first.setdefault(document["_id"], document)
        known = await insert_new(self._collection, list(first.values()))
        return [first[d["_id"]] is d and d["_id"] not in known for d in documents]
