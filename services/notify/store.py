"""The collection `deliveries`: who is to be told what, each attempt, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.notify.audience import COMPLAINANT, Notice, short_name
from services.notify.domain import BANGUI, advances
from shared.clock import Clock
from shared.due_queue import DueQueue
from shared.event_store import EventStore
from shared.events import Event
from shared.events.ledger import CaseEvent
from shared.group_commit import GroupCommit
from shared.ids import derived_id
from shared.mongo import ASCENDING, Collection, Database, Document, UpdateOne, insert_new

#: How long a claimed delivery is left alone: longer than a whole chunk may take to send.
LEASE = timedelta(seconds=60)
_MOST_IN_MAIL = 500

#: A delivery id, the status that a gateway tells of it, and when it told.
Receipt = tuple[str, str, datetime]


@dataclass(frozen=True)
class Finish:
    """What becomes of a delivery: fields to set, the attempt to note, and when it wakes again.

    `guard` is what the delivery must still be: when another worker has taken it over since, nothing
    is written.
    """

    delivery: Document
    fields: Mapping[str, Any]
    attempt: Mapping[str, Any] | None = None
    wake_at: datetime | None = None
    guard: Mapping[str, Any] = field(default_factory=dict)


class Deliveries:
    """Deliveries of this service. No address and no words of a message are in them.

    `wake_at` is there while something remains to be done, `digest` while a notice waits for a daily
    mail: the office, and once a mail has taken it, that mail.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self.collection: Collection = db["deliveries"]
        self.queue = DueQueue(self.collection, clock, lease=LEASE)
        self._clock = clock
        self._receipts: GroupCommit[Receipt, Document | None] = GroupCommit(self._note)

    async def ensure_indexes(self) -> None:
        """Create the indexes: due time, guard, by case, and what waits for a daily mail."""
        await self.queue.ensure_indexes()
        await self.collection.create_index(
            [("_id", ASCENDING), ("version", ASCENDING)], name="guard"
        )
        await self.collection.create_index(
            [("reference", ASCENDING), ("at", ASCENDING)], name="by_case"
        )
        await self.collection.create_index(
            [("digest", ASCENDING)],
            name="by_digest",
            sparse=True,
        )

    async def insert(self, documents: Sequence[Document]) -> list[Document]:
        """Insert deliveries in one write and return the new ones: a repeat is refused."""
        known = await insert_new(self.collection, documents)
        return [document for document in documents if document["_id"] not in known]

    async def release(self, documents: Sequence[Document]) -> None:
        """Let the due queue have freshly inserted deliveries at once instead of after the lease."""
        await self.collection.update_many(
            {"_id": {"$in": [d["_id"] for d in documents]}, "version": documents[0]["version"]},
            {"$set": {"wake_at": self._clock.now()}},
        )
        self.queue.wakeup.nudge()

    async def begin(self, documents: Sequence[Document]) -> tuple[set[str], datetime]:
        """Mark deliveries as being attempted, before anything leaves the house.

        Returns the ids that are the caller's, and their lease. A delivery that has changed since
        it was read is another worker's: a process that was paused may have outlived its lease.
        """
        lease, mine = self.queue.leased_until(), set[str]()
        change = {"$set": {"state": "attempting", "wake_at": lease}, "$inc": {"version": 1}}
        versions: dict[int, list[str]] = {}
        for document in documents:
            versions.setdefault(document["version"], []).append(document["_id"])
        for version, ids in versions.items():
            held = {"_id": {"$in": ids}, "version": version}
            result = await self.collection.update_many(held, change)
            if result.modified_count < len(ids):
                begun = {"_id": {"$in": ids}, "version": version + 1, "wake_at": lease}
                ids = [d["_id"] for d in await self.collection.find(begun).to_list(None)]
            mine.update(ids)
        return mine, lease

    async def note_interrupted(self, documents: Sequence[Document]) -> list[Document]:
        """Write down attempts that somebody began and nobody ended; return who may be tried again.

        Whether they left is not known: they are marked as perhaps told twice from here on, however
        the next attempt ends.
        """
        noted = []
        for document in documents:
            began = document["wake_at"] - LEASE * self._clock.speed
            attempt = {"at": began, "outcome": "unknown", "code": "interrupted"}
            result = await self.collection.update_one(
                {"_id": document["_id"], "version": document["version"]},
                {
                    "$set": {"maybe_twice": True},
                    "$push": {"attempts": attempt},
                    "$inc": {"version": 1},
                },
            )
            if result.modified_count == 1:
                change = {"maybe_twice": True, "version": document["version"] + 1}
                attempts = [*document["attempts"], attempt]
                noted.append(document | change | {"attempts": attempts})
        return noted

    async def finish(self, finishes: Iterable[Finish]) -> None:
        """Write outcomes, with one write for all deliveries that had the same."""
        groups: dict[str, list[Finish]] = {}
        for finish in finishes:
            fields = sorted(finish.fields.items())
            key = repr((fields, finish.attempt, finish.wake_at, finish.guard))
            groups.setdefault(key, []).append(finish)
        for group in groups.values():
            ids = [finish.delivery["_id"] for finish in group]
            wanted = {"_id": {"$in": ids}, **group[0].guard}
            await self.collection.update_many(wanted, _change(group[0]))

    async def of_case(self, reference: str) -> list[Document]:
        """Return the deliveries of a case in the order in which they arose."""
        return (
            await self.collection.find({"reference": reference})
            .sort([("at", ASCENDING)])
            .to_list(None)
        )

    async def taken_by(self, mail: Document) -> list[Document]:
        """Return the notices that a daily mail tells; what it has taken no other mail tells."""
        waiting = {"digest": mail["recipient"]}
        found = await self.collection.find(waiting, {"_id": 1}).limit(_MOST_IN_MAIL).to_list(None)
        if found:
            ids = {"$in": [document["_id"] for document in found]}
            await self.collection.update_many(
                {"_id": ids, **waiting}, {"$set": {"digest": mail["_id"]}}
            )
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
            if ident not in known or not advances(known[ident].get("receipt"), status):
                continue
            if ident in first:
                again.append(receipt)
            else:
                first[ident] = receipt
        if first:
            changes = [_receipt_change(receipt, known[ident]) for ident, receipt in first.items()]
            result = await self.collection.bulk_write(changes, ordered=False)
            if result.modified_count < len(first):
                # Somebody changed a delivery meanwhile; those that were written are behind now.
                again += first.values()
        return again


