"""When the part about mutations fails, and that the named survivors speak of today's code."""

from collections import Counter

import pytest

from tests.prove.mutations import ROOT, Change, Tried, judged, named_survivors

CHANGE = Change("services/x.py", "decide", "return a < b", "return a <= b")
NAMED = named_survivors()


def tried(killed: int, *alive: Change, survived: int | None = None) -> Tried:
    """Return the outcome of a module."""
    living = len(alive) if survived is None else survived
    return Tried("services/x.py", Counter(killed=killed, survived=living), alive)


def test_all_killed_or_named_holds() -> None:
    part = judged([tried(99, CHANGE)], {CHANGE: "the same for whole numbers"})
    assert part.ok
    assert part.figures == {
        "mutants": 100,
        "mutants_killed": 99,
        "survivors_named": 1,
        "least_killed_percent": 99.0,
    }
    assert part.table.splitlines()[1].split() == ["services/x.py", "100", "99", "99.0", "1", "0"]


def test_a_survivor_that_nobody_named_fails() -> None:
    part = judged([tried(99, CHANGE)], {})
    assert part.failures == (
        "no test notices and nobody named: services/x.py decide: return a < b → return a <= b",
    )


@pytest.mark.parametrize(("killed", "ok"), [(89, False), (90, True)])
def test_less_than_ninety_percent_fails_even_where_all_are_named(killed: int, ok: bool) -> None:
    part = judged([tried(killed, survived=100 - killed)], {})
    assert part.ok is ok
    assert part.figures["least_killed_percent"] == killed


def test_what_never_ends_was_noticed_and_what_no_test_reaches_was_not() -> None:
    slow = Tried("services/x.py", Counter(timeout=95, survived=5), ())
    unreached = Tried("services/y.py", Counter({"killed": 80, "no tests": 20}), ())
    assert judged([slow], {}).ok
    assert judged([unreached], {}).failures == (
        "services/y.py: 80.0 % of 100 mutants killed, 90 % wanted",
    )


def test_a_run_that_tried_nothing_fails() -> None:
    assert judged([], {}).failures == ("no mutant was tried",)


@pytest.mark.parametrize("change", NAMED, ids=str)
def test_a_named_survivor_speaks_of_code_that_stands_there(change: Change) -> None:
    code = " ".join((ROOT / change.module).read_text().split())
    assert f"def {change.function}(" in code
    assert " ".join(change.was.split()) in code
    assert NAMED[change].strip()
