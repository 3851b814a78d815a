"""A policy version begins to decide on its day in Bangui, also in a process that starts anew."""

import shutil
from pathlib import Path

import pytest

from services.ledger.stages import Stages
from services.ledger.store import MODELS
from shared.mongo import Database
from shared.policy_file import PolicyError, PolicySource, load_bundle
from tests.support.clock import FrozenClock
from tests.support.submissions import POLICY_DIR

JUST_BEFORE, MIDNIGHT = "2026-11-30T23:59:59+01:00", "2026-12-01T00:00:00+01:00"


@pytest.fixture
def clock() -> FrozenClock:
    """A week before the new version starts."""
    return FrozenClock("2026-11-23T08:00:00+01:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped policy, which a test may change."""
    return Path(shutil.copytree(POLICY_DIR, tmp_path / "policy"))


def change(folder: Path, starts: str | None = "2026-12-01") -> None:
    """Put another version there: an appeal may be lodged a day longer."""
    stages = folder / "stages.yaml"
    text = stages.read_text()
    assert "appeal_window: {S4: 30 d" in text
    stages.write_text(text.replace("appeal_window: {S4: 30 d", "appeal_window: {S4: 31 d"))
    if starts:
        (folder / "version.yaml").write_text(f"starts: {starts}\n")


def window(source: PolicySource) -> int:
    """Return how many days the version in force gives for an appeal."""
    return source.current.get(Stages).appeal_window["S4"].days


async def source_on(folder: Path, database: Database, clock: FrozenClock) -> PolicySource:
    """Return what a process reads when it starts."""
    source = PolicySource(folder, MODELS, clock=clock)
    await source.keep_in(database)
    return source


async def test_a_version_waits_for_its_day_and_begins_at_midnight_in_bangui(
    folder: Path, database: Database, clock: FrozenClock
) -> None:
    running = await source_on(folder, database, clock)
    before = running.current.version
    change(folder)
    await running.reload()
    assert (window(running), running.current.version, running.refused) == (30, before, None)
    clock.set(JUST_BEFORE)
    assert window(running) == 30
    clock.set(MIDNIGHT)
    assert window(running) == 31
    assert (await running.get(before)).get(Stages).appeal_window["S4"].days == 30


async def test_who_starts_while_a_version_waits_goes_on_with_the_one_before(
    folder: Path, database: Database, clock: FrozenClock
) -> None:
    first = await source_on(folder, database, clock)
    change(folder)
    started = await source_on(folder, database, clock)
    assert started.current.version == first.current.version
    clock.set(JUST_BEFORE)
    assert window(await source_on(folder, database, clock)) == 30
    clock.set(MIDNIGHT)
    assert (window(started), window(await source_on(folder, database, clock))) == (31, 31)


async def test_what_was_in_force_last_goes_on_not_what_was_kept_first(
    folder: Path, database: Database, clock: FrozenClock
) -> None:
    await source_on(folder, database, clock)
    clock.move(days=1)
    change(folder, starts=None)
    second = await source_on(folder, database, clock)
    assert window(second) == 31
    clock.move(days=1)
    (folder / "version.yaml").write_text("starts: 2026-12-01\n")
    assert (await source_on(folder, database, clock)).current.version == second.current.version


async def test_the_first_version_of_all_decides_at_once(
    folder: Path, database: Database, clock: FrozenClock
) -> None:
    change(folder)
    assert window(await source_on(folder, database, clock)) == 31


async def test_a_version_whose_day_has_passed_decides_at_once(
    folder: Path, database: Database, clock: FrozenClock
) -> None:
    running = await source_on(folder, database, clock)
    change(folder, starts="2026-11-01")
    await running.reload()
    assert window(running) == 31


async def test_a_version_that_waits_can_be_replaced(
    folder: Path, database: Database, clock: FrozenClock
) -> None:
    running = await source_on(folder, database, clock)
    change(folder)
    await running.reload()
    (folder / "version.yaml").write_text("starts: 2026-12-15\n")
    await running.reload()
    clock.set(MIDNIGHT)
    assert window(running) == 30
    clock.move(days=15)
    assert window(running) == 31


@pytest.mark.parametrize("wrong", ["starts: soon", "start: 2026-12-01", "starts: 2026-12-01\nx: 1"])
def test_a_start_that_is_none_is_refused(folder: Path, wrong: str) -> None:
    (folder / "version.yaml").write_text(f"{wrong}\n")
    with pytest.raises(PolicyError, match=r"version\.yaml:\d"):
        load_bundle(folder, MODELS)
