"""What a report counts, and what it does not show."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ledger.case import Term
from services.ledger.figures import Passage, Tally
from services.ledger.reports import Months, year_before
from services.ledger.reports_api import TABLES, TAGS, csv_of
from shared.errors import Invalid
from tests.unit.ledger.cases import RULES

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = RULES.calendar.zone


def passage(**changed: Any) -> Passage:
    """Return a case of the company, opened five days ago and open."""
    given: dict[str, Any] = {
        "reference": "TEST-0001",
        "holder": "societe-demo",
        "site": "doungoubou-demo",
        "category": "LAND_CROP_DAMAGE",
        "opened_at": NOW - 5 * DAY,
        "closed_at": None,
        "late_since": None,
        "path": ("societe-demo",),
        "terms": (),
    }
    return Passage(**(given | changed))


def counted(*passages: Passage, own: str | None = None) -> Tally:
    """Count cases."""
    tally = Tally(NOW, {"acknowledge", "propose"}, ZONE, own)
    for one in passages:
        tally.add(one)
    return tally


def term(stage: str = "acknowledge", ended: int | None = 1, holder: str = "societe-demo") -> Term:
    """Return a date of the day before yesterday's kind: due two days after `NOW`'s week began."""
    due = NOW - 3 * DAY
    return Term(stage, holder, due, None if ended is None else due - ended * DAY)


def test_a_share_is_of_ten_dates_at_least() -> None:
    nine = [passage(terms=(term(ended=1 if n else None),)) for n in range(9)]
    assert counted(*nine).report("", "").on_time[0].model_dump() == {
        "holder": "societe-demo",
        "stage": "acknowledge",
        "dates": 9,
        "kept": 8,
        "share": None,
    }
    ten = counted(*nine, passage(terms=(term(ended=-1),))).report("", "").on_time[0]
    assert (ten.dates, ten.kept, ten.share) == (10, 8, 80)


def test_the_complainants_own_dates_and_second_rounds_do_not_count() -> None:
    terms = (term(), term(ended=None), term("answer"), term("propose", None))
    found = counted(passage(terms=terms)).report("", "").on_time
    assert [(one.stage, one.dates, one.kept) for one in found] == [
        ("acknowledge", 1, 1),
        ("propose", 1, 0),
    ]


def test_times_are_of_closed_cases_and_the_open_ones_stand_beside_them() -> None:
    opened = NOW - 40 * DAY
    closed = [passage(opened_at=opened, closed_at=opened + n * 1.03 * DAY) for n in range(1, 11)]
    still = [passage(opened_at=opened)] * 2
    rows = counted(*closed, *still).report("", "").resolution
    by_site = next(row for row in rows if row.by == "site")
    assert by_site.model_dump() == {
        "by": "site",
        "key": "doungoubou-demo",
        "cases": 12,
        "open": 2,
        "closed": 10,
        "median_days": 5.2,
        "ninetieth_days": 9.3,
        "most_days": 10.3,
    }
    assert counted(*closed, *still).report("", "").cases == 12
    few = counted(*closed[:9]).report("", "").resolution[0]
    assert (few.closed, few.median_days, few.ninetieth_days, few.most_days) == (9, None, None, None)


def test_the_ninetieth_of_many_is_the_value_at_nine_tenths_of_them() -> None:
    opened = NOW - 200 * DAY
    closed = [passage(opened_at=opened, closed_at=opened + n * DAY) for n in range(1, 201)]
    row = counted(*closed).report("", "").resolution[0]
    assert (row.median_days, row.ninetieth_days) == (100, 180)


def test_times_stand_in_the_order_of_what_they_are_of_the_untold_first() -> None:
    rows = counted(
        passage(site="b", category="WAGES", holder="commune-demo"),
        passage(site="a", category=None, closed_at=NOW),
        passage(site=None, category="AA"),
    ).report("", "")
    assert [(row.by, row.key) for row in rows.resolution] == [
        ("category", None),
        ("category", "AA"),
        ("category", "WAGES"),
        ("holder", "commune-demo"),
        ("holder", "societe-demo"),
        ("month", "2026-11"),
        ("site", None),
        ("site", "a"),
        ("site", "b"),
    ]


def test_a_month_is_that_of_bangui() -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    rows = counted(passage(opened_at=late)).report("", "").resolution
    assert [row.key for row in rows if row.by == "month"] == ["2026-11"]


@pytest.mark.parametrize(
    ("days", "band"),
    # The clock of whoever opened it may be ahead of this one's.
    [
        (-0.5, 0),
        (0, 0),
        (14.9, 0),
        (15, 15),
        (30.9, 15),
        (31, 31),
        (90, 61),
        (180.9, 91),
        (181, 181),
    ],
)
def test_open_cases_are_counted_by_age(days: float, band: int) -> None:
    old = passage(opened_at=NOW - days * DAY)
    rows = counted(old, old, passage(closed_at=NOW)).report("", "").ageing
    assert [(row.from_days, row.open) for row in rows if row.open] == [(band, 2)]
    assert [(row.from_days, row.upto_days) for row in rows] == [
        (0, 14),
        (15, 30),
        (31, 60),
        (61, 90),
        (91, 180),
        (181, None),
    ]


def test_overdue_cases_are_named_the_latest_first() -> None:
    found = counted(
        passage(reference="B", late_since=NOW - DAY),
        passage(reference="A", late_since=NOW - 9 * DAY),
        passage(reference="C"),
        passage(reference="D", late_since=NOW - 9 * DAY, closed_at=NOW),
    ).report("", "")
    assert [one.reference for one in found.overdue] == ["A", "B"]
    assert found.overdue_cases == 2


def test_moves_are_counted() -> None:
    twice = passage(path=("a", "b", "c"))
    flow = counted(twice, twice, passage(path=("a", "b"))).report("", "").flow
    assert [(one.previous, one.next, one.cases) for one in flow] == [("a", "b", 3), ("b", "c", 2)]


def test_an_organisation_is_told_of_itself_alone() -> None:
    own = counted(
        passage(terms=(term(), term(holder="commune-demo")), path=("societe-demo", "commune-demo")),
        passage(holder="commune-demo", path=("commune-demo", "central-demo"), late_since=NOW),
        own="societe-demo",
    ).report("", "")
    assert own.cases == 1
    assert {one.holder for one in own.on_time} == {"societe-demo"}
    assert [(one.previous, one.next) for one in own.flow] == [("societe-demo", "commune-demo")]
    assert own.overdue == []
    assert {row.key for row in own.resolution if row.by == "holder"} == {"societe-demo"}


def test_each_column_has_a_tag_and_each_value_its_place() -> None:
    report = counted(passage(late_since=NOW, path=("a", "b"), terms=(term(),))).report("", "")
    for table, kind in TABLES.items():
        lines = csv_of(report, table).splitlines()
        assert lines[0].split(",") == list(kind.model_fields)
        assert lines[1] == ",".join(TAGS[name] for name in kind.model_fields)
        assert len(lines) == 2 + len(getattr(report, table))
    assert csv_of(report, "overdue").splitlines()[2] == (
        "TEST-0001,societe-demo,doungoubou-demo,LAND_CROP_DAMAGE,2026-11-23T07:00:00Z"
    )


def test_months_begin_and_end_in_bangui() -> None:
    begin, end = Months("2025-12", "2026-12").within(ZONE)
    assert begin == datetime(2025, 11, 30, 23, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert year_before(datetime(2026, 11, 30, 23, 30, tzinfo=UTC), ZONE) == Months(
        "2026-01", "2026-12"
    )


@pytest.mark.parametrize(("since", "until"), [("2026-13", "2026-13"), ("2026-02", "2026-01")])
def test_months_that_are_none_are_refused(since: str, until: str) -> None:
    with pytest.raises(Invalid):
        Months(since, until).within(ZONE)
