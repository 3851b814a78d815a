"""Recusal and protection: generated policies, accused and stories, and two systems compared."""

from tests.prove.part import Part, Task
from tests.prove.suite import examine

_NAME = "recusal and protection"
_FILES = (
    "tests/unit/recusal",
    "tests/unit/routing/test_properties.py",
    "tests/unit/ledger/test_properties.py",
    "tests/unit/notify/test_audience.py",
    "tests/service/invisible",
)
_LEAST = 1_000


async def run(task: Task) -> Part:
    """Look for anybody who holds, sees, hears or counts what they must not."""
    found = await examine(task, "properties", _FILES)
    failures = found.failures
    if found.examples < _LEAST:
        failures.append(f"only {found.examples} examples were tried, fewer than {_LEAST}")
    figures = {
        "properties": len(found.passed),
        "examples": found.examples,
        "leaked": len(found.failed),
    }
    table = f"{len(found.passed)} properties held over {found.examples:,} generated examples"
    return Part(_NAME, figures, tuple(failures), table)
