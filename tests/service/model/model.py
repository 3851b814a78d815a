"""What a case must look like from outside: a small model that shares no code with the ledger.

It follows what was answered (200 or refused) and who routing named as holder, and says who sees
the case, whether it is open, and at which date the running stage is due wherever plain counting
tells: calendar days over the hand-written list of days off (`reckoning.py`).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.unit.ledger.reckoning import rolled

LOCAL = timedelta(hours=1)
#: Days of each stage for S3 and S4, by responder where they differ (domain.md 1.3).
DAYS: dict[str, dict[str, int]] = {
    "acknowledge": {"S3": 2, "S4": 5},
    "inquiry": {"S3": 10, "S4": 15},
    "propose": {"S3": 30, "S4": 30},
    "answer": {"S3": 14, "S4": 14},
    "verify": {"S3": 30, "S4": 30},
    "close": {"S3": 14, "S4": 14},
}
SHORTER: dict[str, dict[str, dict[str, int]]] = {
    "syndicate": {"inquiry": {"S3": 7, "S4": 7}, "propose": {"S3": 7, "S4": 7}},
    "triage": {
        "acknowledge": {"S3": 1, "S4": 3},
        "inquiry": {"S3": 7, "S4": 7},
        "propose": {"S3": 7, "S4": 7},
    },
}
#: Days for the safety plan of a protected case, which runs beside all stages until there is one.
PLAN_DAYS = 3
#: What runs in a state, the earliest first.
RUNS = {
    "routed": ("acknowledge", "inquiry", "propose"),
    "acknowledged": ("inquiry", "propose"),
    "in_inquiry": ("propose",),
    "remedy_proposed": ("answer",),
    "remedy_delivered": ("verify",),
    "verified": ("close",),
}
ROLE_OF = {
    "company": ("csr",),
    "syndicate": ("representative",),
    "triage": ("representative", "protection"),
    "authority": ("authority",),
    "protection": ("protection",),
}


def day_of(at: datetime) -> date:
    """Return the day in Bangui."""
    return (at.astimezone(UTC) + LOCAL).date()


def due(start: datetime, days: int) -> datetime:
    """Return the end of the working day so many days later, in UTC."""
    day = rolled(day_of(start) + timedelta(days=days))
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC) - LOCAL


@dataclass
class Actor:
    """Somebody who signs in."""

    role: str
    organisation: str | None
    sub: str

    @property
    def name(self) -> str:
        """Return who it is, for a failure's story."""
        return f"{self.role} of {self.organisation}"


@dataclass
class Case:
    """One case as the model has it; `simple` while plain counting tells its dates.

    It does not once a clock was missed, moved or paused, nor while an appeal runs beside them.
    """

    reference: str
    lane: str
    severity: str
    holder: str
    responder: str
    advocate: str | None
    accused: set[str]
    state: str = "routed"
    seats: set[tuple[str, str]] = field(default_factory=set)
    starts: dict[str, datetime] = field(default_factory=dict)
    simple: bool = True
    appealed: bool = False
    planned: bool = False

    def held(self, holder: str, responder: str, at: datetime) -> None:
        """Let a holder get the case, with all its clocks."""
        self.holder, self.responder, self.state = holder, responder, "routed"
        self.seats.add((holder, responder))
        self.starts = dict.fromkeys((*RUNS["routed"], "safety-plan"), at)

    def entered(self, state: str, at: datetime) -> None:
        """Let the case come to a state; stages that begin with it begin now."""
        self.state = state
        for stage in RUNS.get(state, ()):
            if stage in ("answer", "verify", "close"):
                self.starts[stage] = at

    def due_at(self) -> datetime | None:
        """Return the date that must run, or None where counting does not tell."""
        if not self.simple or self.severity not in ("S3", "S4") or self.state not in RUNS:
            return None
        shorter = SHORTER.get(self.responder, {})
        dates = [
            due(self.starts[stage], shorter.get(stage, DAYS[stage])[self.severity])
            for stage in RUNS[self.state]
        ]
        if self.lane == "protected" and not self.planned:
            dates.append(due(self.starts["safety-plan"], PLAN_DAYS))
        return min(dates)

    def exists_for(self, actor: Actor) -> bool:
        """Tell whether somebody may know of the case at all."""
        role, organisation = actor.role, actor.organisation
        if role == "administrator" or (organisation is not None and organisation in self.accused):
            return False
        if self.lane == "protected" and role != "protection":
            return False
        if role == "monitor":
            return True
        if organisation is None:
            return False
        held = any(
            seat == organisation and role in ROLE_OF[responder] for seat, responder in self.seats
        )
        return held or (role == "representative" and organisation == self.advocate)

    def follows(self, command: str, answer: dict[str, Any], at: datetime) -> None:
        """Take note of a command that was carried out."""
        if command in ("extend", "correct-triage", "agree-release"):
            self.simple = False
        elif command == "ask-complainant":
            self.simple, self.state = False, "waiting_for_complainant"
        elif command == "record-safety-plan":
            self.planned = True
        elif command == "acknowledge":
            self.entered("acknowledged", at)
        elif command == "start-inquiry":
            self.entered("in_inquiry", at)
        elif command == "propose-remedy":
            self.entered("remedy_proposed", at)
        elif command == "close":
            self.state = "closed"
        elif command in ("appeal", "reopen", "decide-appeal"):
            self.simple, self.state = False, answer["state"]
            self.appealed = command == "appeal"
        elif command in ("record-delivery", "verify-delivery"):
            self.entered(answer["state"], at)
