"""The five stories played through the APIs."""

from functools import partial

import pytest

from tests.e2e.stories import Story
from tests.e2e.tales import TALES, Tale
from tests.support.system import System


@pytest.mark.timeout(300)
@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.__name__)
def test_a_story_is_played_by_the_apis(system: System, tale: Tale) -> None:
    tale(system, partial(Story, system))
