"""Text compared as people mean it: without accents, case and doubled spaces."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})


def plain(text: str) -> str:
    """Return a text in lower case without accents, words separated by one space."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[^\W_]+", bare))


def contains_words(text: str, words: str) -> bool:
    """Tell whether whole words (given plain) stand in a plain text."""
    return f" {words} " in f" {text} "
