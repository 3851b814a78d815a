"""Reads a page from the middle of a long sorted list at a cost that the list's length hardly moves.

Not every store stops a scan at `limit`: one that reads all that matches before it cuts needs
bounds on both sides, and nobody knows beforehand between which keys fifty documents lie. So each
document has a height, as in a skip list: one of 16 is at least 1 high, one of 256 at least 2. Few
are highest; they tell between which keys to read the next lower ones, down to the page itself.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from shared.mongo import Document

HIGHEST: Final = 5
_FANOUT: Final = 16
#: How many more than expected, by height, as chance may put some of them close together. One of the
#: higher ones stands for hundreds of documents, so that none is spared there: with three at each
#: height a page of a million cases read 320 documents and one of a thousand 155; so, both read 160.
_SPARE: Final = {1: 3, 2: 1}

#: Longer lists are not counted to their end.
MOST_COUNTED: Final = 99
#: So many of a height or higher are in longer lists alone.
_LONG: Final = {5: 3, 4: 3, 3: 3, 2: 30, 1: 30}

#: Returns how many documents of one height there are.
Tally = Callable[[int], Awaitable[int]]
#: Returns all documents of one height with `after` < key <= `upto`, in order of their key.
Read = Callable[[int, str, str], Awaitable[list[Document]]]


def height_of(gid: str) -> int:
    """Return how high a case stands in every list: the zeros at the end of its id, at most 5.

    The end, as cases due at the same minute are sorted by the beginning.
    """
    return min(len(gid) - len(gid.rstrip("0")), HIGHEST)


async def stretch(
    read: Read, key: str, after: str, end: str, about: int
) -> tuple[list[Document], str | None]:
    """Return the documents behind `after`, in order, probably at least `about` many, none left out.

    The second value is the key up to which they reach, None when they reach to `end`.
    """
    upto: str | None = None
    found: list[Document] = []
    for height in range(HIGHEST, -1, -1):
        documents = await read(height, after, upto or end)
        found += documents
        enough = about // _FANOUT**height + _SPARE.get(height, 0)
        if height and len(documents) > enough:
            upto = documents[enough][key]
    within = [document for document in found if upto is None or document[key] <= upto]
    return sorted(within, key=lambda document: str(document[key])), upto


async def counted(tally: Tally) -> int | None:
    """Return how many documents a list has; None when they are more than 99.

    High documents tell of a long list without its being read: of 99 documents four are 3 high, or
    31 are 1 high, less often than once in ten million lists. Each height is asked for by itself:
    with a range of heights beside one of keys a store read the whole list (measured, 6 s).
    """
    length = 0
    for height in range(HIGHEST, -1, -1):
        length += await tally(height)
        if length > _LONG.get(height, MOST_COUNTED):
            return None
    return length
