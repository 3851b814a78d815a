"""How real clients ask: the same request under the same key until there is a final answer."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from tests.prove.told import Told

#: Answers after which a client asks again by itself.
PASSING = frozenset({429, 502, 503, 504})
_REPEATED = 6

Read = Callable[[httpx.Response], Any]


class Gone(Exception):
    """The run is over and the request was never answered."""


class Patient:
    """A client of some replicas: each try may go to another one, as behind a load balancer.

    Every sixth answered request is sent once more, as somebody who pressed twice or a gateway
    whose connection broke after the answer: it must get the same answer.
    """

    def __init__(self, client: httpx.AsyncClient, told: Told, seed: int) -> None:
        self._client, self._told = client, told
        self._random = random.Random(seed)
        self.over = asyncio.Event()

    async def ask(
        self, bases: Sequence[str], method: str, path: str, *, same: Read | None = None, **more: Any
    ) -> httpx.Response:
        """Return the final answer; `same` reads from it what a repeat must answer too.

        Raises Gone when the run ends before there is one.
        """
        answer = await self._until_final(bases, method, path, **more)
        if same is not None and answer.is_success and self._random.randrange(_REPEATED) == 0:
            again = await self._until_final(bases, method, path, **more)
            first, second = same(answer), same(again) if again.is_success else again.status_code
            if first != second:
                self._told.wrong.append(f"{method} {path}: repeated, {first} became {second}")
        return answer

    async def _until_final(
        self, bases: Sequence[str], method: str, path: str, **more: Any
    ) -> httpx.Response:
        while not self.over.is_set():
            try:
                answer = await self._client.request(
                    method, f"{self._random.choice(bases)}{path}", **more
                )
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code not in PASSING:
                if answer.status_code >= 500:
                    self._told.wrong.append(f"{method} {path}: {answer.status_code}")
                else:
                    return answer
            await asyncio.sleep(self._random.uniform(0.1, 0.5))
        raise Gone(f"{method} {path}")
