"""The store's cache follows what its folder holds, within what the machine can spare."""

import pytest

from deploy.embedded.mongo import cache_size

_GIB = 2**30


@pytest.mark.parametrize(
    ("held", "memory", "expected"),
    [
        (0, 24 * _GIB, 640),
        (640 * 2**20, 24 * _GIB, 640),
        (641 * 2**20, 24 * _GIB, 641),
        (6 * _GIB, 24 * _GIB, 6 * 1024),
        (8 * _GIB, 24 * _GIB, 8 * 1024),
        (30 * _GIB, 24 * _GIB, 8 * 1024),
        (30 * _GIB, 3 * _GIB, 1024),
        (30 * _GIB, 1 * _GIB, 640),
    ],
)
def test_the_cache_holds_what_is_there_up_to_a_third_of_the_machine(
    held: int, memory: int, expected: int
) -> None:
    """MiB; never less than an empty folder has."""
    assert cache_size(held, memory) == expected
