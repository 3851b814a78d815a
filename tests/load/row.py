"""One measured figure with what it is compared to."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A figure (median of the runs) and its goal.

    `floor` is the bare program's figure for the same work in the same run, `ratio` the figure
    divided by it (or by its counterpart, for rows that compare two states of the system).
    `goal` says in words what is to be reached, `ok` whether it was.
    """

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    goal: str
    ok: bool

    def as_json(self) -> dict[str, Any]:
        """Return the row as it stands in the JSON line."""
        return asdict(self)
