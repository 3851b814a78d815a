"""Whole stories through routing, ledger and notices together, each told as it would happen."""

from datetime import date, timedelta
from typing import Any

from services.ledger.sight import may_read
from shared.access import Caller
from shared.events.codes import CaseState
from shared.events.envelope import EventData
from shared.events.intake import AnswerGiven, AppealLodged, FollowUpAnswered
from shared.events.ledger import CaseEscalated, FollowUpAsked
from tests.support.submissions import policy, submission
from tests.unit.recusal.world import World

ADVOCATE = Caller("rep-1", "representative", "syndicat-demo")
COMPANY = Caller("csr-1", "csr", "societe-demo")
COMMUNE = Caller("aut-1", "authority", "commune-demo")
MINES = Caller("aut-2", "authority", "mines-regionales-demo")
CENTRAL = Caller("aut-3", "authority", "autorite-centrale-demo")
FOCAL = Caller("focal-1", "protection", "protection-demo")
SECOND = Caller("focal-2", "protection", "protection-demo")
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

    def notices_to(self, organisation: str | None) -> set[str]:
        """Return what an organisation was told."""
        return {notice.notice for _, notice in self.told if notice.recipient == organisation}


def story(**codes: Any) -> Story:
    """Return a grievance that has reached its first holder."""
    made = Story(policy(), submission(**codes))
    made.drain()
    return made


def test_crops_destroyed_from_silence_to_verified_compensation() -> None:
    """Two escalations and an appeal."""
    case = story(category="LAND_CROP_DAMAGE", organisation="societe-demo")
    case.stands("routed", COMPANY)
    case.does(ADVOCATE, "record-statement")
    assert not case.sight(COMPANY).facts
    case.does(ADVOCATE, "release-statement", consent="fingerprint", to=["company", "authority"])
    assert may_read(case.draft.case, case.sight(COMPANY), "societe-demo", "t")
    case.waits(days=3)
    case.stands("routed", COMMUNE)
    case.does(COMMUNE, "acknowledge")
    case.does(COMMUNE, "start-inquiry")
    case.does(COMMUNE, "ask-party", to="societe-demo")
    case.does(COMPANY, "answer-question", question="t")
    case.does(COMMUNE, "close", **{"as": "resolved-not-agreed"})
    case.says(AppealLodged(reference=case.given.reference, channel="sms", message_id=None))
    case.stands("routed", CENTRAL)
    case.waits(days=5)
    moves = [event for event in case.draft.new if isinstance(event.data, CaseEscalated)]
    assert len(moves) == 3
    case.does(CENTRAL, "acknowledge")
    item = {"kind": "crop-compensation", "amount": 250_000, "by": case.day(20)}
    item["owed_by"] = "societe-demo"
    case.does(CENTRAL, "decide-appeal", outcome="upheld", items=[item])
    case.stands("agreed", CENTRAL)
    assert not case.command(COMPANY, "verify-delivery", {})
    case.does(COMPANY, "record-delivery")
    assert not case.command(COMPANY, "verify-delivery", {})
    case.does(ADVOCATE, "verify-delivery")
    case.does(CENTRAL, "close", **{"as": "resolved-agreed"})
    assert [owed.state for owed in case.draft.case.remedy] == ["verified"]


def test_the_communes_surface_tax() -> None:
    """The authority answers; the company owes; what fails later opens the case again."""
    case = story(category="SURFACE_TAX", organisation="societe-demo")
    case.stands("routed", MINES)
    case.does(MINES, "acknowledge")
    item = {"kind": "surface-tax", "owed_by": "societe-demo", "by": case.day(30)}
    case.does(MINES, "propose-remedy", items=[item])
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


def test_accident_and_care_in_two_parts_of_which_one_is_late() -> None:
    """What is delivered is verified at once; what is late goes up like any missed date."""
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
    case.stands("agreed", COMPANY)
    case.waits(days=25)
    labour = Caller("aut-4", "authority", "inspection-travail-demo")
    case.stands("routed", labour)
    assert [owed.state for owed in case.draft.case.remedy] == ["verified", "agreed", "refused"]


def test_police_violence_is_known_to_protection_alone() -> None:
    """A plan, contact that does not endanger, a service; and two people to let it go."""
    case = story(category="SECURITY_FORCE", accused=("police-demo",))
    case.stands("routed", FOCAL)
    case.does(FOCAL, "record-safety-plan")
    case.does(FOCAL, "record-safe-contact", contact="none")
    before = len(case.told)
    case.does(FOCAL, "acknowledge")
    case.does(FOCAL, "refer-service", service="medical", consent="spoken")
    assert not case.command(FOCAL, "refer-service", WORDS | _service("police-demo"))
    assert not [n for _, n in case.told[before:] if n.recipient == "complainant"]
    for who in (ADVOCATE, COMPANY, COMMUNE, CENTRAL):
        assert not case.sight(who).visible
        assert case.notices_to(who.organisation) == set()
    assert not case.command(FOCAL, "close", WORDS | {"as": "inconclusive"})
    case.does(FOCAL, "request-release", severity="S2")
    assert not case.command(FOCAL, "agree-release", {})
    case.does(SECOND, "agree-release")
    route = case.draft.case.route
    assert route is not None
    assert (route.lane, route.severity) == ("protected", "S2")


def _service(to: str) -> dict[str, str]:
    return {"service": "legal", "consent": "spoken", "to": to}


def test_the_cooperatives_own_leader_is_accused_when_somebody_reads_it() -> None:
    """A person corrects the triage: who is accused is blind before anybody else decides."""
    case = story(category="BUYING_PRICE", organisation="cooperative-demo")
    case.stands("routed", ADVOCATE)
    case.does(ADVOCATE, "acknowledge")
    case.does(ADVOCATE, "escalate")
    leader = Caller("coop-1", "csr", "cooperative-demo")
    case.stands("routed", leader)
    case.accused = {"cooperative-demo"}
    case.does(ADVOCATE, "correct-triage", accused=["cooperative-demo"])
    route = case.draft.case.route
    assert route is not None
    assert route.holder != "cooperative-demo"
    assert not case.sight(leader).visible
    assert date.fromisoformat(case.day(0)) <= case.draft.case.next_clock.due_at.date()  # type: ignore[union-attr]
