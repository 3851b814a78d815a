"""The due queue: documents that must be worked on at a time, claimed by one worker at a time."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from shared.clock import Clock
from shared.event_store import BEGINNING
from shared.loops import Wakeup, forever
from shared.mongo import ASCENDING, Collection, Document

_IDLE_SECONDS = 1.0


class DueQueue:
    """Claims documents of a collection whose time field has come, the oldest first.

    A claim moves the time field ahead by the lease and leaves its mark, both in one update that
    takes only what is still due, so that of two workers one wins. The owner writes the next time,
    or removes the field; a worker that dies leaves the document to be due again after the lease.
    Work on a document is idempotent: the lease saves work, it is not what keeps effects single.
    """

    def __init__(
        self,
        collection: Collection,
        clock: Clock,
        *,
        field: str = "wake_at",
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._collection = collection
        self._clock = clock
        self._field = field
        self._lease = lease
        self.wakeup = Wakeup()
        self.oldest: datetime | None = None

    async def ensure_indexes(self) -> None:
        """Create the index of the scan, and the one of the claim, which filters on two fields."""
        await self._collection.create_index([(self._field, ASCENDING)], name=f"due_{self._field}")
        await self._collection.create_index(
            [("_id", ASCENDING), (self._field, ASCENDING)], name=f"claim_{self._field}"
        )

    def leased_until(self) -> datetime:
        """Return the time until which something claimed now is left alone."""
        return self._clock.now() + self._lease * self._clock.speed

    async def claim(self, limit: int = 100) -> list[Document]:
        """Return up to `limit` due documents that this worker won, the oldest first.

        Their time field is the one they were due at.
        """
        come = {"$gte": BEGINNING, "$lte": self._clock.now()}
        found = (
            await self._collection.find({self._field: come}, {self._field: 1})
            .sort([(self._field, ASCENDING)])
            .limit(limit)
            .to_list(None)
        )
        self.oldest = found[0][self._field] if found else None
        if not found:
            return []
        ids, mark = [document["_id"] for document in found], uuid4().hex
        await self._collection.update_many(
            {"_id": {"$in": ids}, self._field: come},
            {"$set": {self._field: self.leased_until(), "claim": mark}},
        )
        won = await self._collection.find({"_id": {"$in": ids}}).to_list(None)
        mine = {document["_id"]: document for document in won if document.get("claim") == mark}
        return [mine[due["_id"]] | due for due in found if due["_id"] in mine]

    async def run(self, work: Callable[[Sequence[Document]], Awaitable[None]]) -> None:
        """Claim and work until cancelled; an error leaves the claimed documents to their lease."""

        async def step() -> float | None:
            claimed = await self.claim()
            if not claimed:
                return _IDLE_SECONDS if self.oldest is None else 0.05
            await work(claimed)
            return None

        await forever("due-queue", step, self.wakeup)
