"""`Prefer: wait` (RFC 7240): a request that comes too early waits for what is on its way."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any, ClassVar, Final
from weakref import WeakValueDictionary

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Scope

from shared.errors import Conflict, DomainError
from shared.ids import grievance_id
from shared.overload import idle

_WAIT: Final = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])', re.IGNORECASE)
_LONGEST_SECONDS: Final = 20.0
#: Another replica may have made the change: it wakes nobody here.
_LOOK_AGAIN_SECONDS: Final = 2.0
#: More than this many wait for no case: who comes then is answered at once.
_MOST_AWAITED: Final = 1_000


class Changes:
    """Wakes the requests that wait for a grievance when this process has seen it change."""

    def __init__(self) -> None:
        self._awaited: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def tell(self, grievances: Iterable[str]) -> None:
        """Wake who waits for any of these."""
        for grievance in grievances:
            if event := self._awaited.pop(grievance, None):
                event.set()

    @property
    def awaited(self) -> int:
        """How many grievances somebody waits for."""
        return len(self._awaited)

    def next_of(self, grievance: str) -> asyncio.Event | None:
        """Return what is set at the next change; None when too many are waited for.

        Then for those too that somebody waits for already, as who is refused at once and who is
        not would tell of it.
        """
        if self.awaited >= _MOST_AWAITED:
            return None
        event = self._awaited.get(grievance)
        if event is None:
            event = self._awaited[grievance] = asyncio.Event()
        return event


def preferred_wait(request: Request) -> float:
    """Return how many seconds the caller would rather wait than be refused; 0 when not said."""
    said = _WAIT.search(",".join(request.headers.getlist("prefer")))
    return min(float(said[1]), _LONGEST_SECONDS) if said else 0.0


class PatientRoute(APIRoute):
    """Tries a request again at each change of its grievance, for as long as its caller waits.

    What is refused after that is refused as without waiting. Its path has a `reference`, and the
    service's parts have `changes`.
    """

    too_early: ClassVar[tuple[type[DomainError], ...]] = (Conflict,)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the endpoint, with patience."""
        handle = super().get_route_handler()

        async def patient(request: Request) -> Response:
            seconds = preferred_wait(request)
            reference, parts = request.path_params.get("reference"), request.app.state.parts
            if not seconds or not reference or parts is None:
                return await handle(request)
            changes: Changes = parts.changes
            return await self._until(
                request.scope,
                time.monotonic() + seconds,
                lambda: changes.next_of(grievance_id(reference)),
                lambda: handle(request),
            )

        return patient

    async def _until(
        self,
        scope: Scope,
        deadline: float,
        next_change: Callable[[], asyncio.Event | None],
        attempt: Callable[[], Awaitable[Response]],
    ) -> Response:
        while True:
            change = next_change()  # before the attempt, so that none is missed
            try:
                return await attempt()
            except self.too_early:
                left = deadline - time.monotonic()
                if change is None or left <= 0:
                    raise
            with suppress(TimeoutError), idle(scope):
                async with asyncio.timeout(min(left, _LOOK_AGAIN_SECONDS)):
                    await change.wait()
