"""Pages of long lists: nothing left out, nothing twice, and the cost does not follow the length."""

from bisect import bisect_right
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.paging import HIGHEST, counted, height_of, stretch
from shared.ids import derived_id
from shared.mongo import Document

IDS = st.uuids().map(str) | st.integers(0, 6).map(lambda zeros: str(UUID(int=7 * 16**zeros)))


class Listing:
    """A sorted list in memory that counts what is read of it."""

    def __init__(self, keys: list[tuple[str, str]]) -> None:
        self.keys = sorted(f"{due}|{gid}" for due, gid in keys)
        self.read_so_far = 0
        self._by_height: list[list[str]] = [[] for _ in range(HIGHEST + 1)]
        for key in self.keys:
            self._by_height[height_of(key)].append(key)

    async def read(self, height: int, after: str, upto: str) -> list[Document]:
        """Return what a store would."""
        keys = self._by_height[height]
        found = keys[bisect_right(keys, after) : bisect_right(keys, upto)]
        self.read_so_far += len(found)
        return [{"due_key": key} for key in found]


async def page(listing: Listing, after: str, limit: int) -> tuple[list[str], str | None]:
    """Return one stretch as keys."""
    documents, upto = await stretch(listing.read, "due_key", after, "a", limit)
    return [document["due_key"] for document in documents], upto


@given(st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), IDS), max_size=60), st.integers(1, 9))
async def test_stretches_give_the_whole_list_in_order(
    keys: list[tuple[str, str]], limit: int
) -> None:
    """Whatever the heights and however many are due at once."""
    listing = Listing(list(set(keys)))
    seen: list[str] = []
    after: str | None = "0"
    while after is not None:
        found, after = await page(listing, after, limit)
        seen += found
    assert seen == listing.keys


@pytest.mark.parametrize("instants", [1, 30, 100_000])
async def test_a_page_costs_hardly_more_in_a_long_list(instants: int) -> None:
    """Also where thousands are due at the same minute, and from any place of the list."""
    costs, short = {}, 0
    for length in (1_000, 100_000):
        ids = [derived_id("case", str(number)) for number in range(length)]
        listing = Listing([(f"{n % instants:06d}", gid) for n, gid in enumerate(ids)])
        places = ["0", *listing.keys[:: length // 50]]
        for after in places:
            found, upto = await page(listing, after, 50)
            short += len(found) < 50 and upto is not None
        costs[length] = listing.read_so_far / len(places)
    assert short < 12  # of about a hundred
    assert costs[100_000] < 300
    assert costs[100_000] < 1.6 * costs[1_000]


def test_few_cases_stand_high() -> None:
    """One of 16 is higher than the lowest, one of 256 higher than these."""
    heights = [height_of(derived_id("case", str(number))) for number in range(16_000)]
    assert 850 < sum(height >= 1 for height in heights) < 1_150
    assert 40 < sum(height >= 2 for height in heights) < 90


@pytest.mark.parametrize(
    ("length", "said"), [(0, 0), (1, 1), (99, 99), (100, None), (100_000, None)]
)
async def test_a_list_is_counted_to_99_at_a_cost_that_its_length_does_not_move(
    length: int, said: int | None
) -> None:
    heights = [height_of(derived_id("case", str(number))) for number in range(length)]
    read = 0

    async def tally(wanted: int) -> int:
        nonlocal read
        found = heights.count(wanted)
        read += found
        return found

    assert await counted(tally) == said
    assert read <= 200
