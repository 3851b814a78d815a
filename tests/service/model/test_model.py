"""The whole machine of a case against a simple model, 10,000 steps (far more in `make prove`)."""

import asyncio
import os
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.service.model.machine import Machine
from tests.service.model.world import World

STEPS = int(os.environ.get("RECOURS_MODEL_STEPS", "10000"))
_LENGTH = 50


@pytest.mark.timeout(0)
def test_random_stories_keep_to_the_model(mongo_uri: str) -> None:
    """A holder and a date, the accused blind and dumb, protected invisible, the record whole."""
    with asyncio.Runner() as runner:
        world = World(mongo_uri, f"t_{uuid4().hex}")
        runner.run(world.start())

        class Story(Machine):
            """Stories on this world."""

        Story.world, Story.runner, Story.steps = world, runner, count(1)
        try:
            run_state_machine_as_test(
                Story,
                settings=settings(
                    max_examples=STEPS // _LENGTH,
                    stateful_step_count=_LENGTH,
                    deadline=None,
                    # A story that fails is told whole: making it shorter takes minutes.
                    phases=(Phase.explicit, Phase.generate),
                    derandomize=STEPS <= 10_000,
                    suppress_health_check=list(HealthCheck),
                ),
            )
            assert next(Story.steps) >= STEPS
        finally:
            runner.run(world.stop())
