"""W3C trace context: valid headers are continued, others begin a new trace."""

import pytest

from shared.tracing import child_of, parse_traceparent, trace_id_of

VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_child_stays_in_the_trace_with_a_new_parent() -> None:
    child = child_of(VALID)
    assert trace_id_of(child) == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert child != VALID
    assert child.endswith("-01")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "garbage",
        VALID.upper(),
        "ff" + VALID[2:],
        VALID + "-extra",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
    ],
)
def test_what_is_not_valid_begins_a_new_trace(header: str | None) -> None:
    assert parse_traceparent(header) is None
    assert trace_id_of(child_of(header)) is not None


def test_a_later_version_may_have_more_fields() -> None:
    assert parse_traceparent("01" + VALID[2:] + "-more") is not None
