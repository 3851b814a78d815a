"""Who works on a case: one person at a time, taken and given back, and never a case with nobody."""

import pytest

from services.ledger import people
from shared.access import Caller
from shared.errors import Conflict
from shared.events.ledger import Actor
from shared.roles import Role
from tests.unit.ledger.cases import CSR, MONDAY, opened, sight_of

COLLEAGUE = Actor(sub="csr-2", role="csr", organisation="societe-demo")


def test_a_colleague_takes_a_case_from_who_is_absent() -> None:
    draft = opened()
    before = draft.case.clocks
    for by in (CSR, COLLEAGUE):
        draft.add(people.decide_take(draft.case, by), cause=by.sub, now=MONDAY)
        assert draft.case.person == by.sub
    with pytest.raises(Conflict):
        people.decide_take(draft.case, COLLEAGUE)
    assert draft.case.clocks == before


def test_what_is_given_back_stays_with_the_organisation_and_keeps_its_date() -> None:
    draft = opened()
    with pytest.raises(Conflict):
        people.decide_hand_over(draft.case, CSR, None)
    draft.add(people.decide_take(draft.case, CSR), cause="take", now=MONDAY)
    draft.add(people.decide_hand_over(draft.case, CSR, None), cause="give", now=MONDAY)
    assert draft.case.person is None
    assert draft.new[-1].data.case.holder == "societe-demo"  # type: ignore[attr-defined]
    assert draft.case.next_clock


@pytest.mark.parametrize(
    ("role", "organisation", "may"),
    [
        ("csr", "societe-demo", True),
        ("representative", "syndicat-demo", False),
        ("monitor", None, False),
    ],
)
def test_who_takes(role: Role, organisation: str | None, may: bool) -> None:
    sight = sight_of(opened().case, Caller("x", role, organisation))
    assert ({"take", "hand-over"} <= sight.commands) is may
