"""At which hours people may be written to or called: by day, or when they said. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

BANGUI: Final = ZoneInfo("Africa/Bangui")

#: Text messages are read by day only (quiet hours 20:00 to 08:00, Africa/Bangui).
_DAY: Final = (time(8), time(20))


def quiet_until(
    now: datetime, windows: Sequence[tuple[time, time]] = (), *, exempt: bool = False
) -> datetime | None:
    """Return when a text message may go out; None when it may now.

    `windows` are the hours that the person called safe: they bind always, and where they leave
    none of the common hours they win over those. `exempt` lifts the common quiet hours only (the
    receipt of a message just sent, and safety).
    """
    if exempt and not windows:
        return None
    local = now.astimezone(BANGUI)
    shared = [_shared(window, exempt) for window in windows]
    allowed = [window for window in shared if window[0] < window[1]] or windows or [_DAY]
    if any(start <= local.time() < end for start, end in allowed):
        return None
    starts = [
        datetime.combine(local.date() + timedelta(days=day), start, BANGUI)
        for day in (0, 1)
        for start, _ in allowed
    ]
    return min(start for start in starts if start > local).astimezone(now.tzinfo)


def _shared(window: tuple[time, time], exempt: bool) -> tuple[time, time]:
    if exempt:
        return window
    return max(window[0], _DAY[0]), min(window[1], _DAY[1])


_WINDOW: Final = re.compile(
    r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?\s*(?:-|–|à|a|to)\s*(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?"
)


def safe_windows(words: str | None) -> tuple[tuple[time, time], ...]:
    """Read safe hours such as `9h-12h, 14:00-17:30`; what is not understood is left out.

    Hours that pass midnight (`20h-5h`) become those before and those after it.
    """
    windows: list[tuple[time, time]] = []
    for match in _WINDOW.finditer((words or "").lower()):
        start, end = _clock_time(match[1], match[2]), _clock_time(match[3], match[4])
        if start is None or end is None:
            continue
        spans = [(start, end)] if start < end else [(start, time.max), (time.min, end)]
        windows += [span for span in spans if span[0] < span[1]]
    return tuple(windows)


def _clock_time(hour: str, minute: str | None) -> time | None:
    if int(hour) == 24:
        return time(23, 59)
    valid = int(hour) < 24 and int(minute or 0) < 60
    return time(int(hour), int(minute or 0)) if valid else None
