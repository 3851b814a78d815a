"""The five stories played by clicking only, every page of them looked at."""

from functools import partial

import pytest

from tests.browser.clicked import ClickedStory
from tests.browser.conftest import Visiting
from tests.e2e.tales import TALES, Tale
from tests.support.system import System


@pytest.mark.timeout(300)
@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.__name__)
def test_a_story_is_played_by_clicking(system: System, visiting: Visiting, tale: Tale) -> None:
    tale(system, partial(ClickedStory, system, visiting))
