"""The decision table: every state and every command, and what each reaction leads to."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest

from services.ledger import (
    access,
    aftercare,
    decisions,
    endings,
    people,
    questions,
    related,
    remedies,
    safety,
    statement,
    triage,
)
from services.ledger.case import Case
from services.ledger.commands import COMMANDS
from services.ledger.decisions import POSSIBLE, possible_in
from services.ledger.drafts import Draft, published
from services.ledger.stages import RUNNING
from shared.errors import Conflict, Invalid
from shared.events.codes import CaseState, ClosedAs, Severity
from shared.events.ledger import (
    CaseAppealed,
    CaseClosed,
    CaseEscalated,
    CaseEvent,
    CaseOpened,
    ComplainantWrote,
    DeadlineApproaching,
    DeadlineMissed,
    PartiesInformed,
    RemedyRefused,
)
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, GID, MONDAY, RULES, SYNDICATE, hours, opened

SOON = date(2026, 12, 10)
GIVE: dict[str, Callable[..., CaseEvent]] = {
    "acknowledge": lambda case, now=MONDAY: decisions.decide_acknowledge(case, CSR),
    "start-inquiry": lambda case, now=MONDAY: decisions.decide_start_inquiry(case, CSR),
    "ask-complainant": lambda case, now=MONDAY: decisions.decide_ask(case, CSR, "t", now, RULES),
    "extend": lambda case, now=MONDAY: decisions.decide_extend(
        case, CSR, _later(case), "t", now, RULES
    ),
    "propose-remedy": lambda case, now=MONDAY: remedies.decide_propose(
        case, CSR, (now + timedelta(days=17)).date(), "t", now, RULES
    ),
    "record-delivery": lambda case, now=MONDAY: remedies.decide_record_delivery(
        case, CSR, None, now, RULES
    ),
    "verify-delivery": lambda case, now=MONDAY: remedies.decide_verify_delivery(
        case, SYNDICATE, now, RULES
    ),
    "escalate": lambda case, now=MONDAY: decisions.decide_escalate(case, SYNDICATE, "t"),
    "close": lambda case, now=MONDAY: close(case, _ending(case), now),
    "appeal": lambda case, now=MONDAY: endings.decide_appeal(case, SYNDICATE, "t", now, RULES),
    "decide-appeal": lambda case, now=MONDAY: endings.decide_appeal_outcome(
        case, CSR, "dismissed", "t", now, RULES
    ),
    "reopen": lambda case, now=MONDAY: endings.decide_reopen(case, SYNDICATE, "t", now, RULES),
    "correct-triage": lambda case, now=MONDAY: triage.decide_correct(
        case, SYNDICATE, triage.Correction(severity=_other(case)), "t", RULES
    ),
    "record-follow-up": lambda case, now=MONDAY: aftercare.decide_follow_up(
        case, SYNDICATE, satisfied=True, remedy_holds=None, alerted=False
    ),
    "ask-party": lambda case, now=MONDAY: questions.decide_ask_party(
        case, CSR, "syndicat-demo", f"q{case.sequence}", now, RULES
    ),
    "answer-question": lambda case, now=MONDAY: questions.decide_answer_question(
        case, SYNDICATE, case.questions[-1].text_id if case.questions else "q", "a"
    ),
    "record-safety-plan": lambda case, now=MONDAY: safety.decide_safety_plan(case, CSR, "t"),
    "record-safe-contact": lambda case, now=MONDAY: safety.decide_safe_contact(
        case, CSR, "none", "t"
    ),
    "refer-service": lambda case, now=MONDAY: safety.decide_refer_service(
        case, CSR, "medical", None, "spoken", "t", RULES
    ),
    "request-release": lambda case, now=MONDAY: safety.decide_request_release(
        case, CSR, "WAGES", None, "t", RULES
    ),
    "agree-release": lambda case, now=MONDAY: safety.decide_agree_release(case, SYNDICATE),
    "take": lambda case, now=MONDAY: people.decide_take(case, CSR),
    "hand-over": lambda case, now=MONDAY: people.decide_hand_over(case, CSR, None),
    "link-case": lambda case, now=MONDAY: related.decide_link(case, CSR, f"OTHER-{case.sequence}"),
    "record-contact-try": lambda case, now=MONDAY: endings.decide_contact_try(
        case, SYNDICATE, "phone", None
    ),
    "record-statement": lambda case, now=MONDAY: statement.decide_record_statement(
        case, SYNDICATE, "t"
    ),
    "release-statement": lambda case, now=MONDAY: statement.decide_release_statement(
        case, SYNDICATE, ("company",), "spoken"
    ),
    "withdraw-statement": lambda case, now=MONDAY: statement.decide_withdraw_statement(
        case, SYNDICATE
    ),
}
AFTER: dict[str, CaseState] = {
    "acknowledge": "acknowledged",
    "start-inquiry": "in_inquiry",
    "ask-complainant": "waiting_for_complainant",
    "propose-remedy": "remedy_proposed",
    "record-delivery": "remedy_delivered",
    "verify-delivery": "verified",
    "close": "closed",
    "appeal": "routed",
    "decide-appeal": "closed",
    "reopen": "routed",
}
#: The commands (or the complainant's yes) that lead from a fresh case to each state.
WAY: dict[CaseState, Sequence[str]] = {
    "routed": (),
    "acknowledged": ("acknowledge",),
    "in_inquiry": ("acknowledge", "start-inquiry"),
    "waiting_for_complainant": ("acknowledge", "ask-complainant"),
    "remedy_proposed": ("acknowledge", "propose-remedy"),
    "agreed": ("acknowledge", "propose-remedy", "yes"),
    "remedy_delivered": ("acknowledge", "propose-remedy", "yes", "record-delivery"),
    "verified": ("acknowledge", "propose-remedy", "yes", "record-delivery", "verify-delivery"),
    "closed": ("acknowledge", "close"),
}


def _later(case: Case) -> date:
    clock = case.clock("inquiry") or case.clock("propose") or case.clock("deliver")
    return (clock.due_at + timedelta(days=3)).date() if clock else SOON


def _other(case: Case) -> Severity:
    return "S2" if case.route is None or case.route.severity != "S2" else "S3"


def _ending(case: Case) -> ClosedAs:
    if case.state == "waiting_for_complainant" or case.appeal != "none":
        return "referred"
    if case.state == "verified":
        return "resolved-agreed"
    return "inadmissible" if case.state in ("routed", "acknowledged") else "resolved-not-agreed"


def close(case: Case, ending: ClosedAs, now: datetime = MONDAY) -> CaseClosed:
    """Return the closing of a case; a referral goes to a body that is not accused."""
    referral = endings.Referral("environnement-demo", "spoken") if ending == "referred" else None
    return endings.decide_close(case, CSR, ending, "t", now, RULES, referral)


def in_state(state: CaseState, severity: Severity = "S3") -> Draft:
    """Return a case that was brought to a state by its own commands."""
    draft = opened(severity)
    for step in WAY[state]:
        if step == "yes":
            draft.react(cases.answer(agreed=True, cause="way"), MONDAY, RULES)
        else:
            draft.add(GIVE[step](draft.case), cause=f"way-{step}", now=MONDAY)
    assert draft.case.state == state
    return draft


@pytest.mark.parametrize("state", WAY)
@pytest.mark.parametrize("command", GIVE)
def test_each_command_in_each_state(state: CaseState, command: str) -> None:
    """A possible command leads on; any other is refused with the state and what is possible."""
    draft = in_state(state)
    if command in possible_in(draft.case):
        draft.add(GIVE[command](draft.case), cause="now", now=MONDAY)
        assert draft.case.state == AFTER.get(command, state)
        return
    with pytest.raises(Conflict) as refused:
        GIVE[command](draft.case)
    assert refused.value.members["state"] == state
    assert refused.value.members["possible"] == possible_in(draft.case)


def test_every_command_can_be_given_in_some_state() -> None:
    """Else it would be a command that nobody may ever give."""
    assert GIVE.keys() == COMMANDS.keys() == {name for names in POSSIBLE.values() for name in names}
    assert COMMANDS.keys() == access.COMMANDS


@pytest.mark.parametrize("severity", ["S1", "S2", "S3", "S4"])
@pytest.mark.parametrize("state", WAY)
def test_only_the_clocks_of_a_state_run(state: CaseState, severity: Severity) -> None:
    """Each state has its clocks, and an open case always has one."""
    case = in_state(state, severity).case
    assert {clock.stage for clock in case.clocks} <= set(RUNNING[state])
    assert bool(case.clocks) == case.open


def test_opening_dates_by_the_table() -> None:
    """S3 with the company: acknowledge 2 d, inquiry 10 d, propose 30 d."""
    due = {clock.stage: clock.due_at.date() for clock in opened().case.clocks}
    assert due == {
        "acknowledge": date(2026, 11, 25),
        "inquiry": date(2026, 12, 3),
        "propose": date(2026, 12, 23),
    }


def test_syndicate_and_triage_have_less_time() -> None:
    """The responder changes the time of a stage."""
    syndicate = opened(responder="syndicate", holder="syndicat-demo").case.clock("propose")
    triage = opened("S1", responder="triage", holder="syndicat-demo").case.clock("acknowledge")
    assert syndicate
    assert syndicate.due_at.date() == date(2026, 11, 30)
    assert triage
    assert triage.due_at == MONDAY + hours(4)


def test_a_late_arrival_begins_when_the_holder_has_it() -> None:
    """After an outage the holder still gets its time."""
    late = MONDAY + timedelta(days=3)
    draft = Draft(GID, [])
    draft.react(cases.routed(severity="S2"), late, RULES)
    clock = draft.case.clock("acknowledge")
    assert clock
    assert clock.started_at == late


def test_pause_and_answer() -> None:
    """The holder's clocks stand still while the complainant is asked, and resume after."""
    draft = opened("S2")
    draft.add(GIVE["acknowledge"](draft.case), cause="k", now=MONDAY)
    before = draft.case.clocks
    asked = decisions.decide_ask(draft.case, CSR, "t", MONDAY + hours(2), RULES)
    draft.add(asked, cause="q", now=MONDAY + hours(2))
    assert [clock.stage for clock in draft.case.clocks] == ["answer"]
    assert draft.case.paused == before
    draft.react(cases.message(), MONDAY + hours(7), RULES)
    assert draft.case.state == "acknowledged"
    assert [c.due_at for c in draft.case.clocks] == [c.due_at + hours(5) for c in before]


