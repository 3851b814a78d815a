"""How often somebody may try: counted in the store, so that it holds over processes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from shared.clock import Clock
from shared.errors import TooMany
from shared.mongo import Collection, Database, Document, insert_new

_WINDOW: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Limits:
    """Tries in a quarter of an hour: for one account, and from one address."""

    account: int = 10
    address: int = 100


class Throttle:
    """Counts a try before it is looked at: of many at once, no more get through than may."""

    def __init__(self, db: Database, clock: Clock, limits: Limits) -> None:
        self.collection: Collection = db["account_tries"]
        self._clock, self._limits = clock, limits

    async def take(self, account: str, address: str) -> None:
        """Count a try; raises TooMany with the time after which it is worth another one."""
        await self.take_address(address)
        await self._take(f"account:{account}", self._limits.account)

    async def take_address(self, address: str) -> None:
        """Count a try from an address alone."""
        await self._take(f"address:{address}", self._limits.address)

    async def _take(self, name: str, most: int) -> None:
        window, ends = self._window()
        if await self._count(f"{name}:{window}", ends) > most:
            wait = ceil((ends - self._clock.now()).total_seconds())
            raise TooMany("Too many tries; wait before the next one", retry_after=max(1, wait))

    async def forget(self, account: str) -> None:
        """Begin to count anew: the holder has shown who it is."""
        window, _ = self._window()
        await self.collection.delete_one({"_id": f"account:{account}:{window}"})

    async def purge(self) -> None:
        """Delete the counts of windows that are over."""
        await self.collection.delete_many({"until": {"$lt": self._clock.now()}})

    def _window(self) -> tuple[int, datetime]:
        number = int(self._clock.now().timestamp() // _WINDOW.total_seconds())
        return number, datetime.fromtimestamp((number + 1) * _WINDOW.total_seconds(), UTC)

    async def _count(self, key: str, until: datetime) -> int:
        # Not by an upsert: of several at once the embedded server counts all, and tells some of
        # them that there was nothing (seen), which a second try would then count twice.
        for _ in range(4):
            counted: Document | None = await self.collection.find_one_and_update(
                {"_id": key}, {"$inc": {"tries": 1}}, return_document=True
            )
            if counted is not None:
                return int(counted["tries"])
            await insert_new(self.collection, [{"_id": key, "tries": 0, "until": until}])
        raise TooMany("Too many tries; wait before the next one", retry_after=1)
