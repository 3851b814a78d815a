"""Hostile inputs by every way in: the short form of the fuzz part of `make prove`."""

from pathlib import Path

import pytest

from tests.prove.fuzz import run
from tests.prove.part import Task

pytestmark = [pytest.mark.timeout(420), pytest.mark.slow]


async def test_hostile_input_is_answered_and_leaves_no_trace(tmp_path: Path) -> None:
    part = await run(Task(tmp_path, short=True, tell=print))
    assert part.ok, "\n".join(part.failures)