def test_a_warning_given_before_a_pause_is_not_given_again() -> None:
    """The shares that were told stay told."""
    draft = opened("S2")
    draft.add(GIVE["acknowledge"](draft.case), cause="k", now=MONDAY)
    draft.fire(MONDAY + hours(25), RULES)
    warned = draft.case.warned
    assert ("inquiry", 50) in warned
    now = MONDAY + hours(26)
    draft.add(decisions.decide_ask(draft.case, CSR, "t", now, RULES), cause="q", now=now)
    draft.react(cases.message(), now + hours(3), RULES)
    assert draft.case.warned == warned


def test_an_extension_is_bounded_and_counted() -> None:
    """Later than what stands, within the policy, as often as it allows."""
    draft = in_state("in_inquiry")
    clock = draft.case.clock("propose")
    assert clock
    for until in (clock.due_at.date(), clock.due_at.date() + timedelta(days=60)):
        with pytest.raises(Invalid):
            decisions.decide_extend(draft.case, CSR, until, "t", MONDAY, RULES)
    saturday = date(2027, 1, 9)
    data = decisions.decide_extend(draft.case, CSR, saturday, "t", MONDAY, RULES)
    draft.add(data, cause="x", now=MONDAY)
    extended = draft.case.clock("propose")
    assert extended
    assert extended.due_at.date() == date(2027, 1, 11)
    with pytest.raises(Conflict):
        decisions.decide_extend(draft.case, CSR, date(2027, 1, 20), "t", MONDAY, RULES)


