"""The rehearsal clock: read strictly, agreed between processes, refused in production."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.clock import ClockError, RehearsalClock, SystemClock, make_clock, parse_spec, real_time

SPEC = "2026-11-23T08:00:00+01:00 x3600"


def test_reads_start_and_speed() -> None:
    start, speed = parse_spec(SPEC)
    assert start == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert speed == 3600


def test_speed_is_one_when_not_given() -> None:
    assert parse_spec("2026-11-23T08:00:00+01:00")[1] == 1


@pytest.mark.parametrize(
    "spec",
    ["", "tomorrow", "2026-11-23T08:00:00", "2026-11-23T08:00:00+01:00 x0", SPEC + " x2", "x3600"],
)
def test_refuses_what_it_does_not_understand(spec: str) -> None:
    with pytest.raises(ClockError, match="RECOURS_CLOCK"):
        parse_spec(spec)


def test_runs_as_fast_as_told() -> None:
    clock = RehearsalClock(datetime(2026, 11, 23, tzinfo=UTC), 3600, real_time() - 10)
    assert 36_000 <= (clock.now() - clock.start).total_seconds() < 37_000


def test_processes_of_a_run_agree_and_a_restart_goes_on(tmp_path: Path) -> None:
    first = make_clock(SPEC, data_dir=tmp_path, production=False)
    second = make_clock(SPEC, data_dir=tmp_path, production=False)
    assert first == second


def test_another_spec_begins_anew(tmp_path: Path) -> None:
    make_clock(SPEC, data_dir=tmp_path, production=False)
    other = make_clock("2027-01-01T00:00:00+01:00 x2", data_dir=tmp_path, production=False)
    assert other.speed == 2


def test_is_refused_in_production(tmp_path: Path) -> None:
    with pytest.raises(ClockError, match="production"):
        make_clock(SPEC, data_dir=tmp_path, production=True)


def test_the_system_clock_keeps_whole_milliseconds(tmp_path: Path) -> None:
    clock = make_clock(None, data_dir=tmp_path, production=True)
    assert isinstance(clock, SystemClock)
    assert clock.now().microsecond % 1000 == 0
