"""Text messages through a gateway in Kannel's `sendsms` form."""

import asyncio
from typing import Final
from urllib.parse import urlencode

import httpx

from services.notify.domain import Outcome
from services.notify.senders.sender import Message
from services.notify.sms_text import encoding_of

#: Asks for what the first answer does not tell: delivered (1), failed (2), rejected (16).
_RECEIPTS: Final = "19"
_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
#: Enough for 60 a second while the gateway answers within 160 ms. The client's pool looks at each
#: connection and each waiting request for every message: with twenty, and a chunk of a hundred
#: waiting, that was more than half of the processor time of a text message (measured).
AT_ONCE: Final = 10


class KannelSender:
    """Sends by GET; our delivery id travels in the receipt address, as Kannel returns none.

    The number is percent-encoded by httpx, so that its plus survives (Kannel reads a raw plus as
    a space). Coding is stated: with coding 0 Kannel would change letters that GSM-7 lacks.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str,
        password: str,
        sender: str,
        receipts_url: str,
        turn_seconds: float = 10.0,
    ) -> None:
        self._url = url
        self._login = {"username": username, "password": password, "from": sender}
        self._receipts_url = receipts_url
        self._turn_seconds = turn_seconds
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT,
            # Let go of idle connections before the gateway does (5 s is common): a request that
            # meets its closing would count as perhaps sent.
            limits=httpx.Limits(
                max_connections=AT_ONCE,
                max_keepalive_connections=AT_ONCE,
                keepalive_expiry=2.0,
            ),
            trust_env=False,
        )

    async def send(self, message: Message) -> Outcome:
        """Hand a text message to the gateway, a few at a time."""
        try:
            async with asyncio.timeout(self._turn_seconds):
                await self._turns.acquire()
        except TimeoutError:
            return Outcome("retry", "gateway-slow")
        try:
            # A POST-less protocol: the address holds a number, so it must never be logged.
            answer = await self._client.get(self._url, params=self._params(message))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Outcome("retry", "gateway-away")
        except httpx.TransportError:
            return Outcome("retry", "gateway-silent", unclear=True)
        finally:
            self._turns.release()
        return _outcome(answer.status_code)

    def _params(self, message: Message) -> dict[str, str]:
        receipt = f"{self._receipts_url}?{urlencode({'mid': message.delivery_id})}&type=%d"
        return {
            **self._login,
            "to": message.to[0],
            "text": message.text,
            "charset": "UTF-8",
            "coding": "0" if encoding_of(message.text) == "GSM-7" else "2",
            "dlr-mask": _RECEIPTS,
            "dlr-url": receipt,
        }

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _outcome(status: int) -> Outcome:
    if status in (200, 202):
        return Outcome("sent", f"kannel-{status}")
    if status in (401, 403):
        # A wrong password is ours to mend: the message waits for it.
        return Outcome("retry", f"kannel-{status}")
    if 400 <= status < 500 and status not in (408, 425, 429):
        return Outcome("failed", f"kannel-{status}")
    return Outcome("retry", f"kannel-{status}")
