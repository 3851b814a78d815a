"""Requests that no HTTP client would send, written to the socket as bytes."""

import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st

from tests.prove.fuzz_findings import Findings, feed
from tests.prove.fuzz_nasty import broken
from tests.prove.fuzz_world import FuzzWorld

_SECONDS = 20.0
_PATHS = (
    *("/", "/livez", "/v1/grievances", "/v1/cases", "/v1/cases/x", "/channels/kannel", "/suivi"),
    *("/v1/imports", "/receipts/kannel", "/v1/explain", "/internal/dead-letters", "/dire/"),
    *("//x", "/%00", "/%ff%fe", "/v1/grievances/" + "A" * 30_000, "/?" + "a=%ff&" * 500, "*"),
    *("/v1/cases?cursor=%00|&limit=99999999999999999999", "/v1/cases?limit=1&limit=2&open=maybe"),
    *("http://elsewhere.example/", "/../../etc/passwd", "/v1/cases/..%2f..%2fmetrics"),
)
_METHODS = (
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PROPFIND",
    "TRACE",
    "CONNECT",
    "NOM",
)
_HEADERS = (
    *(
        "Content-Length: 5",
        "Content-Length: 99999999999",
        "Content-Length: -1",
        "Content-Length: x",
    ),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Encoding: gzip"),
    *("Expect: 100-continue", "Upgrade: websocket", "Connection: Upgrade", "Upgrade: h2c"),
    *("Host: [", "Host: a\x00b", "Host: ", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: x\ty"),
    *("Authorization: Bearer", "Authorization: Bearer \xe9\xff", "Cookie: " + "a=b; " * 200),
    *("X-Recours-Code: \x01", 'If-Match: W/"9999999999"', "Idempotency-Key: " + "k" * 5_000),
    *(
        "Content-Type: multipart/form-data",
        "Content-Type: multipart/form-data; boundary=" + "b" * 400,
    ),
    *("Content-Type: application/json; charset=utf-32", "X: " + "y" * 70_000, "Range: bytes=0-,-1"),
    *("traceparent: 00-" + "0" * 32 + "-" + "0" * 16 + "-00", "tracestate: " + "z" * 3_000, " : "),
    *("Sec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13", "Accept-Encoding: gzip;q=x, *"),
)
_BODIES = (
    *(b"", b"12345", b"{}", b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"-1\r\nx"),
    *(b"400000\r\n" + b"a" * 0x400000 + b"\r\n" + b"200000\r\n" + b"a" * 0x200000 + b"\r\n",),
    *(b"\x1f\x8b\x08\x00" + b"\0" * 40, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 3),
)


@dataclass
class _Got:
    """The status line of an answer; 0 when the connection was closed without one."""

    status_code: int
    headers: dict[str, str]


def fuzz_sockets(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Write requests to all four services; each is answered below 500 or closed."""
    urls = list(world.services.values())

    def act(example: tuple[str, bytes]) -> None:
        url, request = example
        findings.judge("sockets", f"{url} {request[:200]!r}", lambda: _ask(url, request))

    whole = st.builds(
        _request,
        st.sampled_from(_METHODS),
        st.sampled_from(_PATHS),
        st.lists(st.sampled_from(_HEADERS), max_size=4),
        st.sampled_from(_BODIES),
    )
    small = whole.filter(lambda request: len(request) < 4_000)
    requests: Any = st.one_of(whole, whole, broken(small))
    feed(st.tuples(st.sampled_from(urls), requests), count, act, round_ * 10 + 8)


def _request(method: str, path: str, headers: list[str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x.example", *headers, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def _ask(url: str, request: bytes) -> _Got:
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 80)
    with socket.create_connection(address, timeout=_SECONDS) as connection:
        try:
            connection.sendall(request)
            # What is cut short is ended here: the server would wait for the rest, and rightly so.
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4_096)
        except ConnectionError:
            return _Got(0, {})
    status = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    headers = {"retry-after": "1"} if b"retry-after:" in answer.lower() else {}
    return _Got(int(status[1]) if status else 0, headers)
