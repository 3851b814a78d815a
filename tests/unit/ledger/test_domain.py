"""What each event changes in a case, and what it must leave as it was."""

from dataclasses import replace as replaced
from datetime import timedelta

from services.ledger import decisions, remedies
from services.ledger.case import NOT_ROUTED, Case, Seat, summary_of
from services.ledger.domain import apply, evolve, fold
from services.ledger.drafts import Draft
from shared.events.ledger import (
    CaseOpened,
    Deadline,
    DeadlineApproaching,
    DeadlineMissed,
)
from tests.support.events import message
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, GID, MONDAY, RULES, hours, opened
from tests.unit.ledger.test_decisions import GIVE, in_state

#: Before any warning of the first clock is due.
LATER = MONDAY + hours(3)


def warned(case: Case, *marks: tuple[str, int]) -> Case:
    """Return the case after warnings."""
    for stage, share in marks:
        told = DeadlineApproaching(case=NOT_ROUTED, stage=stage, due_at=MONDAY, share=share)
        case = apply(case, told, MONDAY)
    return case


def missed(
    stage: str, *, escalates: bool = False, renewed: Deadline | None = None
) -> DeadlineMissed:
    """Return a missed deadline of a stage."""
    return DeadlineMissed(
        case=NOT_ROUTED, stage=stage, due_at=MONDAY, escalates=escalates, renewed=renewed
    )


def stages(case: Case) -> list[str]:
    """Return the stages whose clocks run."""
    return [clock.stage for clock in case.clocks]


def test_a_case_opens_with_what_its_route_says() -> None:
    told = cases.route(channel="sms", policy_version="p-route", advocate=None)
    data = CaseOpened(case=NOT_ROUTED, route=told, deadlines=())
    named = data.model_copy(
        update={"case": NOT_ROUTED.model_copy(update={"reference": "R", "channel": "csv"})}
    )
    case = apply(Case(GID), named, LATER)
    assert (case.reference, case.channel, case.state) == ("R", "sms", "routed")
    assert (case.opened_at, case.updated_at) == (LATER, LATER)
    assert case.rules_version == "p-route"
    assert case.seats == (Seat("societe-demo", "company"),)
    ruled = named.model_copy(
        update={"case": NOT_ROUTED.model_copy(update={"policy_version": "p-case"})}
    )
    assert apply(Case(GID), ruled, LATER).rules_version == "p-case"


def test_the_first_reference_stays() -> None:
    case = opened().case
    other = NOT_ROUTED.model_copy(update={"reference": "OTHER"})
    told = DeadlineApproaching(case=other, stage="inquiry", due_at=MONDAY, share=50)
    assert apply(case, told, LATER).reference == cases.REFERENCE


def test_a_case_is_folded_from_the_ledgers_events_alone() -> None:
    stream = opened().new
    assert fold(GID, stream) == opened().case
    assert fold(GID, [*stream, message(GID, 9)]) == opened().case
    assert evolve(Case(GID), stream[0]).sequence == 1
    assert fold(GID, []) == Case(GID)


def test_the_next_clock_is_the_one_due_first() -> None:
    case = opened().case
    clock = case.next_clock
    assert clock is not None
    assert clock.stage == "acknowledge"
    assert clock.due_at == min(clock.due_at for clock in case.clocks)
    assert case.clock("nothing") is None
    assert Case(GID).next_clock is None


def test_a_warning_is_remembered_until_the_clock_is_another() -> None:
    case = warned(opened().case, ("acknowledge", 50), ("inquiry", 50), ("inquiry", 75))
    assert case.warned == {("acknowledge", 50), ("inquiry", 50), ("inquiry", 75)}
    acknowledged = apply(case, decisions.decide_acknowledge(case, CSR), MONDAY)
    assert stages(acknowledged) == ["inquiry", "propose"]
    assert acknowledged.warned == {("inquiry", 50), ("inquiry", 75)}
    proposal = remedies.decide_propose(acknowledged, CSR, LATER.date(), "t", MONDAY, RULES)
    assert apply(acknowledged, proposal, MONDAY).warned == frozenset()


def test_an_extension_moves_one_clock_and_forgets_its_warnings() -> None:
    case = warned(opened().case, ("inquiry", 50), ("propose", 50))
    until = MONDAY + timedelta(days=20)
    data = decisions.decide_extend(in_state("acknowledged").case, CSR, until, "t", MONDAY, RULES)
    after = apply(case, data, MONDAY)
    assert data.stage == "inquiry"
    assert [clock.due_at == data.until for clock in after.clocks] == [False, True, False]
    assert after.clocks[0] == case.clocks[0]
    assert after.clocks[2] == case.clocks[2]
    assert after.warned == {("propose", 50)}
    assert after.extensions == ("inquiry",)
    assert apply(after, data, MONDAY).extensions == ("inquiry", "inquiry")


