"""Related cases: linked once, never to themselves, and told to no complainant."""

import pytest

from services.intake.timeline import told_to_complainant
from services.ledger import related
from services.ledger.commands import COMMANDS
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events.ledger import CaseLinked
from shared.roles import Role
from tests.unit.ledger.cases import CSR, MONDAY, REFERENCE, opened, sight_of


def test_a_case_is_linked_once_and_keeps_its_dates() -> None:
    draft = opened()
    before = draft.case.clocks
    draft.add(related.decide_link(draft.case, CSR, "OTHER"), cause="link", now=MONDAY)
    assert draft.case.related == ("OTHER",)
    assert (draft.case.state, draft.case.clocks) == ("routed", before)
    with pytest.raises(Conflict) as refused:
        related.decide_link(draft.case, CSR, "OTHER")
    assert "link-case" not in refused.value.members["possible"]


def test_a_case_is_not_linked_to_itself() -> None:
    with pytest.raises(Invalid):
        related.decide_link(opened().case, CSR, REFERENCE)


@pytest.mark.parametrize(
    ("role", "organisation", "may"),
    [
        ("csr", "societe-demo", True),
        ("representative", "syndicat-demo", True),
        ("monitor", None, False),
    ],
)
def test_who_links(role: Role, organisation: str | None, may: bool) -> None:
    sight = sight_of(opened().case, Caller("x", role, organisation))
    assert ("link-case" in sight.commands) is may


def test_complainants_do_not_hear_of_each_other() -> None:
    assert not told_to_complainant(CaseLinked.type)


def test_what_is_given_to_several_cases_is_a_command() -> None:
    assert COMMANDS.keys() >= related.TOGETHER
    assert not related.TOGETHER & {"release-statement", "verify-delivery", "correct-triage"}
