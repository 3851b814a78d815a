"""Group commit: requests that arrive while a write is under way share the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from shared.errors import TransientError

#: After how many seconds a read is no longer waited for by those who come after it.
READ_PATIENCE: Final = 0.5

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Gathers items for as long as the previous write takes and hands them to `flush` at once.

    Each caller waits for its own result and gets its own error. More than `limit` waiting items
    are refused with TransientError, so that an overload is told and not hidden. With `patience`
    (seconds) the next flush begins beside one that takes longer, as a connection that hangs must
    not hold up those who only read.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        largest: int = 500,
        limit: int = 5_000,
        patience: float | None = None,
    ) -> None:
        self._flush = flush
        self._largest = largest
        self._limit = limit
        self._patience = patience
        self._slow: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._worker: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many items wait for the next write."""
        return len(self._waiting)

    async def submit(self, item: Item) -> Result:
        """Hand in an item and return its result once it is durable."""
        if len(self._waiting) >= self._limit:
            raise TransientError("Too much is waiting to be stored", retry_after=2)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._drain(), name="group-commit")
        return await future

    async def _drain(self) -> None:
        try:
            # One turn of the loop lets requests that are ready now join the first write.
            await asyncio.sleep(0)
            while self._waiting:
                batch, self._waiting = (
                    self._waiting[: self._largest],
                    self._waiting[self._largest :],
                )
                if self._patience is None:
                    await self._write(batch)
                else:
                    await self._write_with_patience(batch)
        finally:
            self._worker = None

    async def _write_with_patience(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        write = asyncio.create_task(self._write(batch), name="group-commit")
        self._slow.add(write)
        write.add_done_callback(self._slow.discard)
        await asyncio.wait({write}, timeout=self._patience)

    async def _write(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        outcomes: Sequence[Result | Exception]
        try:
            outcomes = await self._flush([item for item, _ in batch])
        except Exception as error:  # each waiting caller gets it
            outcomes = [error] * len(batch)
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
