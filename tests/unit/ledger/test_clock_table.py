"""The clock against an independent table of worked examples (`tests/data/deadlines.yaml`).

The table was written by hand. Here it is checked twice: its own reckoning by plain calendar
arithmetic over a hand-written list of holidays, and the ledger's decisions against it.
"""

import re
from datetime import date, datetime, timedelta

import pytest

from tests.unit.ledger import cases
from tests.unit.ledger.clock_table import Play, Row, rows
from tests.unit.ledger.reckoning import (
    DAY,
    easter,
    end_of,
    islamic,
    listed,
    rolled,
    share_of,
    worked,
)

YEARS = (2026, 2027, 2028)
EACH_ROW = pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
_WARNING = re.compile(r"(\d{4}-\S+ \S+) (\w+) (\d+) % of (.*) \.\. (.*)")


def test_the_table_is_large_and_says_why() -> None:
    assert len(rows()) >= 60
    assert len({row.name for row in rows()}) == len(rows())
    assert all(row.why and row.due for row in rows())


@EACH_ROW
def test_the_ledger_agrees_with_the_table(row: Row) -> None:
    play = Play(row)
    assert {stage: play.due(stage) for stage in row.due} == {
        stage: told.partition(" = ")[0] for stage, told in row.due.items()
    }
    fired = play.fired()
    if row.fired is not None:
        assert fired == [line.partition(" of ")[0] for line in row.fired]
    if row.missed is not None:
        assert [line for line in fired if " missed, " in line] == row.missed
    if row.paused is not None:
        assert sorted(clock.stage for clock in play.draft.case.paused) == row.paused
    if row.state is not None:
        assert play.draft.case.state == row.state


@EACH_ROW
def test_the_table_agrees_with_a_second_reckoning(row: Row) -> None:
    for told in row.due.values():
        written, _, reckoned = told.partition(" = ")
        if written != "none":
            assert datetime.fromisoformat(written) == second_reckoning(reckoned, row)
    looked_at_once = all(step.what != "nobody looks" for step in row.story)
    for line in row.fired or ():
        if found := _WARNING.fullmatch(line):
            at, start, end = (datetime.fromisoformat(found[place]) for place in (1, 4, 5))
            expected = share_of(int(found[3]), start, end)
            assert at == expected or (not looked_at_once and at > expected)


def second_reckoning(reckoned: str, row: Row) -> datetime:
    """Return what `2026-11-23 + 2 d`, `2026-11-23 08:00 + 24 h` or `end of 2026-11-23` come to."""
    if reckoned.startswith("end of "):
        return end_of(date.fromisoformat(reckoned.removeprefix("end of ")))
    base, _, span = reckoned.partition(" + ")
    count, unit = span.split()
    if unit == "h":
        return datetime.fromisoformat(base) + timedelta(hours=float(count))
    day = date.fromisoformat(base) + int(count) * DAY
    return end_of(rolled(day, row.decree.get("adds", ()), row.decree.get("removes", ())))


@pytest.mark.parametrize("year", YEARS)
def test_the_list_of_holidays_is_right(year: int) -> None:
    """Fixed days, days from Easter, and Eids within a day of the tabular calendar."""
    named = {entry["name"]: entry["day"] for entry in listed() if entry["day"].year == year}
    fixed = {
        "New Year": (1, 1),
        "Boganda": (3, 29),
        "Labour": (5, 1),
        "Prayer": (6, 30),
        "Independence": (8, 13),
        "Assumption": (8, 15),
        "All Saints": (11, 1),
        "Republic": (12, 1),
        "Christmas": (12, 25),
    }
    moving = {"Easter Monday": 1, "Ascension": 39, "Whit Monday": 50}
    eids = {"Eid al-Fitr": (10, 1), "Eid al-Adha": (12, 10)}
    assert named.keys() == fixed.keys() | moving.keys() | eids.keys()
    assert all(named[name] == date(year, *day) for name, day in fixed.items())
    assert all(named[name] == easter(year) + days * DAY for name, days in moving.items())
    for name, (month, day) in eids.items():
        assert abs(named[name] - islamic(year - 579, month, day)) <= DAY


def test_the_weekdays_of_the_list_are_right() -> None:
    assert all(entry["day"].strftime("%A") == entry["weekday"] for entry in listed())


@pytest.mark.parametrize("year", YEARS)
def test_the_calendar_of_the_ledger_is_that_of_the_list(year: int) -> None:
    """Every single day."""
    days = [date(year, 1, 1) + count * DAY for count in range(366)]
    differ = [d for d in days if d.year == year and cases.RULES.calendar.is_working(d) != worked(d)]
    assert not differ
