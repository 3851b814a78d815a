"""Dead letters of every service: asked for and retried with the operator's credential."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
import structlog

from shared.delivery import Consumer, DeadLetters
from shared.errors import DomainError, TransientError

_LEDGER: Final = "ledger"
_SECONDS: Final = 5.0
log = structlog.get_logger("recours.letters")


@dataclass(frozen=True)
class Letter:
    """What a service could not handle: never what it says, nor about which case."""

    service: str
    ident: str
    topic: str
    reason: str
    since: datetime


@dataclass(frozen=True)
class Own:
    """The ledger's own dead letters, and the consumer that may try them again."""

    letters: DeadLetters
    consumer: Consumer


class Letters:
    """The ledger's dead letters, and those of the services at these addresses, by name."""

    def __init__(self, urls: Mapping[str, str], credential: str, own: Own) -> None:
        self._urls, self._own = urls, own
        self._headers = {"Authorization": f"Bearer {credential}"}

    async def all(self) -> tuple[list[Letter], list[str]]:
        """Return the letters, the oldest first, and the services that did not answer."""
        found = [
            Letter(_LEDGER, one["_id"], one["topic"], one["reason"], one["at"])
            for one in await self._own.letters.list()
        ]
        away: list[str] = []
        async with self._client() as http:
            for service, url in self._urls.items():
                try:
                    answer = await http.get(f"{url}/internal/dead-letters")
                    answer.raise_for_status()
                except httpx.HTTPError:
                    away.append(service)
                    continue
                found += [_letter(service, one) for one in answer.json()["dead_letters"]]
        return sorted(found, key=lambda one: one.since), away

    async def retry(self, service: str, ident: str) -> bool:
        """Let a service handle a letter again; tell whether it succeeded."""
        if service == _LEDGER:
            return await self._retry_own(ident)
        url = self._urls.get(service)
        if url is None:
            return False
        async with self._client() as http:
            try:
                path = f"{url}/internal/dead-letters/{quote(ident, safe='')}/replay"
                return (await http.post(path)).is_success
            except httpx.HTTPError:
                return False

    async def _retry_own(self, ident: str) -> bool:
        try:
            await self._own.consumer.replay(ident)
        except (DomainError, TransientError) as error:
            log.warning("dead letter stays", error=type(error).__name__)
            return False
        return True

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(headers=self._headers, timeout=_SECONDS, trust_env=False)


def _letter(service: str, one: Mapping[str, Any]) -> Letter:
    at = datetime.fromisoformat(one["at"])
    return Letter(service, one["id"], one["topic"], one["reason"], at)
