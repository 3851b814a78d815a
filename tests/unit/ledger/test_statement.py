"""The statement: who writes it, to whom it is released, and what is seen before and after."""

import pytest

from services.ledger import statement
from services.ledger.case import Statement
from services.ledger.drafts import Draft
from services.ledger.sight import may_read, readers_of
from shared.access import Caller
from shared.errors import Conflict
from shared.events.codes import OtherSide
from shared.events.ledger import (
    ComplainantWrote,
    StatementRecorded,
    StatementReleased,
    StatementWithdrawn,
)
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import MONDAY, RULES, SYNDICATE, opened, sight_of

COMPANY = Caller("c", "csr", "societe-demo")
COMMUNE = Caller("a", "authority", "commune-demo")
ADVOCATE = Caller("r", "representative", "syndicat-demo")


def recorded(text_id: str = "t1") -> Draft:
    """Return a case in which the advocate has written a statement."""
    draft = opened()
    told = statement.decide_record_statement(draft.case, SYNDICATE, text_id)
    draft.add(told, cause=f"record-{text_id}", now=MONDAY)
    return draft


def released(*to: OtherSide) -> Draft:
    """Return a case whose statement was released."""
    draft = recorded()
    told = statement.decide_release_statement(draft.case, SYNDICATE, to, "fingerprint")
    draft.add(told, cause="release", now=MONDAY)
    return draft


def reads(draft: Draft, caller: Caller, text_id: str = "t1") -> bool:
    """Tell whether a caller may read a text."""
    return may_read(draft.case, sight_of(draft.case, caller), caller.organisation, text_id)


def test_a_statement_that_is_only_written_is_read_by_nobody_else() -> None:
    draft = recorded()
    assert draft.case.statement == Statement(text_id="t1")
    assert not reads(draft, COMPANY)
    assert not sight_of(draft.case, COMPANY).facts


def test_it_is_released_to_those_who_were_named_and_to_no_others() -> None:
    draft = released("company")
    draft.react(cases.escalated(), MONDAY, RULES)
    assert reads(draft, COMPANY)
    assert not reads(draft, COMMUNE)
    assert sight_of(draft.case, COMMUNE).commands
    assert not sight_of(draft.case, COMMUNE).facts
    assert not reads(draft, COMPANY, "another-text")


def test_a_text_written_after_the_release_needs_a_release_of_its_own() -> None:
    draft = released("company")
    told = statement.decide_record_statement(draft.case, SYNDICATE, "t2")
    draft.add(told, cause="again", now=MONDAY)
    assert reads(draft, COMPANY, "t1")
    assert not reads(draft, COMPANY, "t2")
    said = {text_id: readers_of(draft.case, text_id) for text_id in ("t1", "t2", "other")}
    assert said == {"t1": "released", "t2": "side", "other": "side"}


def test_nothing_is_released_before_it_was_written() -> None:
    with pytest.raises(Conflict) as refused:
        statement.decide_release_statement(opened().case, SYNDICATE, ("company",), "spoken")
    assert "record-statement" in refused.value.members["possible"]
    assert "release-statement" not in refused.value.members["possible"]


def test_consent_taken_back_ends_the_reading() -> None:
    by_hand, by_complainant = released("company"), released("company")
    told = statement.decide_withdraw_statement(by_hand.case, SYNDICATE)
    by_hand.add(told, cause="w", now=MONDAY)
    by_complainant.react(cases.consent(given=False), MONDAY, RULES)
    for draft in (by_hand, by_complainant):
        assert draft.case.statement == Statement(text_id="t1")
        assert not reads(draft, COMPANY)
        assert not sight_of(draft.case, COMPANY).facts


def test_consent_can_be_taken_back_after_the_case_was_closed() -> None:
    draft = released("company")
    draft.react(cases.withdrawn(), MONDAY, RULES)
    assert not draft.case.open
    draft.react(cases.consent(given=False), MONDAY, RULES)
    assert isinstance(draft.new[-1].data, StatementWithdrawn)


@pytest.mark.parametrize(("purpose", "given"), [("statement", True), ("notices", False)])
def test_other_consents_release_and_withdraw_nothing(purpose: str, given: bool) -> None:
    draft = released("company")
    count = len(draft.new)
    draft.react(cases.consent(given=given, purpose=purpose), MONDAY, RULES)
    assert len(draft.new) == count


