"""Stories in which time passes, through routing, ledger and notices together.

How they go from filing to the end by the people in them is told in `tests/e2e/tales.py`.
"""

from datetime import timedelta
from typing import Any

from shared.access import Caller
from shared.events.codes import CaseState
from shared.events.envelope import EventData
from shared.events.intake import AnswerGiven, AppealLodged, FollowUpAnswered
from shared.events.ledger import CaseEscalated, FollowUpAsked
from tests.support.submissions import policy, submission
from tests.unit.recusal.world import World

ADVOCATE = Caller("rep-1", "representative", "syndicat-demo")
COMPANY = Caller("csr-1", "csr", "societe-demo")
LABOUR = Caller("aut-4", "authority", "inspection-travail-demo")
COMMUNE = Caller("aut-1", "authority", "commune-demo")
MINES = Caller("aut-2", "authority", "mines-regionales-demo")
CENTRAL = Caller("aut-3", "authority", "autorite-centrale-demo")
WORDS = {"text": "t", "reason": "r"}


class Story(World):
    """A grievance whose people act one after the other; every step must be possible."""

    def does(self, who: Caller, command: str, **body: Any) -> None:
        """Give a command, and let everybody hear of it."""
        assert self.command(who, command, WORDS | body), command
        self.drain()
        self.check_case()

    def says(self, data: EventData) -> None:
        """Let the complainant say something."""
        self.happens(data)
        self.drain()

    def waits(self, **span: float) -> None:
        """Let time pass, and what follows from it arrive."""
        self.pass_time(timedelta(**span))
        self.drain()
        self.check_case()

    def day(self, days: int) -> str:
        """Return the day so many days from now."""
        return (self.now + timedelta(days=days)).date().isoformat()

    def answers(self, *, agreed: bool, items: tuple[int, ...] | None = None) -> None:
        """Let the complainant say yes or no to what is proposed or delivered."""
        self.says(
            AnswerGiven(
                reference=self.given.reference,
                channel="sms",
                agreed=agreed,
                message_id=None,
                items=items,
            )
        )

    def stands(self, state: CaseState, holder: Caller) -> None:
        """Assert how the case stands and who holds it."""
        route = self.draft.case.route
        assert route is not None
        assert (self.draft.case.state, route.holder) == (state, holder.organisation)


def story(**codes: Any) -> Story:
    """Return a grievance that has reached its first holder."""
    made = Story(policy(), submission(**codes))
    made.drain()
    return made


def test_silence_climbs_the_ladder_and_again_after_an_appeal() -> None:
    """Two silences and an appeal: three moves, and a body that is left to decide."""
    case = story(category="LAND_CROP_DAMAGE", organisation="societe-demo")
    case.stands("routed", COMPANY)
    case.waits(days=3)
    case.stands("routed", COMMUNE)
    case.does(COMMUNE, "acknowledge")
    case.does(COMMUNE, "close", **{"as": "resolved-not-agreed"})
    case.says(AppealLodged(reference=case.given.reference, channel="sms", message_id=None))
    case.stands("routed", CENTRAL)
    case.waits(days=5)
    moves = [event for event in case.draft.new if isinstance(event.data, CaseEscalated)]
    assert len(moves) == 3
    case.does(CENTRAL, "acknowledge")
    case.does(CENTRAL, "decide-appeal", outcome="dismissed")
    case.stands("closed", CENTRAL)


def test_what_fails_after_the_end_opens_the_case_again() -> None:
    """The commune's surface tax came once; forty days later the village says that it stopped."""
    case = story(category="SURFACE_TAX", organisation="societe-demo")
    case.does(MINES, "acknowledge")
    case.does(MINES, "propose-remedy", deliver_by=case.day(30))
    case.answers(agreed=True)
    case.does(MINES, "record-delivery")
    case.answers(agreed=True)
    case.does(MINES, "close", **{"as": "resolved-agreed"})
    case.waits(days=40)
    asked = [e.data.asks for e in case.draft.new if isinstance(e.data, FollowUpAsked)]
    assert asked == [("remedy", "retaliation", "satisfaction")]
    told = {"satisfied": False, "remedy_holds": False, "message_id": None}
    reference = case.given.reference
    case.says(FollowUpAnswered(reference=reference, channel="sms", **told))
    case.stands("routed", MINES)


def test_what_is_delivered_late_goes_up_and_what_is_verified_stays() -> None:
    """Care for an accident, in two parts of which one is late."""
    case = story(category="HEALTH_CARE", organisation="societe-demo")
    case.does(COMPANY, "acknowledge")
    items = [
        {"kind": "medical-care", "by": case.day(3)},
        {"kind": "crop-compensation", "amount": 50_000, "by": case.day(20)},
        {"kind": "pay-slips", "by": case.day(20)},
    ]
    case.does(COMPANY, "propose-remedy", items=items)
    case.answers(agreed=True, items=(1, 2))
    case.waits(days=1)
    case.does(COMPANY, "record-delivery", items=[1])
    case.does(ADVOCATE, "verify-delivery", items=[1])
    case.waits(days=25)
    case.stands("routed", LABOUR)
    assert [owed.state for owed in case.draft.case.remedy] == ["verified", "agreed", "refused"]
