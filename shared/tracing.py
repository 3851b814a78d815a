"""W3C trace context, carried from the first request through every event to the last notice."""

import re
import secrets
from contextvars import ContextVar

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")

current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def parse_traceparent(header: str | None) -> tuple[str, str] | None:
    """Return trace id and flags of a valid `traceparent` header (W3C Trace Context), else None."""
    match = _FORM.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    version, trace_id, parent_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest):
        return None
    if set(trace_id) == {"0"} or set(parent_id) == {"0"}:
        return None
    return trace_id, flags


def child_of(header: str | None) -> str:
    """Return a `traceparent` in the trace of the header, or of a new trace when it has none."""
    trace_id, flags = parse_traceparent(header) or (secrets.token_hex(16), "01")
    return f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"


def trace_id_of(traceparent: str | None) -> str | None:
    """Return the trace id, for log lines."""
    parsed = parse_traceparent(traceparent)
    return parsed[0] if parsed else None
