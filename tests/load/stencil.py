"""One document written once and filled in many times: only names of equal length change."""

import re
from collections.abc import Iterable, Mapping


def names_in(names: Iterable[str]) -> re.Pattern[bytes]:
    """Return the pattern that finds these sample names."""
    return re.compile(b"(" + b"|".join(re.escape(name.encode()) for name in names) + b")")


class Stencil:
    """Bytes in which sample names stand; `fill` puts other names of the same length there.

    A million documents of one shape need not be encoded a million times: in BSON, as in the
    canonical JSON of the hash chain, text of the same length changes nothing else.
    """

    def __init__(self, sample: bytes, names: re.Pattern[bytes]) -> None:
        self._parts: list[bytes] = names.split(sample)
        self._slots = [
            (place, self._parts[place].decode()) for place in range(1, len(self._parts), 2)
        ]

    def fill(self, names: Mapping[str, bytes]) -> bytes:
        """Return the bytes with each sample name replaced by the one it maps to."""
        parts = self._parts.copy()
        for place, name in self._slots:
            parts[place] = names[name]
        return b"".join(parts)
