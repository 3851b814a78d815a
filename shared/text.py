"""Text compared as people mean it: without accents, case and doubled spaces."""

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})


def plain(text: str) -> str:
    """Return a text in lower case without accents, words separated by one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(text.lower()))


def contains_words(text: str, words: str) -> bool:
    """Tell whether whole words (given plain) stand in a plain text."""
    return f" {words} " in f" {text} "
