"""At which hours people are written to or called."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from shared.hours import BANGUI, quiet_until, safe_windows

FOLDER = Path(__file__).resolve().parents[2] / "vectors"
QUIET = json.loads((FOLDER / "quiet_hours.json").read_text("utf-8"))["cases"]
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case["utc"])
def test_quiet_hours(case: dict[str, Any]) -> None:
    expected = case["next_allowed_utc"]
    found = quiet_until(datetime.fromisoformat(case["utc"]))
    assert found == (datetime.fromisoformat(expected) if expected else None)


def test_quiet_hours_do_not_hold_a_direct_answer() -> None:
    assert quiet_until(NIGHT, exempt=True) is None


@pytest.mark.parametrize(
    ("words", "windows"),
    [
        ("9h-12h", ((time(9), time(12)),)),
        ("de 14:00 à 17h30", ((time(14), time(17, 30)),)),
        ("9-11, 18h-19h", ((time(9), time(11)), (time(18), time(19)))),
        ("9h30-12h", ((time(9, 30), time(12)),)),
        ("22h-24h", ((time(22), time(23, 59)),)),
        ("20h-5h", ((time(20), time.max), (time.min, time(5)))),
        ("22h-0h", ((time(22), time.max),)),
        ("le matin", ()),
        ("25h-26h", ()),
        ("25h-12h", ()),
        ("25h-26h, 9h-12h", ((time(9), time(12)),)),
        ("9h-9h", ((time(9), time.max), (time.min, time(9)))),
        ("12h-25h", ()),
        ("9:60-12h", ()),
        (None, ()),
    ],
)
def test_safe_hours_are_read(words: str | None, windows: object) -> None:
    assert safe_windows(words) == windows


def test_safe_hours_bind_within_the_day_and_always() -> None:
    windows = safe_windows("6h-9h")
    at = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert quiet_until(at, windows) == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert quiet_until(at, windows, exempt=True) is None
    assert quiet_until(NIGHT, windows, exempt=True) == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "local", "allowed"),
    [
        ("9h-12h", "09:00", None),
        ("9h-12h", "11:59", None),
        ("9h-12h", "12:00", "2026-11-24T09:00"),
        ("9h-12h", "08:30", "2026-11-23T09:00"),
        ("9h-11h, 18h-22h", "12:00", "2026-11-23T18:00"),
        ("9h-11h, 18h-22h", "19:59", None),
        ("9h-11h, 18h-22h", "20:00", "2026-11-24T09:00"),
        ("20h-22h", "10:00", "2026-11-23T20:00"),
        ("20h-22h", "20:30", None),
        ("22h-6h", "12:00", "2026-11-23T22:00"),
        ("22h-6h", "05:59", None),
        ("18h-6h", "05:59", "2026-11-23T18:00"),
    ],
)
def test_safe_hours_bind_with_the_common_ones_where_they_meet_and_else_alone(
    words: str, local: str, allowed: str | None
) -> None:
    now = datetime.fromisoformat(f"2026-11-23T{local}").replace(tzinfo=BANGUI)
    expected = datetime.fromisoformat(allowed).replace(tzinfo=BANGUI) if allowed else None
    assert quiet_until(now, safe_windows(words)) == expected