def test_who_owes_the_remedy_cannot_verify_it() -> None:
    """Delivery is confirmed by the complainant's side."""
    with pytest.raises(Conflict):
        remedies.decide_verify_delivery(in_state("remedy_delivered").case, CSR, MONDAY, RULES)


def test_the_complainant_verifies_or_contests_the_delivery() -> None:
    """A yes after the delivery verifies it, a no leads back to a proposal."""
    yes, no = in_state("remedy_delivered"), in_state("remedy_delivered")
    yes.react(cases.answer(agreed=True), MONDAY, RULES)
    no.react(cases.answer(agreed=False), MONDAY, RULES)
    assert (yes.case.state, no.case.state) == ("verified", "in_inquiry")


def test_agreement_takes_the_date_of_the_proposal() -> None:
    """Delivery is due when the proposal said, or later when that has passed."""
    draft, late = in_state("remedy_proposed"), in_state("remedy_proposed")
    draft.react(cases.answer(agreed=True), MONDAY, RULES)
    assert [clock.due_at.date() for clock in draft.case.clocks] == [SOON]
    after = MONDAY + timedelta(days=20)
    late.react(cases.answer(agreed=True), after, RULES)
    assert all(clock.due_at > after for clock in late.case.clocks)


def test_refusal_starts_a_new_proposal() -> None:
    """The holder proposes again within a new time."""
    draft = in_state("remedy_proposed")
    draft.react(cases.answer(agreed=False), MONDAY, RULES)
    assert isinstance(draft.new[-1].data, RemedyRefused)
    assert [clock.stage for clock in draft.case.clocks] == ["propose"]