def test_a_yes_to_what_was_written_releases_it_to_those_named_once() -> None:
    draft = recorded()
    draft.react(cases.consent(given=True, text_id="t1", to=("company",)), MONDAY, RULES)
    told = draft.new[-1].data
    assert isinstance(told, StatementReleased)
    assert (told.by.role, told.text_id, told.to) == ("complainant", "t1", ("company",))
    assert reads(draft, COMPANY)
    assert not reads(draft, COMMUNE)
    again = cases.consent(given=True, text_id="t1", to=("company",), cause="again")
    draft.react(again, MONDAY, RULES)
    assert draft.new[-1].data is told


@pytest.mark.parametrize(
    ("purpose", "text_id"), [("statement", None), ("statement", "t0"), ("share_statement", "t1")]
)
def test_a_yes_releases_no_other_text_than_the_one_it_is_for(
    purpose: str, text_id: str | None
) -> None:
    draft = recorded()
    yes = cases.consent(given=True, purpose=purpose, text_id=text_id, to=("company",))
    draft.react(yes, MONDAY, RULES)
    assert draft.case.statement == Statement(text_id="t1")


def test_a_yes_after_the_end_releases_nothing() -> None:
    draft = recorded()
    draft.react(cases.withdrawn(), MONDAY, RULES)
    draft.react(cases.consent(given=True, text_id="t1", to=("company",)), MONDAY, RULES)
    assert draft.case.statement == Statement(text_id="t1")


def test_the_wish_of_the_filing_taken_back_ends_the_reading_too() -> None:
    draft = released("company")
    draft.react(cases.consent(given=False, purpose="share_statement"), MONDAY, RULES)
    assert isinstance(draft.new[-1].data, StatementWithdrawn)


def test_a_protected_case_has_no_other_side() -> None:
    draft = opened("S1", lane="protected", responder="protection", holder="protection-demo")
    with pytest.raises(Conflict):
        statement.decide_record_statement(draft.case, SYNDICATE, "t")


@pytest.mark.parametrize(
    ("role", "organisation", "may"),
    [
        ("representative", "syndicat-demo", True),
        ("csr", "societe-demo", False),
        ("authority", "commune-demo", False),
        ("monitor", None, False),
    ],
)
def test_only_the_complainants_side_writes_and_releases(
    role: Role, organisation: str | None, may: bool
) -> None:
    draft = recorded()
    sight = sight_of(draft.case, Caller("x", role, organisation))
    assert ({"record-statement", "release-statement"} <= sight.commands) is may


def test_a_syndicate_that_holds_the_case_without_being_advocate_may_too() -> None:
    draft = opened(responder="syndicate", holder="syndicat-demo-2", advocate=None)
    sight = sight_of(draft.case, Caller("x", "representative", "syndicat-demo-2"))
    assert "record-statement" in sight.commands


def test_those_who_speak_for_the_complainant_and_monitors_know_what_it_is_about() -> None:
    draft = opened()
    assert sight_of(draft.case, ADVOCATE).facts
    assert sight_of(draft.case, Caller("m", "monitor", None)).facts


def test_a_complainant_writes_and_releases_their_own() -> None:
    draft = opened(advocate=None)
    draft.react(cases.statement("company"), MONDAY, RULES)
    assert [event.type for event in draft.new[1:]] == [
        StatementRecorded.type,
        StatementReleased.type,
    ]
    told = draft.new[-1].data
    assert isinstance(told, StatementReleased)
    assert (told.by.role, told.consent, told.to) == ("complainant", "written", ("company",))
    assert reads(draft, COMPANY, told.text_id)
    draft.react(cases.statement("company"), MONDAY, RULES)
    assert len(draft.new) == 3


def test_where_nobody_may_read_it_a_statement_is_a_message() -> None:
    protected = opened("S1", lane="protected", responder="protection", holder="protection-demo")
    ended = opened()
    ended.react(cases.withdrawn(), MONDAY, RULES)
    for draft in (protected, ended):
        draft.react(cases.statement("company"), MONDAY, RULES)
        assert isinstance(draft.new[-1].data, ComplainantWrote)
        assert draft.case.statement == Statement()
