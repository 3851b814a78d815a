"""The dates of a case over time, and where the picture of the way puts them."""

from datetime import timedelta

from services.ledger import decisions
from services.ledger.drafts import Draft
from services.ledger.web.picture import drawn, state_of
from services.ledger.web.spans import Span, spans_of
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, GID, MONDAY, RULES, opened

DAY = timedelta(days=1)


def spans(draft: Draft, stage: str) -> list[Span]:
    """Return the dates of a stage as the record of a case tells of them."""
    return [one for one in spans_of(GID, [*draft.stream, *draft.new]) if one.stage == stage]


def test_a_date_runs_from_its_beginning_until_it_is_kept() -> None:
    draft = opened()
    [first] = spans(draft, "acknowledge")
    assert (first.holder, first.begin, first.end) == ("societe-demo", MONDAY, None)
    assert state_of(first, MONDAY) == "running"
    assert state_of(first, first.due + DAY) == "overdue"
    draft.add(decisions.decide_acknowledge(draft.case, CSR), cause="a", now=MONDAY + DAY)
    [kept], [inquiry] = spans(draft, "acknowledge"), spans(draft, "inquiry")
    assert (kept.end, state_of(kept, MONDAY)) == (MONDAY + DAY, "kept")
    assert inquiry.end is None


def test_a_date_that_passed_is_missed_and_another_one_runs() -> None:
    draft = opened()
    due = spans(draft, "acknowledge")[0].due
    draft.fire(due, RULES)
    missed, renewed = spans(draft, "acknowledge")
    assert (missed.end, missed.missed, state_of(missed, due)) == (due, True, "missed")
    assert (renewed.begin, renewed.end) == (due, None)


def test_a_pause_stands_still_until_it_ends_and_moves_the_due_date() -> None:
    draft = opened()
    draft.add(decisions.decide_acknowledge(draft.case, CSR), cause="a", now=MONDAY)
    [before] = spans(draft, "inquiry")
    asked = decisions.decide_ask(draft.case, CSR, "t", MONDAY, RULES)
    draft.add(asked, cause="ask", now=MONDAY)
    still = spans(draft, "inquiry")[0]
    assert still.still == ((MONDAY, None),)
    assert state_of(still, MONDAY + DAY) == "still"
    draft.react(cases.message(), MONDAY + 2 * DAY, RULES)
    going = spans(draft, "inquiry")[0]
    assert going.still == ((MONDAY, MONDAY + 2 * DAY),)
    assert len(spans(draft, "inquiry")) == 1
    assert (going.begin, going.end, going.moved) == (MONDAY, None, ())
    assert going.due > before.due


def test_an_extension_keeps_the_date_that_was() -> None:
    draft = opened()
    draft.add(decisions.decide_acknowledge(draft.case, CSR), cause="a", now=MONDAY)
    [before] = spans(draft, "inquiry")
    later = (before.due + 10 * DAY).date()
    extended = decisions.decide_extend(draft.case, CSR, later, "t", MONDAY, RULES)
    draft.add(extended, cause="ext", now=MONDAY)
    [inquiry] = spans(draft, "inquiry")
    assert inquiry.moved == (before.due,)
    assert inquiry.due > before.due


def test_the_picture_has_all_dates_on_one_axis() -> None:
    begin = MONDAY
    late = Span("acknowledge", "x", begin, begin + 2 * DAY, end=begin + 4 * DAY, missed=True)
    stands = Span(
        "inquiry", "x", begin + 4 * DAY, begin + 10 * DAY, still=((begin + 5 * DAY, None),)
    )
    found = drawn([late, stands], [(begin + DAY, True)], begin + 8 * DAY)
    assert found is not None
    assert (found.begin, found.end) == (begin, begin + 10 * DAY)
    first, second = found.lines
    assert (first.planned, first.done) == ((4, 66), (4, 66))
    assert first.late == (70, 67)
    assert (second.planned[0], second.late) == (137, None)
    assert second.still == ((170, 100),)
    assert (found.now, found.told) == (270, ((37, True),))
    assert found.left_out == 0
    many = drawn([late] * 14, [], begin + 8 * DAY)
    assert many is not None
    assert (len(many.lines), many.left_out) == (12, 2)
    assert drawn([], [], begin) is None
    paused = drawn([stands], [], begin + 20 * DAY)
    assert paused is not None
    assert paused.lines[0].late is None, "no time passes for what stands still"
