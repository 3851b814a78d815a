"""Mail over SMTP on connections that are kept open and reused."""

import asyncio
import re
import time
from collections import defaultdict
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message as MailMessage
from email.policy import compat32
from email.utils import format_datetime
from typing import Final

import aiosmtplib
from aiosmtplib.errors import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from services.notify.domain import Outcome
from services.notify.senders.sender import Message
from shared.clock import Clock

_TIMEOUT_SECONDS = 10.0
_POOL_SECONDS = 5.0
#: A connection used so lately is not asked first whether it is still there.
_TRUSTED_SECONDS = 5.0
_ADDRESS: Final = re.compile(r"[^@\s<>,;:()\x00-\x20\x7f-\U0010ffff]+@[A-Za-z0-9.-]+")
_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP
_WIRE: Final = compat32.clone(linesep="\r\n", max_line_length=0)


class EmailSender:
    """Sends mail; the Message-ID follows from the delivery, so that a repeat can be recognised."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        clock: Clock,
        username: str | None = None,
        password: str | None = None,
        tls: bool = False,
        connections: int = 4,
    ) -> None:
        self._sender = sender
        self._domain = sender.rpartition("@")[2]
        self._clock = clock
        self._idle: asyncio.LifoQueue[aiosmtplib.SMTP] = asyncio.LifoQueue()
        for _ in range(connections):
            self._idle.put_nowait(
                aiosmtplib.SMTP(
                    hostname=host,
                    port=port,
                    username=username,
                    password=password,
                    start_tls=tls,
                    use_tls=False,
                    timeout=_TIMEOUT_SECONDS,
                    local_hostname=self._domain,
                )
            )
        self._all = connections
        self._used: defaultdict[aiosmtplib.SMTP, float] = defaultdict(float)

    async def send(self, message: Message) -> Outcome:
        """Hand a mail to the mail server."""
        if not message.to or not all(plausible(address) for address in message.to):
            return Outcome("failed", "bad-address")
        try:
            async with asyncio.timeout(_POOL_SECONDS):
                client = await self._idle.get()
        except TimeoutError:
            return Outcome("retry", "mail-server-slow")
        try:
            return await self._send_on(client, message)
        finally:
            self._idle.put_nowait(client)

    async def _send_on(self, client: aiosmtplib.SMTP, message: Message) -> Outcome:
        content = as_mail(message, self._sender, self._clock.now())
        # A server may have closed an idle connection: one fresh one is tried before giving up.
        for fresh in (False, True):
            try:
                if not client.is_connected:
                    await client.connect()
                elif not fresh and time.monotonic() - self._used[client] > _TRUSTED_SECONDS:
                    await client.noop()
            except (SMTPException, OSError, TimeoutError) as error:
                client.close()
                if fresh or isinstance(error, SMTPConnectError | OSError):
                    return Outcome("retry", "mail-server-away")
                continue
            break
        try:
            await client.sendmail(self._sender, list(message.to), content)
        except (SMTPRecipientsRefused, SMTPResponseException) as error:
            return _refusal(error)
        except (SMTPException, OSError, TimeoutError):
            client.close()
            return Outcome("retry", "mail-server-silent", unclear=True)
        except asyncio.CancelledError:
            # The dialogue stands at an unknown place: this connection is of no more use.
            client.close()
            raise
        self._used[client] = time.monotonic()
        return Outcome("sent", "smtp-250")

    async def close(self) -> None:
        """Say goodbye on all connections that are free."""
        for _ in range(self._all):
            if self._idle.empty():
                return
            client = self._idle.get_nowait()
            if client.is_connected:
                try:
                    await client.quit(timeout=1.0)
                except (SMTPException, OSError, TimeoutError):
                    client.close()


def as_mail(message: Message, sender: str, at: datetime) -> bytes:
    """Return a mail as bytes: plain text, marked as made by a machine.

    Built with the old message class: the new one parses each header back, at 5 ms a mail.
    Addresses are checked before, as this class would let a line break through.
    """
    mail = MailMessage()
    mail["From"] = sender
    mail["To"] = ", ".join(message.to)
    mail["Subject"] = Header(message.subject or "", "utf-8", header_name="Subject").encode()
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message.delivery_id}@{sender.rpartition('@')[2]}>"
    for notice in message.notices or (message.delivery_id,):
        mail["X-Recours-Notice"] = notice
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_payload(message.text, _UTF8)
    return mail.as_bytes(policy=_WIRE)


def plausible(address: str) -> bool:
    """Tell whether an address can stand in a mail: one line of visible ASCII with an @."""
    return _ADDRESS.fullmatch(address) is not None


def _refusal(error: SMTPRecipientsRefused | SMTPResponseException) -> Outcome:
    codes = (
        [refused.code for refused in error.recipients]
        if isinstance(error, SMTPRecipientsRefused)
        else [error.code]
    )
    hopeless = all(500 <= code < 600 for code in codes)
    return Outcome("failed" if hopeless else "retry", f"smtp-{codes[0] if codes else 0}")
