"""What notify could not tell: asked for and tried again with the operator's credential."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

import httpx

_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Untold:
    """A notice that could not be handed over: never what it says, nor about which case.

    `recipient` is an organisation, None for a person.
    """

    ident: str
    audience: str
    recipient: str | None
    channel: str
    reason: str
    since: datetime


class Undelivered:
    """The notices that the notify service at this address could not hand over."""

    def __init__(self, url: str, credential: str) -> None:
        self._path = f"{url}/internal/undelivered"
        self._headers = {"Authorization": f"Bearer {credential}"}

    async def all(self) -> tuple[list[Untold], int] | None:
        """Return the oldest and how many there are; None when notify does not answer."""
        async with self._client() as http:
            try:
                answer = await http.get(self._path)
                answer.raise_for_status()
            except httpx.HTTPError:
                return None
        found = [
            Untold(
                one["id"],
                one["audience"],
                one["recipient"],
                one["channel"],
                one["reason"],
                datetime.fromisoformat(one["since"]),
            )
            for one in answer.json()["undelivered"]
        ]
        return found, answer.json()["total"]

    async def retry(self, ident: str) -> bool:
        """Let a notice leave again; tell whether it does."""
        async with self._client() as http:
            try:
                path = f"{self._path}/{quote(ident, safe='')}/retry"
                return (await http.post(path)).is_success
            except httpx.HTTPError:
                return False

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(headers=self._headers, timeout=_SECONDS, trust_env=False)
