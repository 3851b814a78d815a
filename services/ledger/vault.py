"""The vault of intake over HTTP: words live there, the ledger keeps only pointers."""

from datetime import datetime
from typing import Any

import httpx

from shared.errors import TransientError
from shared.tracing import child_of, current

_AWAY = "The words cannot be kept or read right now; nothing was stored. Send it again."
_SECONDS = 5.0
_CONNECTIONS = 12


def vault_client(url: str, credential: str) -> httpx.AsyncClient:
    """Return the client of the vault, with a time limit on everything."""
    return httpx.AsyncClient(
        base_url=url.rstrip("/"),
        headers={"Authorization": f"Bearer {credential}"},
        timeout=_SECONDS,
        # The pool looks at each of its connections for each request.
        limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
        trust_env=False,
    )


async def keep_text(
    http: httpx.AsyncClient, gid: str, text_id: str, text: str, *, author: str
) -> None:
    """Keep an officer's words in the vault; the same id twice is one text."""
    body = {"id": text_id, "text": text, "author": author}
    await _ask(http, "POST", f"/internal/vault/{gid}/texts", json=body)


async def alert_protection(http: httpx.AsyncClient, gid: str, cause: str) -> None:
    """File a protected case about revenge beside a case; the same cause twice is one."""
    await _ask(http, "POST", f"/internal/vault/{gid}/alerts", json={"cause": cause})


async def read_words(
    http: httpx.AsyncClient, gid: str, *, purpose: str, reader: str
) -> dict[str, Any]:
    """Return all that was said in a case; the vault records who read it for what purpose."""
    asked = {"purpose": purpose, "reader": reader}
    response = await _ask(http, "GET", f"/internal/vault/{gid}/words", params=asked)
    words: dict[str, Any] = response.json()
    return words


async def may_be_called(http: httpx.AsyncClient, gid: str, at: datetime, *, reader: str) -> bool:
    """Return whether the person said that they may be reached at such a time."""
    asked = {"at": at.isoformat(), "reader": reader}
    answer = await _ask(http, "GET", f"/internal/vault/{gid}/reachable", params=asked)
    return bool(answer.json()["safe"])


async def read_text(
    http: httpx.AsyncClient, gid: str, text_id: str, *, purpose: str, reader: str
) -> dict[str, Any]:
    """Return one text of a case; the vault records who read it for what purpose."""
    asked = {"purpose": purpose, "reader": reader}
    path = f"/internal/vault/{gid}/texts/{text_id}"
    text: dict[str, Any] = (await _ask(http, "GET", path, params=asked)).json()
    return text


async def _ask(http: httpx.AsyncClient, method: str, path: str, **sent: Any) -> httpx.Response:
    headers = {"traceparent": child_of(current.get())}
    try:
        response = await http.request(method, path, headers=headers, **sent)
    except httpx.HTTPError as error:
        raise TransientError(_AWAY) from error
    if not response.is_success:
        raise TransientError(_AWAY)
    return response
