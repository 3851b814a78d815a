"""Cases that are lived through step by step, as the services write them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from deploy.policy_diff.compare import rulebook_of
from deploy.policy_diff.replay import History, Rulebook, history_of
from services.ledger.case import Case
from services.ledger.drafts import Draft, published
from services.ledger.due import wake_at
from services.routing.domain import Route, evolve, fold, react
from shared.events import Event
from shared.events.envelope import EventData
from shared.events.intake import MessageReceived
from shared.events.ledger import Actor, CaseEvent
from shared.ids import grievance_id
from tests.support.submissions import submission
from tests.unit.ledger.cases import MONDAY
from tests.unit.policy_diff.folders import bundle

BOOK: Rulebook = rulebook_of(bundle())
REFERENCE = "K7QM4T2P"
CROPS: dict[str, Any] = {"category": "LAND_CROP_DAMAGE", "organisation": "societe-demo"}


class Life:
    """One case: what its complainant and its holder do, and what time does."""

    def __init__(self, book: Rulebook = BOOK, at: datetime = MONDAY, **codes: Any) -> None:
        self.book, self.now = book, at
        self.intake: list[Event] = []
        self.draft = Draft(grievance_id(REFERENCE), [])
        self._route: Route = fold([])
        self._heard = 0
        data = submission(reference=REFERENCE, received_at=at, **(codes or CROPS))
        self._follow(self._filed(data))

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.draft.case

    @property
    def history(self) -> History:
        """What is recorded of the case so far."""
        history = history_of(self.intake, self.draft.new)
        assert history is not None
        return history

    def wait(self, **time: float) -> "Life":
        """Let time pass: what becomes due is recorded when it does."""
        until = self.now + timedelta(**time)
        while (at := wake_at(self.case, self.book.ledger)) is not None and at <= until:
            self.draft.fire(at, self.book.ledger)
            self._ask_routing()
        self.now = until
        return self

    def act(self, decide: Callable[[Case, Actor], CaseEvent]) -> "Life":
        """Let an officer of the holder act."""
        assert self.case.route is not None
        by = Actor(sub="officer", role="csr", organisation=self.case.route.holder)
        cause = f"request:officer:{len(self.draft.new)}"
        self.draft.add(decide(self.case, by), cause=cause, now=self.now)
        self._ask_routing()
        return self

    def say(self, data: EventData) -> "Life":
        """Let the complainant say something."""
        self.draft.react(self._filed(data), self.now, self.book.ledger)
        self._ask_routing()
        return self

    def write(self) -> "Life":
        """Let the complainant send a message."""
        words = {"reference": REFERENCE, "channel": "sms", "message_id": "m", "danger_signs": ()}
        return self.say(MessageReceived.model_validate(words))

    def _filed(self, data: EventData) -> Event:
        sequence = len(self.intake) + 1
        subject, cause = self.draft.case.id, f"k{sequence}"
        event = Event.derived(data, subject=subject, sequence=sequence, time=self.now, cause=cause)
        self.intake.append(event)
        return event

    def _ask_routing(self) -> None:
        while self._heard < len(self.draft.new):
            event = self.draft.new[self._heard]
            self._heard += 1
            if published(event):
                self._follow(event)

    def _follow(self, event: Event) -> None:
        decision = react(self._route, event, self.book.routing, max(self.now, event.time))
        if decision is not None:
            self._route = evolve(self._route, decision)
            self.draft.react(decision, decision.time, self.book.ledger)
