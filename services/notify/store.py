"""The collection `deliveries`: who is to be told what, each attempt, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import uuid4

from services.notify.domain import advances
from shared.clock import Clock
from shared.due_queue import DueQueue, wake_key
from shared.event_store import EventStore
from shared.group_commit import GroupCommit
from shared.mongo import ASCENDING, Change, Collection, Database, Document, insert_new, update_each

#: How long a claimed delivery is left alone: longer than a whole chunk may take to send.
LEASE = timedelta(seconds=60)
_MOST_IN_MAIL = 500

_UNTOLD: Final[Document] = {"untold": {"$gt": ""}}

#: A delivery id, the status that a gateway tells of it, and when it told.
Receipt = tuple[str, str, datetime]


@dataclass(frozen=True)
class Finish:
    """What becomes of a delivery: fields to set, the attempt to note, and when it wakes again.

    `held` is what the field `guard` must still be: the lease that the delivery was read or begun
    with, or the daily mail that has taken it. When it is not, nothing is written.
    """

    delivery: Document
    fields: Mapping[str, Any]
    held: str
    attempt: Mapping[str, Any] | None = None
    wake_at: datetime | None = None
    guard: Literal["wake", "digest"] = "wake"


class Deliveries:
    """Deliveries of this service. No address and no words of a message are in them.

    `untold` is there, with the time, when a notice could not be handed over; the operator sees it
    unless it is of the protected lane, which is nobody else's to count. `wake` is there while
    something remains to be done, `digest` while a notice waits for a daily
    mail: the office with its place in line, and once a mail has taken it, that mail.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self.collection: Collection = db["deliveries"]
        self.queue = DueQueue(self.collection, clock, lease=LEASE)
        self._clock = clock
        self._receipts: GroupCommit[Receipt, Document | None] = GroupCommit(self._note)

    async def ensure_indexes(self) -> None:
        """Create the indexes: due time, by case, and what waits for a daily mail."""
        await self.queue.ensure_indexes()
        await self.collection.create_index(
            [("reference", ASCENDING), ("at", ASCENDING)], name="by_case"
        )
        await self.collection.create_index(
            [("digest", ASCENDING)],
            name="by_digest",
            sparse=True,
        )
        await self.collection.create_index([("untold", ASCENDING)], name="untold", sparse=True)

    async def insert(self, documents: Sequence[Document]) -> list[Document]:
        """Insert deliveries in one write and return the new ones: a repeat is refused."""
        known = await insert_new(self.collection, documents)
        return [document for document in documents if document["_id"] not in known]

    async def release(self, leases: Iterable[str]) -> None:
        """Let the due queue have what is held under leases at once instead of after them."""
        for lease in leases:
            now = wake_key(self._clock.now(), uuid4().hex)
            await self.collection.update_many({"wake": lease}, {"$set": {"wake": now}})
        self.queue.wakeup.nudge()

    async def begin(self, documents: Sequence[Document]) -> tuple[set[str], str]:
        """Mark deliveries as being attempted, before anything leaves the house.

        Returns the ids that are the caller's, and their new lease. One that is not held as it was
        read is another worker's: a process that was paused may have outlived its lease.
        """
        lease = self.queue.lease()
        fields = {"state": "attempting", "begun_at": self._clock.now(), "wake": lease}
        changes = {d["_id"]: Change(fields, d["wake"]) for d in documents}
        if await update_each(self.collection, changes, guard="wake") == len(changes):
            return set(changes), lease
        found = await self.collection.find({"wake": lease}, {"_id": 1}).to_list(None)
        return {document["_id"] for document in found}, lease

    async def note_interrupted(self, documents: Sequence[Document]) -> list[Document]:
        """Write down attempts that somebody began and nobody ended; return who may be tried again.

        Whether they left is not known: they are marked as perhaps told twice from here on, however
        the next attempt ends.
        """
        changes = {
            d["_id"]: Change({"maybe_twice": True, "attempts": _interrupted(d)}, d["wake"])
            for d in documents
        }
        await update_each(self.collection, changes, guard="wake")
        now = await self.collection.find({"_id": {"$in": list(changes)}}).to_list(None)
        return [d for d in now if d.get("wake") == changes[d["_id"]].expected]

    async def finish(self, finishes: Iterable[Finish]) -> None:
        """Write outcomes; nothing is written to what another worker has taken over."""
        guards: dict[str, dict[str, Change]] = {}
        for finish in finishes:
            guards.setdefault(finish.guard, {})[finish.delivery["_id"]] = _change(finish)
        for guard, changes in guards.items():
            await update_each(self.collection, changes, guard=guard)

    async def of_case(self, reference: str) -> list[Document]:
        """Return the deliveries of a case in the order in which they arose."""
        return (
            await self.collection.find({"reference": reference})
            .sort([("at", ASCENDING)])
            .to_list(None)
        )

    async def untold(self, limit: int) -> list[Document]:
        """Return the first of what could not be told, the oldest first."""
        found = self.collection.find(_UNTOLD).sort([("untold", ASCENDING)]).limit(limit)
        return await found.to_list(None)

    async def count_untold(self) -> int:
        """Return how many notices could not be told."""
        return await self.collection.count_documents(_UNTOLD)

    async def untold_by_id(self, ident: str) -> Document | None:
        """Return a notice that could not be told, None when it was or waits to be."""
        return await self.collection.find_one(_UNTOLD | {"_id": ident})

    async def let_go_again(self, delivery: Document, wake: str, now: datetime) -> bool:
        """Put what could not be told back into the due queue; tell whether nobody was faster."""
        fields = {"state": "queued", "wake": wake, "retried_at": now, "receipt": None}
        done = await self.collection.update_one(
            {"_id": delivery["_id"], "untold": delivery["untold"]},
            {"$set": fields, "$unset": {"untold": "", "reason": ""}},
        )
        self.queue.wakeup.nudge()
        return done.modified_count == 1

    async def give_up(self, delivery: Document) -> None:
        """Leave a notice untold for good."""
        await self.collection.update_one(
            {"_id": delivery["_id"], "untold": delivery["untold"]}, {"$unset": {"untold": ""}}
        )

    async def taken_by(self, mail: Document) -> list[Document]:
        """Return the notices that a daily mail tells; what it has taken no other mail tells."""
        line = f"{mail['recipient']}|"
        waiting = {"$gte": line, "$lte": f"{line}~"}
        found = (
            await self.collection.find({"digest": waiting}, {"digest": 1})
            .sort([("digest", ASCENDING)])
            .limit(_MOST_IN_MAIL)
            .to_list(None)
        )
        if found:
            taken = waiting | {"$lte": found[-1]["digest"]}
            await self.collection.update_many({"digest": taken}, {"$set": {"digest": mail["_id"]}})
        return await self.collection.find({"digest": mail["_id"]}).to_list(None)

    async def note_receipt(self, delivery_id: str, status: str, at: datetime) -> Document | None:
        """Keep a delivery receipt when it says more than is known; None for an unknown delivery.

        Returns the delivery as it was, so that the caller sees what is new. Receipts that come
        while a write is under way share the next one.
        """
        return await self._receipts.submit((delivery_id, status, at))

    async def _note(self, receipts: Sequence[Receipt]) -> list[Document | None]:
        found: dict[str, Document] = {}
        todo = list(receipts)
        while todo:
            ids = [ident for ident, _, _ in todo]
            now = await self.collection.find({"_id": {"$in": ids}}).to_list(None)
            fresh = {delivery["_id"]: delivery for delivery in now}
            found = fresh | found
            todo = await self._advance(todo, fresh)
        return [found.get(ident) for ident, _, _ in receipts]

    async def _advance(
        self, receipts: Sequence[Receipt], known: Mapping[str, Document]
    ) -> list[Receipt]:
        """Write receipts that say more, one for each delivery; return those to look at again."""
        first: dict[str, Receipt] = {}
        again: list[Receipt] = []
        for receipt in receipts:
            ident, status, _ = receipt
            if ident not in known or not advances(known[ident]["receipt"], status):
                continue
            if ident in first:
                again.append(receipt)
            else:
                first[ident] = receipt
        if first:
            changes = {
                ident: _receipt_change(receipt, known[ident]) for ident, receipt in first.items()
            }
            if await update_each(self.collection, changes, guard="receipt") < len(first):
                # Somebody changed a delivery meanwhile; those that were written are behind now.
                again += first.values()
        return again


