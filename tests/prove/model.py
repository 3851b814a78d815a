"""The machine of a case against a simple model, for many more steps than `make test` takes."""

from tests.prove.part import Part, Task
from tests.prove.suite import examine

_FILES = ("tests/service/model",)
_STEPS, _STEPS_SHORT = 100_000, 3_000


async def run(task: Task) -> Part:
    """Let random people give random commands at random times, and compare with the model."""
    steps = _STEPS_SHORT if task.short else _STEPS
    found = await examine(task, "model", _FILES, {"RECOURS_MODEL_STEPS": str(steps)})
    failures = found.failures
    if not found.passed:
        failures.append("no story was played")
    table = f"{steps:,} steps kept to the model"
    return Part("model", {"steps": steps}, tuple(failures), table)
