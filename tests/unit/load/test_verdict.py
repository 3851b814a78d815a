"""The verdict of the bench fails where a goal is missed, and where nothing was measured."""

from tests.load.__main__ import verdict_of
from tests.load.row import Row


def row(name: str, *, ok: bool) -> Row:
    """Return a row that reached its goal, or did not."""
    return Row(name=name, value=1, unit="/s", floor=None, ratio=None, goal="≥ 1/s", ok=ok)


def test_all_goals_reached() -> None:
    assert verdict_of([row("door", ok=True)]) == (True, "every goal was reached")


def test_one_missed_goal_is_named() -> None:
    rows = [row("door", ok=True), row("way", ok=False)]
    assert verdict_of(rows) == (False, "not reached: way")


def test_nothing_measured_is_no_success() -> None:
    assert verdict_of([]) == (False, "nothing was measured")
