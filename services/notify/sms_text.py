"""What fits into a text message: GSM-7 or UCS-2, segments, and French without its rare letters."""

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Characters that take two septets, behind an escape.
_EXTENSION: Final = frozenset("^{}\\[~]|€\f")

#: One segment, and each of several (a header takes the rest), by encoding.
_LIMITS: Final[dict[Encoding, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

_FRENCH: Final = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\t": " ",
        "°": "",
        "`": "'",
        "œ": "oe",
        "Œ": "OE",
    }
)


@dataclass(frozen=True)
class Segments:
    """How a text travels: its encoding, its units (septets or UTF-16) and its parts."""

    encoding: Encoding
    units: int
    parts: tuple[str, ...]


def encoding_of(text: str) -> Encoding:
    """Return GSM-7 when every character of the text is in GSM 03.38."""
    return "GSM-7" if all(c in _BASIC or c in _EXTENSION for c in text) else "UCS-2"


def segments(text: str) -> Segments:
    """Cut a text as phones do: never inside an escape pair or a surrogate pair."""
    text = unicodedata.normalize("NFC", text)
    encoding = encoding_of(text)
    sizes = [_size(character, encoding) for character in text]
    units = sum(sizes)
    single, several = _LIMITS[encoding]
    limit = single if units <= single else several
    parts: list[str] = []
    used = limit + 1
    for character, size in zip(text, sizes, strict=True):
        if used + size > limit:
            parts.append("")
            used = 0
        parts[-1] += character
        used += size
    return Segments(encoding, units, tuple(parts))


def _size(character: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if character in _EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def without_rare_letters(text: str) -> str:
    """Return French or English text in GSM-7 where it can be: accents that GSM lacks are dropped.

    Not for Sango, where a tone mark changes the meaning.
    """
    text = unicodedata.normalize("NFC", text).translate(_FRENCH)
    return "".join(c if c in _BASIC or c in _EXTENSION else _bare(c) for c in text)


def _bare(character: str) -> str:
    bare = unicodedata.normalize("NFD", character)[0]
    return bare if bare in _BASIC else character
