"""Which dates were kept: from the clocks of a case, whatever stopped them."""

from datetime import datetime, timedelta

from services.ledger import decisions, remedies
from services.ledger.case import Case, Term
from services.ledger.drafts import Draft
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, MONDAY, RULES, opened

DAY = timedelta(days=1)
HOLDERS = RULES.stages.holders


def acknowledged(draft: Draft, now: datetime) -> Draft:
    """Let the company acknowledge."""
    draft.add(decisions.decide_acknowledge(draft.case, CSR), cause="ack", now=now)
    return draft


def due(draft: Draft, stage: str) -> datetime:
    """Return when a stage is due now."""
    clock = draft.case.clock(stage)
    assert clock is not None
    return clock.due_at


def test_what_is_done_in_time_is_kept() -> None:
    draft = opened()
    date = due(draft, "acknowledge")
    acknowledged(draft, MONDAY + DAY)
    assert draft.case.terms == (Term("acknowledge", "societe-demo", date, MONDAY + DAY),)
    assert draft.case.terms[0].kept
    assert draft.case.late_since(HOLDERS) is None


def test_a_date_that_passes_is_late_until_it_is_met_and_never_kept() -> None:
    draft = opened()
    date = due(draft, "acknowledge")
    draft.fire(date, RULES)
    assert draft.case.terms == (Term("acknowledge", "societe-demo", date, None),)
    assert draft.case.late_since(HOLDERS) == date
    again = due(draft, "acknowledge")
    assert again > date
    draft.fire(again, RULES)
    assert len([term for term in draft.case.terms if term.stage == "acknowledge"]) == 1
    acknowledged(draft, again + DAY)
    first = draft.case.terms[0]
    assert (first.due_at, first.ended_at, first.kept) == (date, again + DAY, False)


def test_a_date_met_late_leaves_what_was_met_before_as_it_was() -> None:
    draft = acknowledged(opened(), MONDAY)
    before = draft.case.terms
    missed = due(draft, "inquiry")
    draft.fire(missed, RULES)
    draft.add(decisions.decide_start_inquiry(draft.case, CSR), cause="i", now=missed + DAY)
    assert draft.case.terms == (
        *before,
        Term("inquiry", "societe-demo", missed, missed + DAY),
    )


def test_the_next_holder_is_not_late_for_the_one_before() -> None:
    draft = opened()
    date = due(draft, "acknowledge")
    draft.fire(date, RULES)
    up = cases.escalated(responder="authority", holder="commune-demo", level=1)
    draft.react(up, date, RULES)
    assert draft.case.late_since(HOLDERS) is None
    assert [(term.stage, term.holder) for term in draft.case.terms] == [
        ("acknowledge", "societe-demo")
    ]


def test_a_date_that_was_taken_away_was_neither_kept_nor_missed() -> None:
    draft = opened()
    draft.react(cases.escalated(responder="authority", holder="commune-demo"), MONDAY, RULES)
    assert draft.case.terms == ()


def test_an_extended_date_is_the_date() -> None:
    draft = acknowledged(opened(), MONDAY)
    later = (due(draft, "inquiry") + 10 * DAY).date()
    extended = decisions.decide_extend(draft.case, CSR, later, "t", MONDAY, RULES)
    draft.add(extended, cause="ext", now=MONDAY)
    assert [term.stage for term in draft.case.terms] == ["acknowledge"]
    date = due(draft, "inquiry")
    draft.add(decisions.decide_start_inquiry(draft.case, CSR), cause="inq", now=MONDAY + 9 * DAY)
    assert draft.case.terms[1] == Term("inquiry", "societe-demo", date, MONDAY + 9 * DAY)


def test_a_pause_ends_no_date() -> None:
    draft = acknowledged(opened(), MONDAY)
    asked = decisions.decide_ask(draft.case, CSR, "t", MONDAY, RULES)
    draft.add(asked, cause="ask", now=MONDAY)
    draft.react(cases.message(), MONDAY + DAY, RULES)
    assert [term.stage for term in draft.case.terms if term.stage != "answer"] == ["acknowledge"]


def test_nobody_else_is_late_when_the_complainant_lets_a_date_pass() -> None:
    draft = acknowledged(opened(), MONDAY)
    later = (MONDAY + 20 * DAY).date()
    proposed = remedies.decide_propose(draft.case, CSR, later, "t", MONDAY, RULES)
    draft.add(proposed, cause="offer", now=MONDAY)
    date = due(draft, "answer")
    draft.fire(date, RULES)
    assert [term.stage for term in draft.case.terms if not term.kept] == ["answer"]
    assert draft.case.late_since(HOLDERS) is None
    assert draft.case.late_since({"answer"}) == date


def test_a_case_that_nobody_holds_is_nobodys_lateness() -> None:
    assert Case("g").late_since(HOLDERS) is None