@pytest.mark.parametrize(
    ("state", "ending"),
    [
        ("verified", "resolved-not-agreed"),
        ("in_inquiry", "resolved-agreed"),
        ("in_inquiry", "withdrawn"),
        ("remedy_proposed", "inadmissible"),
        ("waiting_for_complainant", "resolved-not-agreed"),
    ],
)
def test_a_case_cannot_end_in_a_way_that_did_not_happen(state: CaseState, ending: ClosedAs) -> None:
    """Closing states follow from what happened."""
    with pytest.raises(Conflict):
        close(in_state(state).case, ending)


def test_a_missed_deadline_is_recorded_once_and_asks_once() -> None:
    """True due time, one escalation, a renewed date meanwhile."""
    draft = opened("S2")
    late = MONDAY + timedelta(days=40)
    draft.fire(late, RULES)
    missed = [e.data for e in draft.new if isinstance(e.data, DeadlineMissed)]
    assert [(m.stage, m.due_at) for m in missed] == [
        ("acknowledge", MONDAY + hours(24)),
        ("inquiry", MONDAY + hours(48)),
        ("propose", MONDAY + timedelta(days=15)),
    ]
    assert [m.escalates for m in missed] == [True, False, False]
    assert all(m.renewed and m.renewed.due_at > late for m in missed)
    count = len(draft.new)
    draft.fire(late, RULES)
    assert len(draft.new) == count


def test_two_holders_whose_dates_roll_to_one_day_are_both_warned() -> None:
    """Over Christmas, one day from Thursday and one from Sunday both end on Monday."""
    thursday = RULES.calendar.end_of(date(2026, 12, 24)) - hours(16)
    sunday = RULES.calendar.end_of(date(2026, 12, 27)) - hours(1)
    draft = opened(at=thursday, responder="triage", holder="syndicat-demo")
    draft.fire(sunday, RULES)
    draft.react(cases.escalated(responder="triage", holder="syndicat-demo-2"), sunday, RULES)
    draft.fire(sunday + hours(24), RULES)
    warned = [
        event
        for event in draft.new
        if isinstance(event.data, DeadlineApproaching)
        and (event.data.stage, event.data.share) == ("acknowledge", 75)
    ]
    assert len({event.id for event in warned}) == len(warned) == 2


def test_two_workers_derive_the_same_events_whenever_they_look() -> None:
    """The id follows from the deadline and not from the moment it was found."""
    stream = opened("S2").new
    one, two = Draft(GID, stream), Draft(GID, stream)
    one.fire(MONDAY + hours(25), RULES)
    two.fire(MONDAY + hours(26), RULES)
    assert len(one.new) > 1
    assert [event.id for event in one.new] == [event.id for event in two.new][: len(one.new)]


def test_warnings_come_before_the_miss_in_their_order() -> None:
    """After an outage everything is recorded in the order in which it became due."""
    draft = opened("S1")
    draft.add(GIVE["acknowledge"](draft.case), cause="k", now=MONDAY)
    draft.fire(MONDAY + hours(48), RULES)
    fired = [
        (e.data.stage, e.data.share)
        if isinstance(e.data, DeadlineApproaching)
        else (e.data.stage, "missed")
        for e in draft.new
        if isinstance(e.data, DeadlineApproaching | DeadlineMissed)
    ]
    assert fired == [("inquiry", 50), ("inquiry", 75), ("inquiry", "missed")]


def test_s1_is_renewed_hourly_then_more_seldom() -> None:
    """1, 2, 4 … at most 24 hours while routing is silent."""
    draft, now = opened("S1"), MONDAY
    spans = []
    for _ in range(7):
        clock = draft.case.clock("acknowledge")
        assert clock
        now = clock.due_at
        draft.fire(now, RULES)
        renewed = draft.case.clock("acknowledge")
        assert renewed
        spans.append((renewed.due_at - now) / hours(1))
    assert spans == [1, 2, 4, 8, 16, 24, 24]


