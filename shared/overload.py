"""More requests than can be answered in time: who comes on top is sent away at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

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
    def one(self, scope: Scope) -> Iterator["Place"]:
        """Keep a place for a request, which it takes once it is whole and leaves when answered.

        One that is sent slowly takes no place: nobody is to fill them all by sending nothing.
        """
        place = scope[_KEY] = Place(self if self._counts(scope["path"]) else None)
        try:
            yield place
        finally:
            place.leave()

    def moved(self, by: int) -> None:
        """Count so many more, or less."""
        self._now += by


class Place:
    """The place of one request among those that are answered at once; none where nobody counts."""

    def __init__(self, among: AtOnce | None) -> None:
        self._among = among
        self._taken = False

    def take(self) -> None:
        """Be counted from now on."""
        if self._among is not None and not self._taken:
            self._taken = True
            self._among.moved(1)

    def leave(self) -> None:
        """Be counted no more."""
        if self._among is not None and self._taken:
            self._taken = False
            self._among.moved(-1)


@contextmanager
def idle(scope: Scope) -> Iterator[None]:
    """Do not count the request of a scope while it only waits."""
    place: Place | None = scope.get(_KEY)
    if place is None:
        yield
        return
    place.leave()
    try:
        yield
    finally:
        place.take()
