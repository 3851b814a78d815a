"""The date arithmetic against a second reckoning, over generated times, spans and pauses."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.deadlines import due_after, normalised, resumed, warning_times
from services.ledger.due import wake_at
from shared.events.codes import Severity
from shared.events.ledger import Deadline
from tests.unit.ledger import cases
from tests.unit.ledger.clock_table import ZONE, utc
from tests.unit.ledger.reckoning import DAY, end_of, rolled, share_of, worked

CALENDAR = cases.RULES.calendar
local_times = st.datetimes(datetime(2026, 1, 1), datetime(2028, 8, 31)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
spans = st.integers(0, 60)
minutes = st.integers(0, 60 * 24 * 60)


@given(local_times, spans)
def test_calendar_days(start: datetime, days: int) -> None:
    due = due_after(utc(start), days * DAY, elapsed=False, calendar=CALENDAR)
    assert due == utc(end_of(rolled(start.date() + days * DAY)))
    assert worked(due.astimezone(ZONE).date())


@given(local_times, minutes)
def test_elapsed_hours(start: datetime, span: int) -> None:
    due = due_after(utc(start), timedelta(minutes=span), elapsed=True, calendar=CALENDAR)
    assert due - utc(start) == timedelta(minutes=span)


@given(local_times, spans, minutes, minutes)
def test_a_pause_takes_nothing_and_gives_nothing(
    start: datetime, days: int, before: int, length: int
) -> None:
    """Elapsed time shifts by the pause; calendar time keeps the days between asking and due."""
    asked = start + timedelta(minutes=before % (days * 24 * 60 + 1))
    answered = asked + timedelta(minutes=length)
    due = end_of(rolled(start.date() + days * DAY))
    clock = Deadline(stage="inquiry", started_at=utc(start), due_at=utc(due))
    exact = resumed(clock, utc(asked), utc(answered), elapsed=True, calendar=CALENDAR)
    assert exact.due_at == utc(due) + (answered - asked)
    again = resumed(clock, utc(asked), utc(answered), elapsed=False, calendar=CALENDAR)
    left = due.date() - asked.date()
    assert again.due_at == utc(end_of(rolled(answered.date() + left)))
    assert again.due_at >= clock.due_at


@given(local_times, st.booleans())
def test_a_chosen_day_or_time(chosen: datetime, elapsed: bool) -> None:
    day = date(chosen.year, chosen.month, chosen.day)
    end = utc(end_of(day if elapsed else rolled(day)))
    assert normalised(day, elapsed=elapsed, calendar=CALENDAR) == end
    exact = normalised(utc(chosen), elapsed=elapsed, calendar=CALENDAR)
    assert exact == (utc(chosen) if elapsed else end)


@given(local_times, minutes.filter(bool), st.integers(1, 99))
def test_warnings(start: datetime, span: int, share: int) -> None:
    end = start + timedelta(minutes=span)
    clock = Deadline(stage="inquiry", started_at=utc(start), due_at=utc(end))
    assert warning_times(clock, [share]) == [(share, utc(share_of(share, start, end)))]


@given(local_times, st.sampled_from(("S1", "S2", "S3", "S4")))
def test_whoever_looks_when_the_case_wakes_misses_nothing(
    received: datetime, severity: Severity
) -> None:
    """Each waking fires something, at its own time, and the next one lies ahead."""
    draft = cases.opened(severity, at=utc(received))
    for _ in range(20):
        wake = wake_at(draft.case, cases.RULES)
        assert wake is not None
        count = len(draft.new)
        draft.fire(wake - timedelta(milliseconds=1), cases.RULES)
        assert len(draft.new) == count
        draft.fire(wake, cases.RULES)
        assert len(draft.new) > count
        assert all(event.time == wake for event in draft.new[count:])
        assert (wake_at(draft.case, cases.RULES) or wake) > wake
