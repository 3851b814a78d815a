"""Time as the services see it: the real one, or a rehearsal clock that runs faster."""

import json
import os
import re
import time as _time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Source of domain time; `speed` is how many domain seconds pass in a real second."""

    @property
    def speed(self) -> float:
        """Domain seconds per real second."""

    def now(self) -> datetime:
        """Return the time now: aware, UTC, whole milliseconds."""


def whole_milliseconds(time: datetime) -> datetime:
    """Cut a time to milliseconds, the precision the store keeps."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def real_time() -> float:
    """Return real seconds since the epoch, for leases and token lifetimes."""
    return _time.time()


@dataclass(frozen=True)
class SystemClock:
    """The machine's own clock."""

    speed: float = 1.0

    def now(self) -> datetime:
        """Return the time now in UTC."""
        return whole_milliseconds(datetime.now(UTC))


@dataclass(frozen=True)
class RehearsalClock:
    """A clock that began at `start` at real time `anchor` and runs `speed` times as fast."""

    start: datetime
    speed: float
    anchor: float

    def now(self) -> datetime:
        """Return the rehearsed time in UTC."""
        passed = timedelta(seconds=(real_time() - self.anchor) * self.speed)
        return whole_milliseconds(self.start.astimezone(UTC) + passed)


class ClockError(ValueError):
    """RECOURS_CLOCK cannot be read or is not allowed here."""


_SPEC = re.compile(r"(?P<start>\S+)(?:\s+x(?P<speed>\d+(?:\.\d+)?))?\s*")


def parse_spec(spec: str) -> tuple[datetime, float]:
    """Read `2026-11-23T08:00:00+01:00 x3600` as start and speed."""
    match = _SPEC.fullmatch(spec.strip())
    try:
        if match is None:
            raise ValueError(spec)
        start = datetime.fromisoformat(match["start"])
    except ValueError:
        raise ClockError(
            f"RECOURS_CLOCK={spec!r} is not understood; write it like "
            "'2026-11-23T08:00:00+01:00 x3600'"
        ) from None
    if start.tzinfo is None:
        raise ClockError(f"RECOURS_CLOCK={spec!r} lacks a time zone, for example +01:00")
    speed = float(match["speed"] or 1)
    if not 0 < speed <= 1_000_000:
        raise ClockError(f"RECOURS_CLOCK={spec!r}: the speed must be between 0 and 1,000,000")
    return start, speed


def make_clock(spec: str | None, *, data_dir: Path, production: bool) -> Clock:
    """Return the clock that the environment asks for.

    The real time at which a rehearsal began is kept in `data_dir`, so that all processes of a run
    agree and a restart goes on. Raises ClockError, always so in production.
    """
    if not spec:
        return SystemClock()
    if production:
        raise ClockError("RECOURS_CLOCK is refused when RECOURS_ENV=production")
    start, speed = parse_spec(spec)
    return RehearsalClock(start, speed, _shared_anchor(spec.strip(), data_dir))


def _shared_anchor(spec: str, data_dir: Path) -> float:
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "clock.json"
    for _ in range(3):
        try:
            known = json.loads(path.read_text())
            if known["spec"] == spec:
                return float(known["anchor"])
        except (FileNotFoundError, ValueError, KeyError):
            pass
        mine = path.with_suffix(f".{os.getpid()}.tmp")
        mine.write_text(json.dumps({"spec": spec, "anchor": real_time()}))
        if path.exists():
            os.replace(mine, path)
        else:
            try:
                os.link(mine, path)
            except FileExistsError:
                pass
            finally:
                mine.unlink(missing_ok=True)
    return float(json.loads(path.read_text())["anchor"])
