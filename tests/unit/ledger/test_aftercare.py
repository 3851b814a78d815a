"""After the end: what is asked and when, who answers, and what leads to a new beginning."""

from datetime import timedelta

import pytest

from services.ledger import aftercare
from services.ledger.commands import read_command
from services.ledger.drafts import Draft
from services.ledger.due import wake_at
from services.ledger.stages import Stages
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events.codes import ClosedAs
from shared.events.ledger import CaseReopened, FollowUpAsked, FollowUpRecorded
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import GID, MONDAY, RULES, SYNDICATE, sight_of
from tests.unit.ledger.test_decisions import close, in_state

LATER = MONDAY + timedelta(days=200)


def asked(draft: Draft) -> list[tuple[int, tuple[str, ...]]]:
    """Return what was asked after the end."""
    return [(e.data.day, e.data.asks) for e in draft.new if isinstance(e.data, FollowUpAsked)]


def ended(closed_as: ClosedAs) -> Draft:
    """Return a case that ended in a way."""
    draft = in_state("verified" if closed_as == "resolved-agreed" else "acknowledged")
    draft.add(close(draft.case, closed_as), cause="end", now=MONDAY)
    return draft


def test_what_is_asked_follows_from_how_the_case_ended() -> None:
    resolved, refused = ended("resolved-agreed"), ended("inadmissible")
    withdrawn = in_state("acknowledged")
    withdrawn.react(cases.withdrawn(), MONDAY, RULES)
    for draft in (resolved, refused, withdrawn):
        draft.fire(LATER, RULES)
        assert wake_at(draft.case, RULES) is None
    assert asked(resolved) == [
        (30, ("remedy", "retaliation", "satisfaction")),
        (90, ("remedy", "retaliation")),
    ]
    assert asked(refused) == [(30, ("retaliation", "satisfaction")), (90, ("retaliation",))]
    assert asked(withdrawn) == [(30, ("retaliation",)), (90, ("retaliation",))]


def test_two_workers_ask_once() -> None:
    stream = ended("inadmissible").new
    one, two = Draft(GID, stream), Draft(GID, stream)
    one.fire(LATER, RULES)
    two.fire(LATER + timedelta(hours=1), RULES)
    assert [event.id for event in one.new] == [event.id for event in two.new]
    assert len(one.new) == 2


def test_a_policy_without_follow_ups_asks_nothing() -> None:
    """As those that were kept from before there were any."""
    values = RULES.stages.model_dump(exclude={"follow_up", "remedy", "unreachable"})
    assert Stages.model_construct(**values).follow_up == ()
    assert RULES.stages.follow_up == (timedelta(days=30), timedelta(days=90))


def test_a_remedy_that_does_not_hold_opens_the_case_at_any_time() -> None:
    draft = ended("resolved-agreed")
    draft.react(cases.follow_up(remedy_holds=False), LATER, RULES)
    recorded, opened_again = (event.data for event in draft.new[-2:])
    assert isinstance(recorded, FollowUpRecorded)
    assert isinstance(opened_again, CaseReopened)
    assert draft.case.state == "routed"


@pytest.mark.parametrize("holds", [True, None])
def test_a_remedy_that_holds_leaves_the_case_closed(holds: bool | None) -> None:
    draft = ended("resolved-agreed")
    draft.react(cases.follow_up(remedy_holds=holds), LATER, RULES)
    told = draft.new[-1].data
    assert isinstance(told, FollowUpRecorded)
    assert (told.remedy_holds, told.satisfied, told.by.role) == (holds, True, "complainant")
    assert not draft.case.open


def test_the_advocate_tells_for_the_person() -> None:
    case = ended("resolved-agreed").case
    told = aftercare.decide_follow_up(
        case, SYNDICATE, satisfied=False, remedy_holds=True, alerted=False
    )
    assert (told.satisfied, told.remedy_holds) == (False, True)
    with pytest.raises(Invalid):
        aftercare.decide_follow_up(
            case, SYNDICATE, satisfied=None, remedy_holds=None, alerted=False
        )
    with pytest.raises(Conflict) as refused:
        aftercare.decide_follow_up(
            case, SYNDICATE, satisfied=None, remedy_holds=False, alerted=False
        )
    assert refused.value.members["possible"] == ["reopen"]


def test_revenge_is_told_to_protection_and_stands_in_no_event_of_the_case() -> None:
    command = read_command("record-follow-up", {"retaliation": True})
    assert command.alerts
    told = command.decide(ended("inadmissible").case, SYNDICATE, "t", LATER, RULES)
    assert "retaliation" not in told.model_dump_json(exclude={"case"})
    assert not read_command("record-follow-up", {"satisfied": True}).alerts


@pytest.mark.parametrize(
    ("role", "organisation", "may"),
    [("representative", "syndicat-demo", True), ("csr", "societe-demo", False)],
)
def test_who_tells_how_the_person_is(role: Role, organisation: str, may: bool) -> None:
    sight = sight_of(ended("inadmissible").case, Caller("x", role, organisation))
    assert ("record-follow-up" in sight.commands) is may