def test_a_missed_deadline_renews_its_own_clock_and_no_other() -> None:
    case = warned(opened().case, ("acknowledge", 50), ("inquiry", 50))
    again = Deadline(stage="acknowledge", started_at=LATER, due_at=LATER + hours(24))
    after = apply(case, missed("acknowledge", renewed=again), LATER)
    assert after.clocks == (*case.clocks[1:], again)
    assert after.warned == {("inquiry", 50)}
    assert (after.renewals, after.escalating) == (("acknowledge",), False)
    twice = apply(after, missed("inquiry", escalates=True), LATER)
    assert twice.clocks == (case.clocks[2], again)
    assert (twice.renewals, twice.escalating) == (("acknowledge", "inquiry"), True)
    assert apply(twice, missed("propose"), LATER).escalating


def test_a_pause_remembers_where_it_began_and_an_answer_returns_there() -> None:
    draft = in_state("in_inquiry")
    before = draft.case
    draft.add(GIVE["ask-complainant"](before), cause="q", now=LATER)
    asked = draft.case
    assert (asked.state, asked.paused, asked.paused_at) == (
        "waiting_for_complainant",
        before.clocks,
        LATER,
    )
    draft.case = warned(asked, ("answer", 50), ("propose", 50))
    draft.react(cases.message(), LATER + hours(5), RULES)
    assert (draft.case.state, draft.case.paused, draft.case.paused_at) == ("in_inquiry", (), None)
    assert draft.case.warned == {("propose", 50)}


def test_a_pause_that_ends_otherwise_leaves_nothing_standing_still() -> None:
    draft = in_state("waiting_for_complainant")
    draft.react(cases.withdrawn(), LATER, RULES)
    closed = draft.case
    assert (closed.state, closed.closed_as, closed.closed_at) == ("closed", "withdrawn", LATER)
    assert (closed.clocks, closed.paused, closed.paused_at) == ((), (), None)


def test_a_message_that_resumes_nothing_changes_only_the_time() -> None:
    draft = opened()
    before = draft.case
    draft.react(cases.message(), LATER, RULES)
    assert draft.case == replaced(before, sequence=2, updated_at=LATER)


def test_a_notice_changes_only_the_time() -> None:
    draft = opened()
    before = draft.case
    draft.react(cases.told(), LATER, RULES)
    assert draft.case == replaced(before, sequence=2, updated_at=LATER)


def test_each_holder_has_one_seat_the_present_one_last() -> None:
    draft = opened()
    draft.react(cases.escalated("up-1"), LATER, RULES)
    company, commune = Seat("societe-demo", "company"), Seat("commune-demo", "authority")
    assert draft.case.seats == (company, commune)
    back = cases.routed(
        "up-2", reason="deadline-missed", level=2, responder="company", holder="societe-demo"
    )
    draft.react(back, LATER, RULES)
    assert draft.case.seats == (commune, company)


def test_an_appeal_opens_the_case_again_and_asks_for_the_next_holder() -> None:
    draft = in_state("closed")
    draft.react(cases.appeal(), LATER, RULES)
    assert draft.case.state == "routed"
    assert draft.case.closed_as is None
    assert draft.case.escalating
    assert stages(draft.case) == ["appeal"]


def test_a_summary_tells_the_case_as_it_stands() -> None:
    draft = opened(contactable=("sms",), accused=("police-demo",), level=1)
    case = draft.case
    summary = summary_of(case)
    assert summary.model_dump() == {
        "reference": cases.REFERENCE,
        "state": "routed",
        "closed_as": None,
        "lane": "open",
        "responder": "company",
        "holder": "societe-demo",
        "level": 1,
        "severity": "S3",
        "category": "LAND_CROP_DAMAGE",
        "site": "doungoubou-demo",
        "stage": "acknowledge",
        "due_at": case.clocks[0].due_at,
        "accused": ("police-demo",),
        "advocate": "syndicat-demo",
        "language": "fr",
        "channel": "web",
        "contactable": ("sms",),
        "policy_version": RULES.version,
        "contact": "allowed",
        "final": False,
    }


def test_a_closed_case_has_no_date_in_its_summary() -> None:
    summary = summary_of(in_state("closed").case)
    assert (summary.state, summary.closed_as) == ("closed", "inadmissible")
    assert (summary.stage, summary.due_at) == (None, None)


def test_before_the_route_a_summary_tells_reference_state_and_channel() -> None:
    draft = Draft(GID, [])
    draft.react(cases.withdrawn(), MONDAY, RULES)
    summary = summary_of(draft.case)
    expected = NOT_ROUTED.model_copy(
        update={"reference": cases.REFERENCE, "state": "closed", "channel": "sms"}
    )
    assert summary == expected