def untold_since(delivery: Document, at: datetime, failed: bool) -> Document:
    """Return the field of a delivery that failed; a daily mail has it for each of its notices."""
    mail = delivery["reference"] is None and not delivery.get("alert")
    if not failed or mail or delivery.get("lane") == "protected":
        return {}
    return {"untold": wake_key(at, delivery["_id"])}


def told_by(
    mail: Document,
    item: Document,
    fields: Mapping[str, Any],
    attempt: Mapping[str, Any] | None = None,
) -> Finish:
    """Return what becomes of a notice that a daily mail has told, as long as it is that mail's."""
    return Finish(item, fields, mail["_id"], attempt, guard="digest")


def _interrupted(delivery: Document) -> list[Mapping[str, Any]]:
    attempt = {"at": delivery["begun_at"], "outcome": "unknown", "code": "interrupted"}
    return [*delivery["attempts"], attempt]


def _receipt_change(receipt: Receipt, delivery: Document) -> Change:
    _, status, at = receipt
    receipts = [*delivery.get("receipts", []), {"at": at, "status": status}]
    fields = {"receipt": status, "receipts": receipts}
    return Change(fields | untold_since(delivery, at, status == "failed"), delivery["receipt"])


def _change(finish: Finish) -> Change:
    delivery, wake_at = finish.delivery, finish.wake_at
    fields = dict(finish.fields)
    if finish.attempt is not None:
        fields["attempts"] = [*delivery["attempts"], finish.attempt]
    if wake_at is not None:
        return Change({**fields, "wake": wake_key(wake_at, delivery["_id"])}, finish.held)
    return Change(fields, finish.held, tuple({"wake", finish.guard}))


@dataclass(frozen=True)
class Stores:
    """The stores of notify."""

    deliveries: Deliveries
    events: EventStore