def _receipt_change(receipt: Receipt, delivery: Document) -> UpdateOne:
    ident, status, at = receipt
    return UpdateOne(
        {"_id": ident, "version": delivery["version"]},
        {
            "$set": {"receipt": status},
            "$push": {"receipts": {"at": at, "status": status}},
            "$inc": {"version": 1},
        },
    )


def _change(finish: Finish) -> Document:
    fields = dict(finish.fields)
    gone = [name for name, value in fields.items() if value is None]
    change: Document = {"$inc": {"version": 1}}
    change["$set"] = {name: value for name, value in fields.items() if value is not None}
    if finish.wake_at is None:
        gone.append("wake_at")
    else:
        change["$set"]["wake_at"] = finish.wake_at
    if gone:
        change["$unset"] = {name: "" for name in gone}
    if finish.attempt is not None:
        change["$push"] = {"attempts": dict(finish.attempt)}
    return change


def delivery_of(notice: Notice, event: Event, data: CaseEvent, *, channel: str) -> Document:
    """Return the delivery document of a notice; its id follows from the event and the party.

    A notice that a case has at most once a day follows from the day (Bangui) instead.
    """
    cause = event.id
    if notice.daily:
        day = event.time.astimezone(BANGUI).date().isoformat()
        cause = f"{event.subject}|{notice.notice}|{day}"
    case = data.case
    return {
        "_id": derived_id(cause, notice.audience, notice.recipient, channel),
        "version": 1,
        "subject": event.subject,
        "reference": case.reference,
        "event": event.id,
        "event_name": short_name(event),
        "at": event.time,
        "notice": notice.notice,
        "audience": notice.audience,
        "recipient": notice.recipient,
        "channel": channel,
        "language": case.language if notice.recipient == COMPLAINANT else "fr",
        "lane": case.lane,
        "holder": case.holder,
        "accused": list(case.accused),
        "params": dict(notice.params),
        "quiet_exempt": notice.quiet_exempt,
        "state": "queued",
        "attempts": [],
        "maybe_twice": False,
        **({"traceparent": event.traceparent} if event.traceparent else {}),
    }


def digest_of(office: str, slot: datetime, notice: str) -> Document:
    """Return the delivery document of an office's daily mail."""
    return {
        "_id": derived_id("digest", office, slot.isoformat()),
        "version": 1,
        "reference": None,
        "at": slot,
        "notice": notice,
        "audience": "holder",
        "recipient": office,
        "channel": "email",
        "language": "fr",
        "params": {},
        "state": "queued",
        "attempts": [],
        "maybe_twice": False,
        "wake_at": slot,
    }


@dataclass(frozen=True)
class Stores:
    """The stores of notify."""

    deliveries: Deliveries
    events: EventStore
