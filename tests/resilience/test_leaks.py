"""Words planted by every channel are found nowhere outside the vault, and can be erased."""

import pytest

from tests.prove.canaries import searched
from tests.support.system import System

pytestmark = pytest.mark.timeout(420)


async def test_planted_words_stay_in_the_vault(system: System) -> None:
    part = await searched(system, print)
    assert part.ok, "\n".join(part.failures)
    assert part.figures["documents"] > 100
    assert part.figures["records"] > 50
