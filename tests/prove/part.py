"""What each part of the proof hands back: figures, and every promise that did not hold."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """The outcome of one part: it held when `failures` is empty.

    `figures` go into the JSON line; the names `rounds`, `accepted`, `lost`, `doubled` and
    `leaked` of several parts are added up there. `table` is what a person reads.
    """

    name: str
    figures: Mapping[str, float] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    table: str = ""

    @property
    def ok(self) -> bool:
        """Whether every promise held."""
        return not self.failures


@dataclass(frozen=True)
class Task:
    """What a part may use: a folder of its own, whether to be short, and a way to tell progress."""

    folder: Path
    short: bool
    tell: Tell


Run = Callable[[Task], Awaitable[Part]]
