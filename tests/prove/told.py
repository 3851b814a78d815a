"""What the clients of a run were told: the one side of every check, the record is the other."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ordered:
    """A command of an officer, and the last answer to it (`status` None: never answered)."""

    reference: str
    command: str
    key: str
    by: str
    status: int | None


@dataclass(frozen=True)
class Written:
    """What a complainant sent to a case, and the last answer (`status` None: never answered)."""

    reference: str
    kind: str
    key: str
    status: int | None
    message_id: str | None = None


@dataclass(frozen=True)
class Opened:
    """A grievance whose complainant has its code."""

    reference: str
    code: str


@dataclass
class Told:
    """Everything that was answered to clients, by the key under which they asked.

    `filed` maps each key to the references that its answers named: one, when nothing is doubled.
    `asked` are keys that were sent at least once; those not in `filed` never got an answer.
    `wrong` are answers that no client should ever get.
    """

    asked: set[str] = field(default_factory=set)
    filed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_way: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    opened: list[Opened] = field(default_factory=list)
    ordered: list[Ordered] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    receipts: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> set[str]:
        """The references of every grievance that somebody was told is taken."""
        return {reference for references in self.filed.values() for reference in references}

    def file(self, way: str, key: str, reference: str, code: str | None = None) -> None:
        """Note that a grievance was accepted."""
        name = f"{way}|{key}"
        if name not in self.filed:
            self.by_way[way] += 1
            if code:
                self.opened.append(Opened(reference, code))
        self.filed[name].add(reference)