def test_the_complainant_is_reminded_and_never_escalated() -> None:
    """A missed answer renews its date."""
    draft = in_state("remedy_proposed")
    draft.fire(MONDAY + timedelta(days=20), RULES)
    missed = [e.data for e in draft.new if isinstance(e.data, DeadlineMissed)]
    assert [(m.stage, m.escalates) for m in missed] == [("answer", False)]
    assert draft.case.clocks


def test_escalation_gives_the_next_holder_new_clocks() -> None:
    """From that moment, and the former holder is remembered."""
    draft = opened()
    now = MONDAY + timedelta(days=3)
    draft.fire(now, RULES)
    draft.react(cases.escalated(), now, RULES)
    last = draft.new[-1].data
    assert isinstance(last, CaseEscalated)
    assert last.previous_holder == "societe-demo"
    assert last.case.holder == "commune-demo"
    assert all(clock.started_at == now for clock in draft.case.clocks)
    assert not draft.case.escalating


def test_at_the_end_of_the_ladder_the_same_holder_gets_new_dates() -> None:
    """No tight loop: the date lies ahead."""
    draft = opened(holder="autorite-centrale-demo", responder="authority", ladder_end=True)
    now = MONDAY + timedelta(days=3)
    draft.fire(now, RULES)
    up = cases.escalated(holder="autorite-centrale-demo", ladder_end=True)
    draft.react(up, now, RULES)
    count = len(draft.new)
    draft.fire(now, RULES)
    assert len(draft.new) == count
    assert draft.case.next_clock


def test_a_withdrawal_before_the_route_is_not_lost() -> None:
    """The case opens and closes, and stays closed when routed again; nothing early is told."""
    draft = Draft(GID, [])
    draft.react(cases.withdrawn(), MONDAY, RULES)
    assert draft.case.state == "closed"
    assert not any(published(event) for event in draft.new)
    draft.react(cases.routed(), MONDAY, RULES)
    assert [type(e.data) for e in draft.new] == [CaseClosed, CaseOpened, CaseClosed]
    assert [published(event) for event in draft.new] == [False, True, True]
    draft.react(cases.escalated(), MONDAY, RULES)
    assert (draft.case.state, draft.case.closed_as) == ("closed", "withdrawn")


def test_a_message_before_the_route_is_kept() -> None:
    """It is in the record, under the reference."""
    draft = Draft(GID, [])
    draft.react(cases.message(), MONDAY, RULES)
    draft.react(cases.routed(), MONDAY, RULES)
    assert draft.case.state == "routed"
    assert draft.new[0].data.case.reference == cases.REFERENCE  # type: ignore[attr-defined]


def test_an_appeal_reopens_within_the_window() -> None:
    """Afterwards it is a message."""
    early, late = in_state("closed"), in_state("closed")
    early.react(cases.appeal(), MONDAY + timedelta(days=29), RULES)
    assert isinstance(early.new[-1].data, CaseAppealed)
    assert early.case.open
    assert early.case.next_clock
    late.react(cases.appeal(), MONDAY + timedelta(days=31), RULES)
    assert isinstance(late.new[-1].data, ComplainantWrote)
    assert not late.case.open


def test_the_window_of_an_appeal_is_reckoned_like_any_time() -> None:
    """Thirty calendar days end at 23:59 of the last working day, not at the hour of the closing."""
    late, too_late = in_state("closed"), in_state("closed")
    end = RULES.calendar.end_of(date(2026, 12, 23))
    late.react(cases.appeal(), end, RULES)
    too_late.react(cases.appeal(), end + timedelta(minutes=1), RULES)
    assert late.case.open
    assert not too_late.case.open


def test_every_incoming_event_acts_once() -> None:
    """Redelivery changes nothing."""
    draft = opened()
    for event in (cases.routed(), cases.message(), cases.told(), cases.message(), cases.told()):
        draft.react(event, MONDAY, RULES)
    kinds = [type(event.data) for event in draft.new]
    assert kinds == [CaseOpened, ComplainantWrote, PartiesInformed]


def test_a_notice_is_recorded_and_not_published() -> None:
    """Else notify would be told of its own notices."""
    draft = opened()
    draft.react(cases.told(), MONDAY, RULES)
    assert [published(event) for event in draft.new] == [True, False]
