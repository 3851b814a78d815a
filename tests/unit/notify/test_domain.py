"""When a delivery goes out, when it is tried again, and what a receipt means."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import tzset
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import (
    RANK,
    Contact,
    Outcome,
    advances,
    digest_slot,
    kannel_status,
    next_attempt,
    shown_state,
    way_to,
)

FOLDER = Path(__file__).resolve().parents[2] / "vectors"
RECEIPTS = json.loads((FOLDER / "delivery_status_map.json").read_text("utf-8"))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["UTC", "Pacific/Honolulu", "Asia/Tokyo"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in a time zone of the machine."""
    monkeypatch.setenv("TZ", request.param)
    tzset()
    yield
    monkeypatch.undo()
    tzset()


def test_attempts_grow_apart_and_end_after_three_days() -> None:
    gaps = []
    at = NOW
    for tried in range(1, 30):
        following = next_attempt(tried, NOW, at, jitter=0.5)
        if following is None:
            break
        gaps.append(following - at)
        at = following
    assert gaps[:8] == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=14),
    ]
    assert gaps == sorted(gaps)
    assert timedelta(days=3) <= at - NOW < timedelta(days=4)


@pytest.mark.parametrize(
    ("jitter", "seconds"), [(0.0, 48), (0.25, 54), (0.5, 60), (0.75, 66), (1.0, 72)]
)
def test_attempts_are_spread_by_a_fifth_to_both_sides(jitter: float, seconds: float) -> None:
    assert next_attempt(1, NOW, NOW, jitter=jitter) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("speed", [1.0, 2.0, 3600.0])
def test_an_attempt_is_given_up_when_three_real_days_have_passed(speed: float) -> None:
    end = NOW + timedelta(days=3) * speed
    before = end - timedelta(seconds=1)
    assert next_attempt(9, NOW, before, jitter=0.5, speed=speed) is not None
    assert next_attempt(9, NOW, end, jitter=0.5, speed=speed) is None


@given(st.integers(1, 50), st.floats(0, 1), st.sampled_from([1.0, 3600.0]))
def test_the_next_attempt_lies_ahead_and_is_stretched_with_the_clock(
    tried: int, jitter: float, speed: float
) -> None:
    following = next_attempt(tried, NOW, NOW, jitter=jitter, speed=speed)
    assert following is not None
    assert following - NOW >= timedelta(seconds=48) * speed


@pytest.mark.parametrize(
    "case",
    [c for c in RECEIPTS["cases"] if c["provider"] == "kannel"],
    ids=lambda case: case["value"],
)
def test_kannel_receipts(case: dict[str, Any]) -> None:
    assert kannel_status(case["value"]) == case["normalised"]


def test_receipts_follow_the_scale() -> None:
    assert RECEIPTS["rank"] == RANK
    assert kannel_status("1") == "delivered"
    assert kannel_status("99") is None


@given(st.lists(st.sampled_from(sorted(RANK)), max_size=8))
def test_receipts_never_go_backwards(values: list[str]) -> None:
    current: str | None = None
    for value in values:
        before = RANK[current or "queued"]
        if advances(current, value):
            current = value
        assert RANK[current or "queued"] >= before
    if "delivered" in values[:1]:
        assert current in ("delivered", "read")


@pytest.mark.parametrize(
    ("current", "new"), [("sent", "sent"), ("delivered", "failed"), ("failed", "delivered")]
)
def test_a_receipt_that_says_no_more_changes_nothing(current: str, new: str) -> None:
    assert not advances(current, new)


@pytest.mark.parametrize(
    ("state", "receipt", "shown"),
    [
        ("sent", None, "sent"),
        ("sent", "sent", "sent"),
        ("sent", "delivered", "delivered"),
        ("sent", "failed", "failed"),
        ("attempting", "delivered", "attempting"),
    ],
)
def test_the_one_word_for_a_delivery(state: str, receipt: str | None, shown: str) -> None:
    assert shown_state(state, receipt) == shown


@pytest.mark.parametrize(
    ("contact", "planned", "way"),
    [
        (Contact(sms="+1"), "sms", ("sms", "+1")),
        (Contact(sms="+1", email="a"), "sms", ("sms", "+1")),
        (Contact(sms="+1", email="a", preferred="email"), "sms", ("email", "a")),
        (Contact(sms="+1", email="a", opted_out=("sms",)), "sms", ("email", "a")),
        (Contact(sms="+1"), "email", ("sms", "+1")),
        (Contact(sms="+1", preferred="email"), "email", ("sms", "+1")),
        (Contact(sms="+1", opted_out=("sms",)), "sms", Outcome("skipped", "opted-out")),
        (Contact(), "sms", Outcome("skipped", "no-address")),
        (Contact(sms="+1", erased=True), "sms", Outcome("skipped", "erased")),
        (None, "sms", Outcome("skipped", "erased")),
    ],
)
def test_the_way_to_a_complainant(contact: Contact | None, planned: str, way: object) -> None:
    assert way_to(contact, planned) == way


def test_a_contact_shows_nothing_when_printed() -> None:
    assert repr(Contact(sms="+23670000001")) == "Contact(...)"


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-23T05:00:00Z", "2026-11-23T06:30:00Z"),
        ("2026-11-23T06:29:55Z", "2026-11-23T06:30:00Z"),
        ("2026-11-23T06:29:58Z", "2026-11-24T06:30:00Z"),
        ("2026-11-23T12:00:00Z", "2026-11-24T06:30:00Z"),
    ],
)
@pytest.mark.usefixtures("machine_zone")
def test_the_daily_mail_goes_in_the_morning_of_bangui_wherever_the_machine_stands(
    now: str, slot: str
) -> None:
    found = digest_slot(datetime.fromisoformat(now), margin=timedelta(seconds=5))
    assert found == datetime.fromisoformat(slot)
