"""Figures as pictures: nothing is drawn that the table does not tell."""

import pytest

from services.ledger.figures import Ageing, Flow, OnTime, Resolution
from services.ledger.web.charts import (
    MOST_DRAWN,
    Mark,
    ageing,
    chart,
    flow,
    on_time,
    resolution,
    wilson,
)


@pytest.mark.parametrize(
    ("kept", "dates", "low", "high"),
    # Wilson's score interval, from a table worked out by hand.
    [(8, 10, 49.0, 94.3), (10, 10, 72.2, 100.0), (0, 10, 0.0, 27.8), (50, 100, 40.4, 59.6)],
)
def test_a_share_of_few_dates_has_a_wide_range(
    kept: int, dates: int, low: float, high: float
) -> None:
    assert wilson(kept, dates) == pytest.approx((low, high), abs=0.05)


def row(holder: str, dates: int, kept: int, share: int | None) -> tuple[str, OnTime]:
    """Return a row of the table under its name."""
    return holder, OnTime(holder=holder, stage="a", dates=dates, kept=kept, share=share)


def test_shares_stand_in_order_and_few_dates_are_not_drawn() -> None:
    marks = on_time([row("b", 10, 10, 100), row("few", 9, 9, None), row("a", 10, 5, 50)])
    assert [(mark.of, mark.point, mark.figure, mark.n) for mark in marks] == [
        ("a", 120, "50 %", 10),
        ("b", 240, "100 %", 10),
    ]
    assert marks[0].low < 120 < marks[0].high


def test_the_median_is_a_point_on_the_way_to_nine_in_ten() -> None:
    def days(median: float | None, ninetieth: float | None) -> Resolution:
        return Resolution(
            by="site", key="x", cases=12, open=2, closed=10,
            median_days=median, ninetieth_days=ninetieth, most_days=ninetieth,
        )  # fmt: skip

    marks = resolution([("x", days(5, 20)), ("y", days(None, None)), ("z", days(10, 10))])
    assert [(mark.of, mark.low, mark.point, mark.high, mark.figure) for mark in marks] == [
        ("x", 0, 60, 240, "5–20"),
        ("z", 0, 120, 120, "10–10"),
    ]
    assert resolution([]) == []


def test_ages_stand_for_each_holder_on_one_scale_the_most_first() -> None:
    rows = [
        (holder, Ageing(holder=holder, from_days=since, upto_days=upto, open=n))
        for holder, since, upto, n in (
            ("a", 0, 14, 1),
            ("b", 0, 14, 4),
            ("b", 15, None, 2),
            ("none", 0, 14, 0),
        )
    ]
    assert {
        holder: [(mark.of, mark.high, mark.figure) for mark in marks]
        for holder, marks in ageing(rows).items()
    } == {"b": [("0–14", 240, "4"), ("15+", 120, "2")], "a": [("0–14", 60, "1")]}
    assert list(ageing(rows)) == ["b", "a"]


def test_ways_from_one_holder_to_another_are_bars() -> None:
    rows = [(f"a → {to}", Flow(previous="a", next=to, cases=n)) for to, n in (("b", 8), ("c", 2))]
    assert [(mark.of, mark.high) for mark in flow(rows)] == [("a → b", 240), ("a → c", 60)]
    assert flow([]) == []


def test_a_long_name_goes_on_below_and_moves_the_rest_down() -> None:
    long = "Autorité régionale des mines et de la géologie : proposer une réparation"
    marks = [Mark(long, 0, 5, 9, "1", 1), Mark("court", 0, 5, 9, "2", 2)]
    drawn = chart(marks)
    assert drawn is not None
    assert [len(row.name) for row in drawn.rows] == [2, 1]
    assert " ".join(line for _, line in drawn.rows[0].name) == long
    assert [row.y for row in drawn.rows] == [38, 74]
    assert drawn.height == 90
    assert drawn.told == f"{long} : 1. court : 2"
    assert chart([]) is None
    assert len((chart(marks * 20) or drawn).rows) == MOST_DRAWN
