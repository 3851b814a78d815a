"""More requests than can be answered in time: who comes on top is sent away at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.types import Scope

_KEY: Final = "recours.at_once"


class AtOnce:
    """How many requests of some paths are being answered, and how many may be.

    A request that is read, checked and then given up costs as much as one that is stored: offered
    ten times what it can do, a service that refused late stored an eighth of it (measured).
    """

    def __init__(self, most: int, counts: Callable[[str], bool]) -> None:
        self._most = most
        self._counts = counts
        self._now = 0

    def too_many(self, path: str) -> bool:
        """Tell whether a request of this path is one too many."""
        return self._now >= self._most and self._counts(path)

    @contextmanager
    def one(self, scope: Scope) -> Iterator[None]:
        """Count a request for as long as it is answered."""
        if not self._counts(scope["path"]):
            yield
            return
        self._now += 1
        scope[_KEY] = self
        try:
            yield
        finally:
            self._now -= 1

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Do not count a request meanwhile: it only waits."""
        self._now -= 1
        try:
            yield
        finally:
            self._now += 1


@contextmanager
def idle(scope: Scope) -> Iterator[None]:
    """Do not count the request of a scope while it only waits, where requests are counted."""
    at_once: Any = scope.get(_KEY)
    if at_once is None:
        yield
        return
    with at_once.idle():
        yield
