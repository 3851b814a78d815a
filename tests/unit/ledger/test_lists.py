"""In which lists a case stands: all of a caller's, its queue, what is late, what they hold."""

from services.ledger.views import document_of
from tests.unit.ledger.cases import RULES, opened


def test_a_case_is_in_the_own_list_of_its_holder_alone_and_among_the_late_when_it_is() -> None:
    draft = opened()
    lists = set(document_of(draft.case, None, RULES)["seen_by"])
    assert {name for name in lists if name.endswith(">mine")} == {"csr:societe-demo>mine"}
    assert not {name for name in lists if name.endswith(">late")}
    clock = draft.case.clock("acknowledge")
    assert clock is not None
    draft.fire(clock.due_at, RULES)
    late = set(document_of(draft.case, None, RULES)["seen_by"])
    plain = {name for name in late if ">" not in name}
    assert late == lists | {f"{name}>late" for name in plain}
