"""Leases: which process works on which shard, until when."""

from collections.abc import Callable
from uuid import uuid4

from shared.clock import real_time
from shared.mongo import Collection, Database, DuplicateKeyError


class Leases:
    """Named leases in the collection `leases`, in real time, which no rehearsal clock shortens.

    A process that was stopped for longer than `seconds` and wakes up may still believe that it
    holds its lease: everything done under one is therefore harmless when done twice.
    """

    def __init__(
        self, db: Database, *, seconds: float = 10.0, time: Callable[[], float] = real_time
    ) -> None:
        self._collection: Collection = db["leases"]
        self.seconds = seconds
        self._time = time
        self.holder = uuid4().hex

    async def hold(self, name: str) -> bool:
        """Take or renew a lease; False when somebody else holds it."""
        now = self._time()
        wanted = {"holder": self.holder, "expires_at": now + self.seconds}
        lease = await self._collection.find_one({"_id": name})
        if lease is None:
            try:
                await self._collection.insert_one({"_id": name, "version": 1, **wanted})
            except DuplicateKeyError:
                return False
            return True
        if lease["holder"] != self.holder and lease["expires_at"] > now:
            return False
        result = await self._collection.update_one(
            {"_id": name, "version": lease["version"]},
            {"$set": {**wanted, "version": lease["version"] + 1}},
        )
        return result.modified_count == 1

    async def release(self, name: str) -> None:
        """Give a lease back at once, so that another process need not wait for its end."""
        lease = await self._collection.find_one({"_id": name})
        if lease is not None and lease["holder"] == self.holder:
            await self._collection.update_one(
                {"_id": name, "version": lease["version"]},
                {"$set": {"expires_at": 0.0, "version": lease["version"] + 1}},
            )
