"""Shows every message of a rehearsal instead of sending it: page, SMTP, and an SMS gateway.

The gateway speaks Kannel's `sendsms` form and calls the receipt address back, loopback only.
"""

import argparse
import asyncio
import contextlib
import hmac
import os
import signal
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as MailMessage
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import uvicorn
import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, Field

from deploy.embedded.catcher_page import render
from deploy.embedded.caught import Caught, Message

_RECEIPTS = (8, 1)  # Kannel: handed to the operator, then delivered to the phone
#: The client's pool looks at all its requests for each of them, so that few may wait there.
_CALLERS = 8


class Fault(BaseModel):
    """How many of the next messages are refused."""

    count: int = Field(ge=1, le=100_000)


def page_app(caught: Caught) -> FastAPI:
    """Return the page, the list of messages, and the switch that makes the catcher refuse."""
    app = FastAPI(title="Recours: message catcher")

    @app.get("/messages", response_model_exclude_none=True)
    async def messages(
        to: str | None = None, since: str | None = Query(None, description="ISO 8601 time")
    ) -> list[Message]:
        return caught.select(to, since)

    @app.get("/", response_class=HTMLResponse)
    async def page(to: str | None = None, refresh: int = Query(0, ge=0, le=3600)) -> str:
        return render(caught.select(to or None, None), to or "", refresh)

    @app.post("/faults")
    async def refuse(fault: Fault) -> dict[str, int]:
        caught.refusals = fault.count
        return {"refusals": caught.refusals}

    @app.delete("/faults")
    async def accept_again() -> dict[str, int]:
        caught.refusals = 0
        return {"refusals": 0}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        return {"status": "ready"}

    return app


def gateway_app(caught: Caught, username: str, password: str) -> FastAPI:
    """Return an SMS gateway in the form of Kannel's `sendsms`."""
    app = FastAPI(title="Recours: SMS gateway of the catcher", docs_url=None, openapi_url=None)
    waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    callers: list[asyncio.Task[None]] = []

    @app.get("/cgi-bin/sendsms", response_class=PlainTextResponse)
    async def sendsms(request: Request) -> Response:
        given = _query(request.scope["query_string"])
        if not (_same(given, "username", username) and _same(given, "password", password)):
            return PlainTextResponse("Authorization failed for sendsms", status_code=403)
        if not given.get("to"):
            return PlainTextResponse("Missing receiver number, rejected", status_code=400)
        if caught.refuses():
            raise HTTPException(503, "Temporary failure, try again later.")
        url = given.get("dlr-url")
        ident = dict(parse_qsl(urlsplit(url).query)).get("mid") if url else None
        told = Message.now("sms", given["to"], text=given.get("text", ""), id=ident)
        caught.add(told.model_copy(update={"notices": [ident] if ident else []}))
        if url:
            waiting.put_nowait((url, given.get("dlr-mask", "31")))
            if not callers:
                callers.extend(asyncio.create_task(_call_back(waiting)) for _ in range(_CALLERS))
        return PlainTextResponse("0: Accepted for delivery", status_code=202)

    return app


def _query(raw: bytes) -> dict[str, str]:
    """Read Kannel's parameters: `text` is in the character set that `charset` names."""
    given = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))
    charset = given.get("charset", "UTF-8")
    decoded = {}
    for name, value in given.items():
        try:
            decoded[name] = value.encode("latin-1").decode(charset if name == "text" else "utf-8")
        except (LookupError, UnicodeError):
            decoded[name] = value
    return decoded


def _same(given: dict[str, str], name: str, wanted: str) -> bool:
    return hmac.compare_digest(given.get(name, "").encode(), wanted.encode())


async def _call_back(waiting: asyncio.Queue[tuple[str, str]]) -> None:
    """Call receipt addresses back, as a real gateway would; only on this machine."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        while True:
            url, mask = await waiting.get()
            wanted = int(mask) if mask.isdigit() else 0
            for status in _RECEIPTS if _loopback(url) else ():
                if wanted & status:
                    with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
                        await client.get(url.replace("%d", str(status)))


def _loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


class MailHandler:
    """Takes mail from SMTP into the list."""

    def __init__(self, caught: Caught) -> None:
        self._caught = caught

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one entry for each receiver of a mail."""
        if self._caught.refuses():
            return "451 4.3.0 Try again later"
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        # The old parser: the new one parses each header's value as well, which showed in profiles.
        mail = message_from_bytes(raw)
        subject = str(make_header(decode_header(mail.get("Subject", ""))))
        ident = mail.get("Message-ID", "").strip("<> ").partition("@")[0] or None
        notices = mail.get_all("X-Recours-Notice", [])
        for receiver in envelope.rcpt_tos:
            told = Message.now("email", receiver, subject=subject, text=_text(mail), id=ident)
            self._caught.add(told.model_copy(update={"notices": notices}))
        return "250 OK"


def _text(mail: MailMessage) -> str:
    """Return the first plain text of a mail, in whatever character set it says it is."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            raw = part.get_payload(decode=True)
            content = raw if isinstance(raw, bytes) else b""
            try:
                text = content.decode(part.get_content_charset("utf-8"))
            except (LookupError, UnicodeError):
                text = content.decode("latin-1")
            return text.replace("\r\n", "\n").strip()  # the wire's line ends are not the writer's
    return ""


class _Server(uvicorn.Server):
    """A web server beside others in one loop: the program takes the signals, not the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(folder: Path, page: int, smtp: int, sms: int, host: str) -> None:
    """Run the page, SMTP and the SMS gateway until the process is told to stop."""
    caught = Caught(folder)
    loop = asyncio.get_running_loop()
    user = os.environ.get("NOTIFY_SMS_USERNAME", "recours")
    password = os.environ.get("NOTIFY_SMS_PASSWORD", "")
    mails = await loop.create_server(
        lambda: SMTP(MailHandler(caught), enable_SMTPUTF8=True, hostname="catcher.local"),
        host,
        smtp,
    )
    pages = (page_app(caught), page), (gateway_app(caught, user, password), sms)
    servers = [
        _Server(uvicorn.Config(app, host, port, access_log=False, log_level="warning"))
        for app, port in pages
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve() for server in servers))
    mails.close()
    caught.close()


def main() -> None:
    """Start the catcher."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    for name in ("page", "smtp", "sms"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    given = parser.parse_args()
    uvloop.run(serve(given.folder, given.page, given.smtp, given.sms, given.host))


if __name__ == "__main__":
    main()
