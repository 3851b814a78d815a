"""A case that changes while its next holder is on the way, which may take hours without Kafka."""

from typing import Any

import pytest

from shared.access import Caller
from shared.events.intake import AppealLodged
from shared.events.ledger import CaseEscalated
from tests.support.submissions import policy, submission
from tests.unit.recusal.world import World

COMPANY = Caller("csr-1", "csr", "societe-demo")
COMMUNE = Caller("a-1", "authority", "commune-demo")
REASON = {"reason": "r"}


@pytest.fixture
def world() -> World:
    """A case of the company, whose next holder would be the commune."""
    made = World(policy(), submission(category="LAND_CROP_DAMAGE", organisation="societe-demo"))
    made.drain()
    assert made.command(COMPANY, "escalate", REASON)
    return made


def appeal(world: World) -> None:
    """Let the complainant appeal."""
    reference = world.given.reference
    world.happens(AppealLodged(reference=reference, channel="sms", message_id=None))


def close(world: World) -> None:
    """Let the company close the case."""
    body: dict[str, Any] = {"as": "inadmissible", "reason": "r"}
    assert world.command(COMPANY, "close", body)


def moves(world: World) -> list[str]:
    """Return to whom the case was given, one after another."""
    events = [event.data for event in world.draft.new]
    return [data.route.holder for data in events if isinstance(data, CaseEscalated)]


def test_an_appeal_reaches_the_holder_that_a_closed_case_never_came_to(world: World) -> None:
    close(world)
    world.drain()
    assert world.draft.case.state == "closed"
    appeal(world)
    world.drain()
    assert moves(world) == ["commune-demo"]
    world.check_drained()


def test_an_appeal_that_meets_the_answer_on_its_way_moves_the_case_once(world: World) -> None:
    close(world)
    world.route_next()
    appeal(world)
    world.to_ledger.reverse()  # the appeal is taken in first
    world.drain()
    assert moves(world) == ["commune-demo"]
    world.check_drained()


def test_a_second_answer_does_not_undo_what_the_next_holder_did(world: World) -> None:
    world.route_next()
    appeal(world)
    world.to_ledger.reverse()
    world.take_in_next()
    world.take_in_next()
    assert world.command(COMMUNE, "acknowledge", None)
    world.drain()
    assert moves(world) == ["commune-demo"]
    assert world.draft.case.state == "acknowledged"
