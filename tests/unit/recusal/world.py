"""One grievance as routing, ledger and notify see it, with messages between them on the way."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.ledger.commands import read_command
from services.ledger.drafts import Draft, published
from services.ledger.sight import Sight, key_of, seen_by
from services.notify.audience import COMPLAINANT, Audiences, Notice, notices
from services.routing.domain import Route, evolve, fold, react
from services.routing.policy import Policy
from shared.access import ROLES, Caller
from shared.errors import DomainError
from shared.events import Event
from shared.events.envelope import EventData
from shared.events.intake import GrievanceSubmitted
from shared.events.ledger import Actor
from shared.events.routing import GrievanceRouted
from shared.ids import grievance_id
from shared.roles import Role
from tests.support.policies import LAST_RESORT, accused_of, protected_by
from tests.unit.ledger.cases import MONDAY, RULES, sight_of
from tests.unit.notify.cases import bundle

TABLE = bundle().get(Audiences)
PROTECTION_KIND = "protection"


@dataclass
class World:
    """A grievance on its way; `accused` and `protected` are what the domain rules say of it."""

    policy: Policy
    given: GrievanceSubmitted
    now: datetime = MONDAY
    accused: set[str] = field(default_factory=set)
    protected: bool = False
    to_routing: list[Event] = field(default_factory=list)
    to_ledger: list[Event] = field(default_factory=list)
    told: list[tuple[Event, Notice]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self.gid = grievance_id(self.given.reference)
        self.accused = accused_of(self.given, self.policy)
        self.protected = protected_by(self.given, self.policy)
        self.route: Route = fold([])
        self.draft = Draft(self.gid, [])
        self.history: list[Event] = []
        self.to_routing.append(self.event(self.given))

    def event(self, data: EventData) -> Event:
        """Return a new event of intake about the grievance."""
        self._count += 1
        cause = f"happening-{self._count}"
        return Event.derived(data, subject=self.gid, sequence=1, time=self.now, cause=cause)

    def callers(self) -> list[Caller]:
        """Return everybody who could look: each role in each organisation, and in none."""
        names = (*self.policy.organisations.organisations, "not-in-the-directory", None)
        roles: tuple[Role, ...] = ROLES  # type: ignore[assignment]
        return [Caller("somebody", role, name) for role in roles for name in names]

    def route_next(self) -> None:
        """Let routing take the next message that waits for it."""
        if self.to_routing:
            event = self.to_routing.pop(0)
            self.history.append(event)
            self._decide(event)

    def _decide(self, event: Event) -> None:
        decision = react(self.route, event, self.policy, self.now)
        if decision is not None:
            self.route = evolve(self.route, decision)
            self.to_ledger.append(decision)
            self.check_decision(decision.data)

    def take_in_next(self) -> None:
        """Let the ledger take the next message that waits for it."""
        if self.to_ledger:
            event = self.to_ledger.pop(0)
            self.history.append(event)
            self._settle(lambda: self.draft.react(event, self.now, RULES))

    def again(self, place: int) -> None:
        """Deliver an earlier message a second time, to whoever listens."""
        if self.history:
            event = self.history[place % len(self.history)]
            self._decide(event)
            self._settle(lambda: self.draft.react(event, self.now, RULES))

    def happens(self, data: EventData) -> None:
        """Let the complainant do something."""
        self.to_ledger.append(self.event(data))

    def command(self, caller: Caller, name: str, body: Any) -> bool:
        """Give a command as the API does; tell whether it was carried out."""
        if name not in self.sight(caller).commands:
            return False
        by = Actor(sub=caller.sub, role=caller.role, organisation=caller.organisation)
        before = len(self.draft.new)

        def decide() -> None:
            self.draft.catch_up(self.now, RULES)
            self._count += 1
            command = read_command(name, body)
            data = command.decide(self.draft.case, by, "t", self.now, RULES)
            self.draft.add(data, cause=f"command-{self._count}", now=self.now)

        try:
            self._settle(decide)
        except DomainError:
            return False
        return len(self.draft.new) > before

    def pass_time(self, span: timedelta) -> None:
        """Let time pass, and whatever is due fire."""
        self.now += span
        self._settle(lambda: self.draft.fire(self.now, RULES))

    def drain(self) -> None:
        """Deliver everything that is on its way, and what follows from it."""
        while self.to_routing or self.to_ledger:
            self.route_next()
            self.take_in_next()

    def _settle(self, change: Any) -> None:
        """Publish what a change led to and tell who must be told of it."""
        before = len(self.draft.new)
        try:
            change()
        finally:
            for event in self.draft.new[before:]:
                if published(event):
                    self.to_routing.append(event)
                    found = notices(event, TABLE, self.policy.organisations)
                    self.told += [(event, notice) for notice in found]
                    self.check_told(event, found)

    def sight(self, caller: Caller) -> Sight:
        """Return what somebody sees of the case."""
        return sight_of(self.draft.case, caller)

    def check_decision(self, data: EventData) -> None:
        """Assert what holds for every decision of routing, at the moment it is made."""
        assert isinstance(data, GrievanceRouted)
        assert self.accused <= set(data.accused)
        assert data.advocate not in self.accused
        assert (data.lane == "protected") == self.protected
        body = self.policy.find(data.holder)
        assert body is not None
        assert body.open
        assert body.emails
        assert body.kind != "security_force"
        if data.holder in self.accused:
            assert data.holder == LAST_RESORT
            assert any(hit.rule == "last-resort.accused" for hit in data.rules)
        if self.protected:
            assert (data.responder, body.kind) == (PROTECTION_KIND, PROTECTION_KIND)
            assert data.advocate is None

    def check_told(self, event: Event, found: list[Notice]) -> None:
        """Assert who may hear of an event."""
        for notice in found:
            if notice.recipient == COMPLAINANT:
                continue
            assert notice.recipient not in self.accused, event.type
            if self.protected:
                body = self.policy.find(notice.recipient)
                assert body is not None
                assert body.kind == PROTECTION_KIND

    def check_case(self) -> None:
        """Assert what holds for the case at any moment: holder, date, and who sees it."""
        case = self.draft.case
        if case.route is None:
            assert not seen_by(case)
            return
        if case.open:
            assert case.route.holder
            assert case.next_clock is not None
        keys = set(seen_by(case))
        for caller in self.callers():
            sight, key = self.sight(caller), key_of(caller)
            if caller.organisation in self.accused:
                assert not sight.visible
                assert not sight.commands
                assert caller.role == "monitor" or key not in keys
            if self.protected and sight.visible:
                assert caller.role == PROTECTION_KIND
                assert caller.organisation in {seat.organisation for seat in case.seats}
            if caller.role != "monitor":
                assert sight.visible == (key in keys)
            if caller.role in ("monitor", "administrator"):
                assert not sight.commands
        assert not self.protected or all(key.startswith("protection:") for key in keys)

    def check_drained(self) -> None:
        """Assert that nobody waits for a holder who will never be named."""
        case = self.draft.case
        assert case.route is not None
        assert self.route.last is not None
        assert not case.escalating
        if case.open:
            assert case.route.holder == self.route.last.holder
