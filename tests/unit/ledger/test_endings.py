"""How a case ends and is taken up again: closing states, tries, referral, appeal, reopening."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.ledger import decisions, endings
from services.ledger.case import Case
from services.ledger.drafts import Draft
from services.ledger.endings import Referral
from services.ledger.remedies import Wanted
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events.codes import AppealOutcome, ClosedAs, Severity
from shared.events.ledger import (
    Actor,
    AppealDecided,
    CaseAppealed,
    CaseClosed,
    CaseReopened,
    ComplainantWrote,
    ContactTried,
)
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, MONDAY, RULES, SYNDICATE, opened, sight_of
from tests.unit.ledger.test_decisions import close, in_state

DAY = timedelta(days=1)
COMMUNE = Actor(sub="a", role="authority", organisation="commune-demo")
PAY = Wanted("crop-compensation", 90_000, None, date(2026, 12, 10))


def tried(*days: float, severity: Severity = "S3") -> Draft:
    """Return a waiting case in which the person was looked for so many days after Monday."""
    draft = in_state("waiting_for_complainant", severity)
    for day in days:
        told = endings.decide_contact_try(draft.case, SYNDICATE, "visit", None)
        draft.add(told, cause=f"try-{day}", now=MONDAY + day * DAY)
    return draft


def give_up(draft: Draft, day: float) -> CaseClosed:
    """Return the closing of a case as inconclusive."""
    return close(draft.case, "inconclusive", MONDAY + day * DAY)


def test_a_try_at_an_unsafe_time_is_on_record_and_does_not_count() -> None:
    draft = tried(1, 10)
    told = endings.decide_contact_try(draft.case, SYNDICATE, "visit", None)
    draft.add(told.model_copy(update={"safe": False}), cause="night", now=MONDAY + 30 * DAY)
    assert isinstance(draft.new[-1].data, ContactTried)
    assert len(draft.case.tries) == 2
    with pytest.raises(Conflict, match="at safe times"):
        give_up(draft, 90)


def test_three_tries_and_sixty_days_are_needed() -> None:
    assert give_up(tried(1, 10, 30), 61).closed_as == "inconclusive"


@pytest.mark.parametrize(
    ("days", "now", "severity"),
    [
        ((), 90, "S3"),
        ((1, 10), 90, "S3"),
        ((1, 10, 30), 60.9, "S3"),
        ((1, 1.1, 1.2), 90, "S3"),
        ((1, 10, 30), 400, "S1"),
    ],
)
def test_nobody_is_given_up_before(days: tuple[float, ...], now: float, severity: Severity) -> None:
    with pytest.raises(Conflict) as refused:
        give_up(tried(*days, severity=severity), now)
    assert "inconclusive" in refused.value.detail
    assert refused.value.members["tries"] == len({int(day) for day in days})


def test_a_word_of_the_person_begins_the_tries_anew() -> None:
    draft = tried(1, 10, 30)
    draft.react(cases.message(), MONDAY + 40 * DAY, RULES)
    assert draft.case.tries == ()


def test_tries_are_for_those_who_know_how_to_reach_the_person() -> None:
    case = in_state("in_inquiry").case
    for caller, may in (
        (Caller("x", "representative", "syndicat-demo"), True),
        (Caller("x", "csr", "societe-demo"), False),
    ):
        assert ("record-contact-try" in sight_of(case, caller).commands) is may


def test_a_referral_says_where_to_and_how_the_person_consented() -> None:
    told = close(opened().case, "referred")
    assert (told.referred_to, told.consent) == ("environnement-demo", "spoken")
    endings_of: tuple[ClosedAs, ...] = ("inadmissible", "referred")
    for ending in endings_of:
        referral = None if ending == "referred" else Referral("environnement-demo", "spoken")
        with pytest.raises(Invalid):
            endings.decide_close(
                opened().case,
                CSR,
                ending,
                "t",
                MONDAY,
                RULES,
                referral,
            )


@pytest.mark.parametrize(
    ("to", "accused"),
    [
        ("environnement-demo", ("environnement-demo",)),
        ("environnement-demo", ("kind:authority",)),
        ("police-demo", ()),
        ("nobody", ()),
    ],
)
def test_nothing_is_referred_to_the_accused_nor_to_who_cannot_hold_it(
    to: str, accused: tuple[str, ...]
) -> None:
    case = opened(accused=accused).case
    with pytest.raises(Invalid) as refused:
        endings.decide_close(case, CSR, "referred", "t", MONDAY, RULES, Referral(to, "spoken"))
    assert refused.value.detail == (
        "to must be an organisation that is known, open and has an address"
    )


def test_a_closing_says_until_when_it_may_be_appealed() -> None:
    end = RULES.calendar.end_of(date(2026, 12, 23))
    assert close(in_state("acknowledged").case, "inadmissible").appeal_until == end
    assert close(in_state("acknowledged", "S1").case, "inadmissible").appeal_until is None
    draft = opened()
    draft.react(cases.withdrawn(), MONDAY, RULES)
    assert draft.case.appeal_until == end


def test_an_inadmissible_case_can_be_appealed() -> None:
    draft = in_state("closed")
    assert draft.case.closed_as == "inadmissible"
    draft.react(cases.appeal(), MONDAY + DAY, RULES)
    assert isinstance(draft.new[-1].data, CaseAppealed)


def test_where_nobody_is_left_an_appeal_is_refused_with_what_else_there_is() -> None:
    draft = opened(final=True)
    draft.add(close(draft.case, "inadmissible"), cause="end", now=MONDAY)
    assert draft.new[-1].data.model_dump()["case"]["final"] is True
    with pytest.raises(Conflict) as refused:
        endings.decide_appeal(draft.case, SYNDICATE, "t", MONDAY, RULES)
    assert "courts" in refused.value.detail
    assert refused.value.members["possible"] == ["reopen", "record-follow-up"]


def test_where_nobody_is_left_the_complainants_appeal_is_kept_as_their_words() -> None:
    draft = opened(final=True)
    draft.add(close(draft.case, "inadmissible"), cause="end", now=MONDAY)
    draft.react(cases.appeal(), MONDAY + DAY, RULES)
    assert isinstance(draft.new[-1].data, ComplainantWrote)
    assert draft.case.state == "closed"


def appealed() -> Draft:
    """Return a case that was appealed and is held by the next body."""
    draft = in_state("closed")
    draft.react(cases.appeal(), MONDAY + DAY, RULES)
    draft.react(cases.escalated(reason="appealed"), MONDAY + DAY, RULES)
    return draft


def decide(draft: Draft, outcome: AppealOutcome, *wanted: Wanted) -> AppealDecided:
    """Let the commune decide."""
    told = endings.decide_appeal_outcome(
        draft.case,
        COMMUNE,
        outcome,
        "t",
        MONDAY + 2 * DAY,
        RULES,
        wanted,
    )
    draft.add(told, cause="decide", now=MONDAY + 2 * DAY)
    return told


def test_the_next_body_owes_a_decision() -> None:
    draft = appealed()
    assert [clock.stage for clock in draft.case.clocks] == ["acknowledge", "appeal"]
    assert draft.case.appeal == "held"
    assert draft.case.previous_holder == "societe-demo"


def test_an_appeal_upheld_binds_without_another_answer() -> None:
    draft = appealed()
    told = decide(draft, "upheld", PAY)
    assert [(item.owed_by, item.amount) for item in told.items] == [("societe-demo", 90_000)]
    assert told.previous_holder == "societe-demo"
    assert (draft.case.state, [owed.state for owed in draft.case.remedy]) == ("agreed", ["agreed"])
    assert draft.case.appeal == "none"
    company = sight_of(draft.case, Caller("c", "csr", "societe-demo"))
    assert "record-delivery" in company.commands


def test_an_appeal_dismissed_ends_the_case_and_can_be_appealed_in_turn() -> None:
    draft = appealed()
    told = decide(draft, "dismissed")
    assert (draft.case.state, draft.case.closed_as) == ("closed", "resolved-not-agreed")
    assert draft.case.appeal_until == told.appeal_until is not None
    assert draft.case.closed_at == MONDAY + 2 * DAY
    draft.react(cases.appeal("again"), MONDAY + 3 * DAY, RULES)
    assert draft.case.appeal == "lodged"


@pytest.mark.parametrize(("outcome", "wanted"), [("upheld", ()), ("dismissed", (PAY,))])
def test_what_is_owed_is_named_when_an_appeal_is_upheld_and_only_then(
    outcome: AppealOutcome, wanted: tuple[Wanted, ...]
) -> None:
    with pytest.raises(Invalid):
        decide(appealed(), outcome, *wanted)


def test_there_is_nothing_to_decide_without_an_appeal_or_before_the_next_body_has_it() -> None:
    waiting = in_state("closed")
    waiting.react(cases.appeal(), MONDAY + DAY, RULES)
    for draft in (opened(), waiting):
        with pytest.raises(Conflict):
            decide(draft, "dismissed")


def test_who_was_appealed_to_does_not_merely_close() -> None:
    draft = appealed()
    assert endings.closings(draft.case) == ("referred",)
    draft.add(decisions.decide_acknowledge(draft.case, COMMUNE), cause="k", now=MONDAY + 2 * DAY)
    assert endings.closings(draft.case) == ("referred", "inconclusive")


def late(days: int) -> tuple[Case, datetime]:
    """Return a case that was closed on Monday, and a time so many days later."""
    return in_state("closed").case, MONDAY + days * DAY


@pytest.mark.parametrize("command", ["appeal", "reopen"])
def test_after_the_window_the_error_says_until_when_it_was_and_what_else_there_is(
    command: str,
) -> None:
    decide_it = {"appeal": endings.decide_appeal, "reopen": endings.decide_reopen}[command]
    case, now = late(29)
    assert decide_it(case, SYNDICATE, "t", now, RULES)
    case, now = late(31)
    with pytest.raises(Conflict) as refused:
        decide_it(case, SYNDICATE, "t", now, RULES)
    assert "2026-12-23" in refused.value.detail
    assert "new grievance" in refused.value.detail
    assert refused.value.members["until"] == "2026-12-23T22:59:00+00:00"
    assert refused.value.members["possible"] == ["record-follow-up"]


def test_the_complainant_has_a_case_reopened_with_the_same_holder() -> None:
    draft = in_state("closed")
    draft.case = replace(draft.case, extensions=("inquiry",), renewals=("inquiry",))
    draft.react(cases.reopening(), MONDAY + DAY, RULES)
    assert isinstance(draft.new[-1].data, CaseReopened)
    case = draft.case
    assert (case.state, case.closed_as, case.extensions, case.renewals) == ("routed", None, (), ())
    assert [clock.stage for clock in case.clocks] == ["acknowledge", "inquiry", "propose"]
    assert case.route is not None
    assert case.route.holder == "societe-demo"


def test_a_wish_to_reopen_that_comes_too_late_or_for_an_open_case_is_a_message() -> None:
    too_late, still_open = in_state("closed"), opened()
    too_late.react(cases.reopening(), MONDAY + 31 * DAY, RULES)
    still_open.react(cases.reopening(), MONDAY, RULES)
    for draft in (too_late, still_open):
        assert isinstance(draft.new[-1].data, ComplainantWrote)


@pytest.mark.parametrize(
    ("role", "organisation", "may"),
    [("representative", "syndicat-demo", True), ("csr", "societe-demo", False)],
)
def test_appeal_and_reopening_are_for_the_complainants_side(
    role: Role, organisation: str, may: bool
) -> None:
    sight = sight_of(in_state("closed").case, Caller("x", role, organisation))
    assert ({"appeal", "reopen"} <= sight.commands) is may
