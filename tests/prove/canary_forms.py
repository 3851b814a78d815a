"""The planted words, and every form in which bytes may carry them."""

import base64
import binascii
import json
import quopri
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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

    def found(self, content: bytes | str) -> list[str]:
        """Return what stands in the content, each with a little of what is around it."""
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        hits = []
        for form, text in self.forms.items():
            at = raw.find(form)
            if at >= 0:
                around = raw[max(0, at - 40) : at + len(form) + 40]
                hits.append(f"{text!r} as {form[:40]!r} in {around!r}")
        return hits


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
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    yield from (text, unicodedata.normalize("NFD", text), bare)
    yield from (text.upper(), text.lower(), bare.upper(), bare.lower())
    if text.isdigit():
        pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
        yield from (sign.join(pairs) for sign in (" ", "-", ".", "\u00a0"))
    else:
        yield from (text.replace(" ", sign) for sign in ("_", "-", "+"))


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
