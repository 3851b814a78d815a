"""One running system for the tests that hurt it or search it; every batch is handled twice."""

from collections.abc import Iterator

import pytest

from tests.support.system import System, system_in


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A run on free ports with doubled deliveries, that logs all it can."""
    doubled = {"RECOURS_REHEARSE_DOUBLES": "1", "LOG_LEVEL": "DEBUG"}
    with system_in(tmp_path_factory.mktemp("system"), **doubled) as running:
        yield running
