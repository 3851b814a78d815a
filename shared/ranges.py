"""Goes through a whole collection range by range of its ids, in memory that its size does not move.

A server may read all that a cursor will ever give before it gives the first document; bounds on
both sides keep that small, and let a long pass go on beside other work.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

_DIGITS: Final = 8
_SPACE: Final = 16**_DIGITS
_FIRST_WIDTH: Final = _SPACE // 4096
#: Behind every text, so that ids which are no UUIDs are found in the last range.
_BEHIND_ALL: Final = "\U0010ffff" * 8


async def in_ranges(
    read: Callable[[str, str], Awaitable[list[T]]], *, about: int = 2_000
) -> AsyncIterator[list[T]]:
    """Yield what `read` returns for `low` ≤ id < `high`, range after range, each id in one range.

    UUIDs are spread evenly, so that how many one range held tells how wide the next may be for
    `about` as many.
    """
    begin, width = 0, _FIRST_WIDTH
    while begin < _SPACE:
        end = min(begin + width, _SPACE)
        low = f"{begin:0{_DIGITS}x}" if begin else ""
        high = f"{end:0{_DIGITS}x}" if end < _SPACE else _BEHIND_ALL
        found = await read(low, high)
        yield found
        begin = end
        width = max(1, min(width * about // max(1, len(found)), width * 8))
