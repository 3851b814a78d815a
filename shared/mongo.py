"""The only module that imports the MongoDB driver."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from bson import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    PyMongoError,
    WTimeoutError,
)

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
Database = AsyncIOMotorDatabase[Document]
Collection = AsyncIOMotorCollection[Document]

#: Errors that pass by themselves when the store is back (server selection is an AutoReconnect).
StoreUnavailable = (AutoReconnect, NetworkTimeout, ExecutionTimeout, WTimeoutError)

_DUPLICATE_KEY = 11000

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "Change",
    "Client",
    "Collection",
    "Database",
    "Document",
    "DuplicateKeyError",
    "PyMongoError",
    "StoreUnavailable",
    "connect",
    "database",
    "each_its_own",
    "insert_new",
    "ping",
    "update_each",
]


def connect(uri: str, *, patience: float = 30.0) -> Client:
    """Open a client inside the running loop; it connects on first use and by itself again.

    `patience` is how many seconds one answer may take; to build an index over a million documents
    takes longer than a service should wait.
    """
    return AsyncIOMotorClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=2_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=int(patience * 1000),
        maxPoolSize=32,
        appname="recours",
    )


def database(client: Client, name: str) -> Database:
    """Return a database whose times are read as aware UTC."""
    options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
    return client.get_database(name, codec_options=options)


async def ping(client: Client) -> None:
    """Ask the server for a sign of life; raises one of StoreUnavailable."""
    await client.admin.command("ping")


async def insert_new(collection: Collection, documents: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Insert documents in one write and return the `_id`s refused by a unique key.

    The refusals may come from `_id` or from another unique index; the caller looks which.
    """
    if not documents:
        return set()
    try:
        await collection.insert_many([dict(d) for d in documents], ordered=False)
    except BulkWriteError as error:
        return _refused_as_duplicates(error, [d["_id"] for d in documents])
    return set()


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one document: fields to set, and names of fields to remove.

    `expected` is what its guard field is compared with: when that does not hold, nothing changes.
    """

    fields: Mapping[str, Any]
    expected: Any
    gone: tuple[str, ...] = ()


async def update_each(
    collection: Collection, changes: Mapping[Any, Change], *, guard: str, compare: str = "$eq"
) -> int:
    """Give each document fields of its own in one write; return how many were changed.

    A document changes only if `compare` (an aggregation operator) holds between its `guard` field
    and what is expected, which is decided as it is written. By one pipeline for all, as the
    embedded server takes 30 µs a document for it and 200 to 400 for updates one by one, and reads
    the whole collection for a second field beside a list of ids (all measured).
    """
    if not changes:
        return 0
    mine = {
        ident: {"expected": one.expected, "fields": {**one.fields, **dict.fromkeys(one.gone)}}
        for ident, one in changes.items()
    }
    changed = {
        "$cond": [
            {compare: [f"${guard}", "$$mine.expected"]},
            {"$mergeObjects": ["$$ROOT", "$$mine.fields"]},
            "$$ROOT",
        ]
    }
    steps = [each_its_own(mine, changed)]
    if gone := {name for one in changes.values() for name in one.gone}:
        steps.append({"$set": {name: {"$ifNull": [f"${name}", "$$REMOVE"]} for name in gone}})
    result = await collection.update_many({"_id": {"$in": list(changes)}}, steps)
    return result.modified_count


def each_its_own(mine: Mapping[Any, Document], changed: Document) -> Document:
    """Return the step of an update in which each document, by its id, has its own as `$$mine`.

    `changed` is the expression of what becomes of a document.
    """
    of_this = {"$indexOfArray": [{"$literal": list(mine)}, "$_id"]}
    found = {"mine": {"$arrayElemAt": [{"$literal": list(mine.values())}, of_this]}}
    return {"$replaceWith": {"$let": {"vars": found, "in": changed}}}


def _refused_as_duplicates(error: BulkWriteError, ids: Iterable[Any]) -> set[Any]:
    """Return the ids whose write failed on a unique key; raises the error for any other failure."""
    by_index = list(ids)
    failures = error.details.get("writeErrors", [])
    if error.details.get("writeConcernErrors") or any(
        failure.get("code") != _DUPLICATE_KEY for failure in failures
    ):
        raise error
    return {by_index[failure["index"]] for failure in failures}
