"""A pass over a collection in ranges of its ids."""

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import derived_id
from shared.ranges import in_ranges


async def all_ranges(ids: list[str], about: int) -> list[list[str]]:
    """Return what each range gives of a sorted list."""

    async def read(low: str, high: str) -> list[str]:
        return ids[bisect_left(ids, low) : bisect_left(ids, high)]

    return [found async for found in in_ranges(read, about=about)]


@given(st.lists(st.uuids().map(str) | st.text(max_size=3), unique=True, max_size=30))
async def test_each_id_is_in_one_range(ids: list[str]) -> None:
    """Also an id that is no UUID, as an intruder might choose it."""
    found = await all_ranges(sorted(ids), 5)
    assert [name for part in found for name in part] == sorted(ids)


async def test_ranges_grow_and_shrink_with_what_they_hold() -> None:
    """A small collection takes few reads, a large one never much at once."""
    ids = sorted(derived_id("case", str(number)) for number in range(40_000))
    assert len(await all_ranges(ids[::1000], 2_000)) < 10
    parts = await all_ranges(ids, 500)
    assert max(map(len, parts)) < 1_000
    assert len(parts) < 120
