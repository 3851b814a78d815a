"""Worked examples of due dates (domain rules, clock rules)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.ledger.deadlines import (
    Change,
    days_of,
    due_after,
    normalised,
    resumed,
    warning_times,
)
from shared.events.ledger import Deadline
from tests.unit.ledger.cases import RULES

CALENDAR = RULES.calendar
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """Read a local time of Bangui."""
    return datetime.fromisoformat(text).replace(tzinfo=CALENDAR.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-23T08:00", 2, "2026-11-25"),  # Monday + 2 = Wednesday
        ("2026-11-23T23:59", 2, "2026-11-25"),  # the last minute is still day 0
        ("2026-11-24T00:00", 2, "2026-11-26"),
        ("2026-11-23T00:30", 2, "2026-11-25"),  # 23:30 the day before in UTC
        ("2026-11-25T10:00", 2, "2026-11-27"),
        ("2026-11-26T10:00", 2, "2026-11-30"),  # Saturday rolls to Monday
        ("2026-11-27T10:00", 2, "2026-11-30"),  # Sunday rolls to Monday
        ("2026-11-29T10:00", 2, "2026-12-02"),  # 1 December, proclamation of the Republic
        ("2026-11-28T10:00", 3, "2026-12-02"),
        ("2026-03-18T10:00", 2, "2026-03-23"),  # Eid al-Fitr, Friday 20 March 2026
        ("2026-05-25T10:00", 2, "2026-05-28"),  # Eid al-Adha, 27 May 2026
        ("2026-05-20T10:00", 5, "2026-05-26"),  # Whit Monday, 25 May 2026
        ("2027-03-07T10:00", 2, "2027-03-10"),  # Eid al-Fitr, 9 March 2027
        ("2026-04-04T10:00", 2, "2026-04-07"),  # Easter Monday, 6 April 2026
        ("2027-03-26T10:00", 2, "2027-03-30"),  # Sunday, then Boganda Day and Easter Monday
        ("2026-12-23T10:00", 2, "2026-12-28"),  # Christmas on a Friday
        ("2026-12-30T10:00", 2, "2027-01-04"),  # New Year's Day on a Friday
        ("2026-12-31T23:00", 1, "2027-01-04"),
        ("2028-02-26T10:00", 3, "2028-02-29"),  # leap day, a Tuesday
        ("2027-02-26T10:00", 3, "2027-03-01"),
        ("2026-02-14T10:00", 14, "2026-03-02"),  # 28 February is a Saturday
        ("2026-08-12T10:00", 1, "2026-08-14"),  # Independence Day, Thursday 13 August
        ("2026-08-12T10:00", 3, "2026-08-17"),  # Assumption on a Saturday
        ("2026-04-29T10:00", 2, "2026-05-04"),  # Labour Day on a Friday
        ("2026-05-13T10:00", 1, "2026-05-15"),  # Ascension, Thursday 14 May
        ("2026-06-29T10:00", 1, "2026-07-01"),  # day of prayer, 30 June
        ("2026-11-23T08:00", 30, "2026-12-23"),
    ],
)
def test_calendar_days_end_on_a_working_day(start: str, days: int, due: str) -> None:
    """Day 0 is the day of the start, the last day ends at 23:59 and rolls."""
    found = due_after(at(start), days * DAY, elapsed=False, calendar=CALENDAR)
    assert found == at(f"{due}T23:59")
    assert CALENDAR.is_working(found.astimezone(CALENDAR.zone).date())


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("2026-11-21T02:17", timedelta(hours=24), "2026-11-22T02:17"),  # Saturday night
        ("2026-11-30T23:30", timedelta(hours=4), "2026-12-01T03:30"),  # into a holiday
        ("2026-12-31T22:00", timedelta(days=7), "2027-01-07T22:00"),
        ("2028-02-28T12:00", timedelta(days=2), "2028-03-01T12:00"),
    ],
)
def test_elapsed_hours_know_no_night_and_no_holiday(start: str, span: timedelta, due: str) -> None:
    """S1 and S2 run day and night."""
    assert due_after(at(start), span, elapsed=True, calendar=CALENDAR) == at(due)


def test_hours_are_read_as_begun_days_in_calendar_time() -> None:
    """48 h are 2 days, and 30 h as well."""
    assert [days_of(timedelta(hours=count)) for count in (24, 30, 48)] == [1, 2, 2]


def test_pause_shifts_elapsed_time_exactly() -> None:
    """What remained to the millisecond remains."""
    clock = Deadline(
        stage="propose", started_at=at("2026-11-23T08:00"), due_at=at("2026-11-30T08:00")
    )
    again = resumed(
        clock,
        at("2026-11-25T10:00"),
        at("2026-11-27T13:30"),
        elapsed=True,
        calendar=CALENDAR,
    )
    assert again.due_at == at("2026-12-02T11:30")
    assert again.started_at == at("2026-11-25T11:30")


def test_pause_keeps_calendar_days_and_rolls_over_a_holiday() -> None:
    """Five days were left; five days after the answer is 1 December, so it is due on the 2nd."""
    clock = Deadline(
        stage="inquiry", started_at=at("2026-11-13T08:00"), due_at=at("2026-11-23T23:59")
    )
    again = resumed(
        clock,
        at("2026-11-18T09:00"),
        at("2026-11-26T21:00"),
        elapsed=False,
        calendar=CALENDAR,
    )
    assert again.due_at == at("2026-12-02T23:59")


@pytest.mark.parametrize(
    ("day", "elapsed", "due"),
    [
        (date(2026, 11, 28), False, "2026-11-30T23:59"),
        (date(2026, 12, 1), False, "2026-12-02T23:59"),
        (date(2026, 11, 28), True, "2026-11-28T23:59"),
        (at("2026-11-28T10:00"), False, "2026-11-30T23:59"),
        (at("2026-11-28T10:00"), True, "2026-11-28T10:00"),
    ],
)
def test_a_chosen_date_is_normalised(day: date, elapsed: bool, due: str) -> None:
    """Calendar time ends on a working day; elapsed time is taken as it is."""
    assert normalised(day, elapsed=elapsed, calendar=CALENDAR) == at(due)


def test_a_decree_adds_and_takes_away_days() -> None:
    """The announced Eid replaces the estimate."""
    decreed = CALENDAR.model_copy(
        update={
            "added": (Change(day=date(2027, 3, 10), why="decree"),),
            "removed": (Change(day=date(2027, 3, 9), why="estimate"),),
        }
    )
    assert decreed.is_working(date(2027, 3, 9))
    assert not decreed.is_working(date(2027, 3, 10))
    due = due_after(at("2027-03-08T10:00"), 2 * DAY, elapsed=False, calendar=decreed)
    assert due == at("2027-03-11T23:59")


def test_a_warning_is_due_at_a_whole_millisecond_that_has_passed() -> None:
    """The store keeps milliseconds: what is written must be what is read back."""
    start = at("2026-11-23T08:00")
    clock = Deadline(
        stage="acknowledge", started_at=start, due_at=start + timedelta(microseconds=1_999_998)
    )
    assert warning_times(clock, (50, 100)) == [
        (50, start + timedelta(milliseconds=999)),
        (100, start + timedelta(milliseconds=1999)),
    ]


def test_warnings_come_at_shares_of_the_time() -> None:
    """Half of 24 hours is 12 hours."""
    clock = Deadline(
        stage="acknowledge", started_at=at("2026-11-23T08:00"), due_at=at("2026-11-24T08:00")
    )
    assert warning_times(clock, (50, 75, 90)) == [
        (50, at("2026-11-23T20:00")),
        (75, at("2026-11-24T02:00")),
        (90, at("2026-11-24T05:36")),
    ]
