"""Hashes of passphrases (argon2id), in threads, a few at a time."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.ledger.accounts.passphrases import normal
from shared.errors import TransientError

T = TypeVar("T")

_AT_ONCE: Final = 2
_WAITING: Final = 32


class Hasher:
    """Hashes and checks passphrases; without a hash the same work is done for nothing.

    At most two at once (each takes `memory` KiB), and a bounded number that waits: more are told
    to come back, as sign-ins must never take what the cases need.
    """

    def __init__(self, *, memory: int = 46_080, rounds: int = 2, waiting: int = _WAITING) -> None:
        self._argon = PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=1)
        self._nobody = self._argon.hash("nobody has this passphrase")
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._waiting, self._most = 0, waiting

    async def hash(self, passphrase: str) -> str:
        """Return the hash of a passphrase."""
        return await self._in_thread(lambda: self._argon.hash(normal(passphrase)))

    async def verify(self, hashed: str | None, passphrase: str) -> bool:
        """Tell whether a passphrase is the hashed one; with None it takes as long and is wrong."""
        right = await self._in_thread(lambda: self._check(hashed or self._nobody, passphrase))
        return right and hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made at another cost than hashes have now.

        Its check takes another time than that for nobody, which tells that the account exists.
        """
        return self._argon.check_needs_rehash(hashed)

    def _check(self, hashed: str, passphrase: str) -> bool:
        try:
            return self._argon.verify(hashed, normal(passphrase))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most:
            raise TransientError("Too many people sign in at this moment; try again", retry_after=3)
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
