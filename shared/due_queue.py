"""The due queue: documents that must be worked on at a time, claimed by one worker at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.event_store import BEGINNING
from shared.loops import Wakeup, forever
from shared.mongo import ASCENDING, Collection, Document

_IDLE_SECONDS = 1.0


class DueQueue:
    """Claims documents of a collection whose time field has come, the oldest first.

    A claim moves the time field ahead by the lease and counts up the guard field in one guarded
    update, so that of two workers one wins. The owner writes the next time, or removes the field;
    a worker that dies leaves the document to be due again after the lease. Work on a document is
    idempotent: the lease saves work, it is not what keeps effects single.
    """

    def __init__(
        self,
        collection: Collection,
        clock: Clock,
        *,
        field: str = "wake_at",
        guard: str = "version",
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._collection = collection
        self._clock = clock
        self._field = field
        self._guard = guard
        self._lease = lease
        self.wakeup = Wakeup()
        self.oldest: datetime | None = None

    async def ensure_indexes(self) -> None:
        """Create the index of the scan and the one of the guarded update."""
        await self._collection.create_index([(self._field, ASCENDING)], name=f"due_{self._field}")
        await self._collection.create_index(
            [("_id", ASCENDING), (self._guard, ASCENDING)], name=f"guard_{self._guard}"
        )

    def leased_until(self) -> datetime:
        """Return the time until which something claimed now is left alone."""
        return self._clock.now() + self._lease * self._clock.speed

    async def claim(self, limit: int = 100) -> list[Document]:
        """Return up to `limit` due documents that this worker won, oldest first, as they were."""
        due = (
            await self._collection.find(
                {self._field: {"$gte": BEGINNING, "$lte": self._clock.now()}}
            )
            .sort([(self._field, ASCENDING)])
            .limit(limit)
            .to_list(None)
        )
        self.oldest = due[0][self._field] if due else None
        won = await asyncio.gather(*(self._win(document) for document in due))
        return [document for document, mine in zip(due, won, strict=True) if mine]

    async def _win(self, document: Document) -> bool:
        result = await self._collection.update_one(
            {"_id": document["_id"], self._guard: document[self._guard]},
            {"$set": {self._field: self.leased_until()}, "$inc": {self._guard: 1}},
        )
        return result.modified_count == 1

    async def run(self, work: Callable[[Sequence[Document]], Awaitable[None]]) -> None:
        """Claim and work until cancelled; an error leaves the claimed documents to their lease."""

        async def step() -> float | None:
            claimed = await self.claim()
            if not claimed:
                return _IDLE_SECONDS if self.oldest is None else 0.05
            await work(claimed)
            return None

        await forever("due-queue", step, self.wakeup)
