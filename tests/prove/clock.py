"""Clock: deadlines against a table of worked examples, and against a second reckoning."""

from tests.prove.part import Part, Task
from tests.prove.suite import examine

_FILES = (
    "tests/unit/ledger/test_clock_table.py",
    "tests/unit/ledger/test_clock_reckoning.py",
    "tests/unit/ledger/test_deadlines.py",
)
_LEAST_ROWS, _LEAST_EXAMPLES = 60, 500


async def run(task: Task) -> Part:
    """Play every worked example, reckon each a second time, and try generated times and pauses."""
    found = await examine(task, "clock", _FILES)
    rows = found.count("test_the_ledger_agrees_with_the_table")
    reckoned = found.count("test_the_table_agrees_with_a_second_reckoning")
    failures = found.failures
    if rows < _LEAST_ROWS:
        failures.append(f"only {rows} worked examples held, fewer than {_LEAST_ROWS}")
    if found.examples < _LEAST_EXAMPLES:
        failures.append(f"only {found.examples} generated examples, fewer than {_LEAST_EXAMPLES}")
    figures = {"rows": rows, "reckoned": reckoned, "examples": found.examples}
    table = (
        f"{rows} worked examples held, {reckoned} of them reckoned a second time; "
        f"{found.examples:,} generated examples"
    )
    return Part("clock", figures, tuple(failures), table)
