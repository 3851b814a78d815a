"""The accused never hold, see or hear, and a protected case exists for protection alone.

Whatever the policy, whoever is accused, and whatever happens in whichever order.
"""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.ledger.sight import possible
from services.routing.policy import Policy, decide, next_step
from shared.directory import OrganisationKind
from shared.events.codes import ClosedAs
from shared.events.intake import AnswerGiven, AppealLodged, GrievanceWithdrawn, MessageReceived
from tests.support.policies import KINDS, SIGNS, policies, submissions, valid, with_body
from tests.unit.recusal.world import World

ENDINGS: tuple[ClosedAs, ...] = (
    "resolved-agreed",
    "resolved-not-agreed",
    "referred",
    "inconclusive",
    "inadmissible",
)
MORE = {
    "severity": "S2",
    "consent": "spoken",
    "to": "environnement-demo",
    "how": "phone",
    "outcome": "upheld",
}


class Grievance(RuleBasedStateMachine):
    """One grievance under a generated policy; all that people, time and messages can do to it."""

    world: World

    @initialize(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        """Somebody complains."""
        policy = data.draw(policies())
        self.world = World(policy, data.draw(submissions(policy)))

    @rule()
    def routing_listens(self) -> None:
        """Routing takes a message."""
        self.world.route_next()

    @rule()
    def ledger_listens(self) -> None:
        """The ledger takes a message."""
        self.world.take_in_next()

    @rule(place=st.integers(0, 50))
    def delivered_twice(self, place: int) -> None:
        """A message comes again, long after others."""
        self.world.again(place)

    @rule()
    def everything_arrives(self) -> None:
        """Nothing is on its way any more, and nobody waits for a holder who is never named."""
        self.world.drain()
        self.world.check_drained()

    @rule(hours=st.integers(1, 1_000))
    def time_passes(self, hours: int) -> None:
        """Dates come and go."""
        self.world.pass_time(timedelta(hours=hours))

    @precondition(lambda self: self.world.draft.case.route is not None)
    @rule(place=st.integers(0, 20), days=st.integers(-1, 40), ending=st.sampled_from(ENDINGS))
    def somebody_acts(self, place: int, days: int, ending: ClosedAs) -> None:
        """One of those who may give a command now gives it."""
        world = self.world
        able = [
            (who, name)
            for who in world.callers()
            for name in possible(world.draft.case, world.sight(who))
        ]
        day = (world.now + timedelta(days=days)).date().isoformat()
        body = {"text": "t", "reason": "r", "until": day, "deliver_by": day, "as": ending} | MORE
        if able:
            who, name = able[place % len(able)]
            bodies: dict[str, dict[str, Any]] = {
                "release-statement": {"to": ["company", "authority"]},
                "ask-party": {"to": world.draft.case.seats[0].organisation},
                "decide-appeal": {"items": [{"kind": "contracts", "by": day}]},
            }
            world.command(who, name, body | bodies.get(name, {}))

    @rule(signs=st.lists(st.sampled_from(SIGNS), max_size=2, unique=True))
    def complainant_writes(self, signs: list[str]) -> None:
        """With or without words of danger."""
        self.world.happens(
            MessageReceived(
                reference=self.world.given.reference,
                channel="sms",
                message_id=f"m{len(signs)}",
                danger_signs=tuple(signs),
            )
        )

    @rule(agreed=st.booleans())
    def complainant_answers(self, agreed: bool) -> None:
        """Yes or no."""
        reference = self.world.given.reference
        self.world.happens(
            AnswerGiven(reference=reference, channel="sms", agreed=agreed, message_id=None)
        )

    @rule()
    def complainant_withdraws(self) -> None:
        """The case ends."""
        reference = self.world.given.reference
        self.world.happens(
            GrievanceWithdrawn(reference=reference, channel="sms", pressured=None, message_id=None)
        )

    @rule()
    def complainant_appeals(self) -> None:
        """The next body is asked for."""
        reference = self.world.given.reference
        self.world.happens(AppealLodged(reference=reference, channel="sms", message_id=None))

    @rule(place=st.integers(0, 50), open=st.booleans(), reachable=st.booleans())
    def a_body_changes(self, place: int, open: bool, reachable: bool) -> None:
        """It closes or opens, loses its contact person or finds one."""
        names = sorted(self.world.policy.organisations.organisations)
        emails = ("office@body.example",) if reachable else ()
        name = names[place % len(names)]
        self._put(with_body(self.world.policy, name, open=open, emails=emails))

    @rule(number=st.integers(0, 3), kind=st.sampled_from(KINDS), national=st.booleans())
    def a_body_is_founded(self, number: int, kind: OrganisationKind, national: bool) -> None:
        """The directory grows."""
        name, emails = f"new-{kind}-{number}", ("office@body.example",)
        self._put(with_body(self.world.policy, name, kind=kind, national=national, emails=emails))

    def _put(self, policy: Policy) -> None:
        if valid(policy):
            self.world.policy = policy

    @invariant()
    def nothing_leaks(self) -> None:
        """Holder, date, sight and lists hold at every moment."""
        self.world.check_case()


TestGrievance = Grievance.TestCase
TestGrievance.settings = settings(
    max_examples=settings().max_examples // 2, suppress_health_check=list(HealthCheck)
)


@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_decision_on_the_way_up_is_sound(data: st.DataObject) -> None:
    """Routing alone, also when more are accused on the way."""
    policy = data.draw(policies())
    submission = data.draw(submissions(policy))
    world = World(policy, submission)
    route = decide(submission, policy)
    world.check_decision(route)
    for _ in range(6):
        more = data.draw(
            st.lists(st.sampled_from(sorted(policy.organisations.organisations)), max_size=2)
        )
        world.accused |= set(more)
        route = next_step(route, "deadline-missed", policy, more)
        world.check_decision(route)
