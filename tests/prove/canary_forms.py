"""The planted words, and every form in which bytes may carry them."""

import base64
import binascii
import json
import quopri
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote

#: The beginning of the name and of each sentence is always the same, so that a search needs few
#: forms; what follows tells by which channel it was planted.
NAME = "Zéphirine Kanarïs"
SENTENCE = "phrase témoin du manioc arraché"
NUMBERS = {"rest": "72918364", "web": "75418293", "kannel": "70529184", "twilio": "77391852"}
REGISTER_NUMBERS = ("72836491", "75948217")


def name(channel: str) -> str:
    """Return the name that is planted by a channel."""
    return f"{NAME} {channel}"


def sentence(channel: str) -> str:
    """Return the sentence that is planted by a channel."""
    return f"{SENTENCE} {channel}"


@dataclass(frozen=True)
class Finder:
    """Finds texts in bytes, whatever encoding they went through."""

    texts: tuple[str, ...]

    @cached_property
    def forms(self) -> dict[bytes, str]:
        """Every form to look for, with the text that it is one of."""
        return {form: text for text in self.texts for form in forms(text)}

    @cached_property
    def _search(self) -> re.Pattern[bytes]:
        root: _Node = {}
        for form in self.forms:
            node = root
            for byte in form:
                node = node.setdefault(byte, {})
            node[_END] = {}
        return re.compile(_pattern(root), re.DOTALL)

    def found(self, content: bytes | str) -> list[str]:
        """Return what stands in the content, each with a little of what is around it."""
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        hits: dict[bytes, str] = {}
        for match in self._search.finditer(raw):
            form = match.group()
            around = raw[max(0, match.start() - 40) : match.end() + 40]
            hits.setdefault(form, f"{self.forms[form]!r} as {form[:40]!r} in {around!r}")
        return list(hits.values())


_END: Final = -1
_Node = dict[int, "_Node"]


def _pattern(node: _Node) -> bytes:
    """Return the pattern of a tree of forms: one pass over gigabytes instead of one for each."""
    if _END in node:  # what begins with a form has been found by then
        return b""
    ways = [re.escape(bytes([byte])) + _pattern(inner) for byte, inner in sorted(node.items())]
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")"


def finder() -> Finder:
    """Return the finder of everything that is planted."""
    return Finder((NAME, SENTENCE, *NUMBERS.values(), *REGISTER_NUMBERS))


def forms(text: str) -> set[bytes]:
    """Return the forms of a text that is long enough not to occur by chance."""
    found: set[bytes] = set()
    for written in set(_spellings(text)):
        found |= {one for one in _encoded(written) if len(one) >= 8}
    return found


def _spellings(text: str) -> Iterator[str]:
    if text.isdigit():
        pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
        yield from (sign.join(pairs) for sign in ("", " ", "-", ".", "\u00a0"))
        return
    apart = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    for written in (text, apart, bare):
        for cased in (written, written.upper(), written.lower()):
            yield from (cased.replace(" ", sign) for sign in (" ", "_", "-", "+", "."))


def _encoded(text: str) -> Iterator[bytes]:
    utf8 = text.encode()
    yield utf8
    for charset in ("latin-1", "cp850", "mac_roman", "utf-16-le", "utf-16-be", "utf-7"):
        yield text.encode(charset, "replace")
    escaped = json.dumps(text)[1:-1]
    yield from (escaped.encode(), json.dumps(escaped)[1:-1].encode(), ascii(utf8)[2:-1].encode())
    for safe in ("", " "):
        percent = quote(text, safe=safe)
        yield from (
            percent.encode(),
            percent.lower().encode(),
            percent.replace("%20", "+").encode(),
        )
    yield from (binascii.hexlify(utf8), binascii.hexlify(utf8).upper())
    yield quopri.encodestring(utf8).rstrip(b"=\n")
    yield from _base64(utf8)
    yield from _base64(text.encode("utf-16-le"))


def _base64(raw: bytes) -> Iterator[bytes]:
    """Yield what stays the same of a text in base64, for each of its three alignments."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw)
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        yield whole[first:last]
        yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))
