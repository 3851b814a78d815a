"""The first visit to the form as a browser makes it: every request counted, every byte weighed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from tests.load.figures import Tell
from tests.load.row import Row

_MOST_BYTES = 50 * 1024
_MOST_REQUESTS = 5
_LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon"}
_CSS_ADDRESS = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)|@import\s+['"]([^'"]+)['"]""")


@dataclass(frozen=True)
class Visit:
    """What a first visit fetched: address and the bytes of its body as they were sent."""

    fetched: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """All bytes together."""
        return sum(size for _, size in self.fetched)


class _References(HTMLParser):
    """Collects what a browser fetches for a page without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this element makes a browser fetch."""
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and set(given.get("rel", "").lower().split()) & _LOADED_LINKS:
            self.found.append(given.get("href", ""))
        if tag in ("script", "img", "iframe", "source", "audio", "video", "embed"):
            self.found.append(given.get("src", ""))
        if tag in ("use", "image"):
            # A drawing of another file is fetched with it; several of one file once.
            self.found.append(given.get("href", ""))
        if "style" in given:
            self.styles.append(given["style"])

    def handle_data(self, data: str) -> None:
        """Note the text of style elements; other text holds no such address."""
        if self.cdata_elem == "style":
            self.styles.append(data)


def references(address: str, content_type: str, text: str) -> Iterator[str]:
    """Yield the addresses that a browser fetches after a page or a style sheet."""
    found: list[str] = []
    styles = [text] if "css" in content_type else []
    if "html" in content_type:
        page = _References()
        page.feed(text)
        found, styles = page.found, page.styles
    for style in styles:
        found += [one or other for one, other in _CSS_ADDRESS.findall(style)]
    for name in found:
        if name.partition("#")[0] and urlsplit(name).scheme in ("", "http", "https"):
            yield urljoin(address, name).partition("#")[0]


async def visit(url: str) -> Visit:
    """Fetch a page and everything it refers to, redirects counted as requests of their own."""
    fetched: list[tuple[str, int]] = []
    headers = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "fr"}
    async with httpx.AsyncClient(headers=headers, timeout=10, trust_env=False) as client:
        waiting, known = [url], {url}
        while waiting:
            address = waiting.pop(0)
            size, more = await _fetch(client, address)
            fetched.append((address, size))
            waiting += [name for name in dict.fromkeys(more) if name not in known]
            known |= set(more)
    return Visit(tuple(fetched))


async def _fetch(client: httpx.AsyncClient, address: str) -> tuple[int, list[str]]:
    async with client.stream("GET", address) as answer:
        # What came over the wire, still compressed.
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        if answer.is_redirect:
            return len(raw), [urljoin(address, answer.headers["location"])]
        answer.raise_for_status()
    whole = httpx.Response(answer.status_code, headers=answer.headers, content=raw)
    kind = answer.headers.get("content-type", "")
    text = whole.text if "html" in kind or "css" in kind else ""
    return len(raw), list(references(address, kind, text))


async def rows(form_url: str, tell: Tell) -> list[Row]:
    """Return the rows of the first page of the form at an address."""
    seen = await visit(form_url)
    for address, size in seen.fetched:
        tell(f"{size:7,} bytes  {address}")
    requests = len(seen.fetched)
    return [
        Row(
            name="first page of the form, compressed",
            value=round(seen.size / 1024, 1),
            unit="KB",
            floor=None,
            ratio=None,
            goal="≤ 50 KB",
            ok=seen.size <= _MOST_BYTES,
        ),
        Row(
            name="first page of the form, requests",
            value=requests,
            unit="requests",
            floor=None,
            ratio=None,
            goal="≤ 5",
            ok=requests <= _MOST_REQUESTS,
        ),
    ]
