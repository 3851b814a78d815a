"""One running system for the tests that only ask it."""

from collections.abc import Iterator

import pytest

from tests.e2e.stories import MORNING
from tests.support.system import System, system_in


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A run on free ports, as `make run` starts it."""
    # By day, as text messages wait for the morning at night.
    with system_in(tmp_path_factory.mktemp("system"), RECOURS_CLOCK=f"{MORNING} x1") as running:
        yield running
