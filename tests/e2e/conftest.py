"""One running system for the tests that only ask it."""

from collections.abc import Iterator

import pytest

from tests.support.system import System, system_in


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A run on free ports, as `make run` starts it."""
    with system_in(tmp_path_factory.mktemp("system")) as running:
        yield running
