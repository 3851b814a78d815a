"""Remedies in items: what is owed by whom, agreed in part, delivered, and verified by others."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.ledger import decisions, remedies
from services.ledger.commands import read_command
from services.ledger.drafts import Draft
from services.ledger.remedies import Wanted
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events.ledger import (
    Actor,
    ComplainantWrote,
    DeliveryVerified,
    RemedyAgreed,
    RemedyDelivered,
    RemedyProposed,
)
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, MONDAY, RULES, SYNDICATE, opened, sight_of
from tests.unit.ledger.test_decisions import close

SOON, LATER = date(2026, 12, 10), date(2027, 1, 15)
CROPS = Wanted("crop-compensation", 250_000, None, SOON)
WATER = Wanted("drinking-water", None, None, LATER)
DAY = timedelta(days=1)


def proposed(*wanted: Wanted) -> Draft:
    """Return a case with a proposal of these items."""
    draft = opened()
    draft.add(decisions.decide_acknowledge(draft.case, CSR), cause="ack", now=MONDAY)
    told = propose(draft, *wanted)
    draft.add(told, cause="propose", now=MONDAY)
    return draft


def propose(draft: Draft, *wanted: Wanted) -> RemedyProposed:
    """Return the proposal of these items."""
    return remedies.decide_propose(draft.case, CSR, None, "t", MONDAY, RULES, wanted)


def agreed(*numbers: int) -> Draft:
    """Return a case in which crops and water were agreed, or only these numbers."""
    draft = proposed(CROPS, WATER)
    draft.react(cases.answer(agreed=True, items=numbers or None), MONDAY, RULES)
    return draft


def deliver(draft: Draft, *numbers: int, by: Actor = CSR, text_id: str | None = "e") -> None:
    """Report a delivery."""
    told = remedies.decide_record_delivery(
        draft.case, by, text_id, MONDAY + DAY, RULES, numbers or None
    )
    draft.add(told, cause=f"deliver-{numbers}", now=MONDAY + DAY)


def verify(draft: Draft, *numbers: int, by: Actor = SYNDICATE) -> None:
    """Confirm a delivery."""
    told = remedies.decide_verify_delivery(draft.case, by, MONDAY + DAY, RULES, numbers or None)
    draft.add(told, cause=f"verify-{numbers}", now=MONDAY + DAY)


def states(draft: Draft) -> list[str]:
    """Return how far each item is."""
    return [owed.state for owed in draft.case.remedy]


def test_items_are_numbered_and_owed_by_the_holder_unless_somebody_is_named() -> None:
    draft = proposed(CROPS, WATER)
    told = draft.new[-1].data
    assert isinstance(told, RemedyProposed)
    assert [(i.number, i.kind, i.amount, i.owed_by) for i in told.items] == [
        (1, "crop-compensation", 250_000, "societe-demo"),
        (2, "drinking-water", None, "societe-demo"),
    ]
    assert told.deliver_by == told.items[1].due_at
    assert states(draft) == ["proposed", "proposed"]


def test_a_remedy_without_items_is_one_thing() -> None:
    draft = opened()
    draft.add(decisions.decide_acknowledge(draft.case, CSR), cause="ack", now=MONDAY)
    told = remedies.decide_propose(draft.case, CSR, SOON, "t", MONDAY, RULES)
    assert told.items == ()
    assert told.deliver_by.date() == SOON
    with pytest.raises(Invalid):
        propose(draft)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": -1}, "items.0.amount"),
        ({"amount": 0}, "items.0.amount"),
        ({"amount": 500_000_001}, "items.0.amount"),
        ({"amount": 10**400}, "items.0.amount"),
        ({"amount": None}, "items.0.amount"),
        ({"owed_by": "police-demo"}, "items.0.owed_by"),
        ({"by": date(2026, 11, 20)}, "items.0.by"),
        ({"by": date(2028, 1, 1)}, "items.0.by"),
    ],
)
def test_what_the_policy_does_not_allow_is_named(changed: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {
        "kind": "crop-compensation",
        "amount": 1,
        "owed_by": None,
        "by": SOON,
    } | changed
    with pytest.raises(Invalid) as refused:
        proposed(Wanted(**values))
    assert [error["field"] for error in refused.value.members["errors"]] == [field]


def test_the_largest_amount_and_number_of_items_are_those_of_the_policy() -> None:
    most = RULES.stages.remedy
    assert states(proposed(Wanted("crop-compensation", most.most_amount, None, SOON)))
    assert len(states(proposed(*[WATER] * most.most_items))) == most.most_items
    with pytest.raises(Invalid):
        proposed(*[WATER] * (most.most_items + 1))


def test_a_past_holder_and_who_is_complained_about_may_owe() -> None:
    draft = opened(holder="syndicat-demo", responder="syndicate")
    assert remedies.parties(draft.case) == {"syndicat-demo", "societe-demo"}
    draft.react(cases.escalated(organisation=None), MONDAY, RULES)
    assert remedies.parties(draft.case) == {"syndicat-demo", "commune-demo"}


def test_agreed_in_part_leaves_the_rest_refused() -> None:
    draft = agreed(2)
    told = draft.new[-1].data
    assert isinstance(told, RemedyAgreed)
    assert told.items == (2,)
    assert states(draft) == ["refused", "agreed"]
    assert [clock.due_at.date() for clock in draft.case.clocks] == [LATER]


def test_a_yes_to_numbers_that_are_not_there_is_a_message() -> None:
    draft = agreed(7)
    assert isinstance(draft.new[-1].data, ComplainantWrote)
    assert draft.case.state == "remedy_proposed"


def test_a_no_refuses_all() -> None:
    draft = proposed(CROPS, WATER)
    draft.react(cases.answer(agreed=False), MONDAY, RULES)
    assert states(draft) == ["refused", "refused"]
    assert draft.case.state == "in_inquiry"


def test_items_are_delivered_and_verified_one_by_one() -> None:
    draft = agreed()
    deliver(draft, 1)
    assert (draft.case.state, states(draft)) == ("agreed", ["delivered", "agreed"])
    assert draft.case.remedy[0].evidence == "e"
    verify(draft, 1)
    assert (draft.case.state, states(draft)) == ("agreed", ["verified", "agreed"])
    deliver(draft)
    assert (draft.case.state, states(draft)) == ("remedy_delivered", ["verified", "delivered"])
    verify(draft)
    assert (draft.case.state, states(draft)) == ("verified", ["verified", "verified"])
    told = [e.data.items for e in draft.new if isinstance(e.data, RemedyDelivered)]
    assert told == [(1,), (2,)]


def test_verifying_one_of_two_delivered_leaves_the_other_its_date() -> None:
    draft = agreed()
    deliver(draft)
    before = draft.case.clock("verify")
    verify(draft, 2)
    assert (draft.case.state, draft.case.clock("verify")) == ("remedy_delivered", before)


def test_the_complainants_yes_verifies_all_that_was_delivered() -> None:
    draft = agreed()
    deliver(draft)
    draft.react(cases.answer(agreed=True, cause="yes"), MONDAY + DAY, RULES)
    told = draft.new[-1].data
    assert isinstance(told, DeliveryVerified)
    assert told.items == (1, 2)
    assert draft.case.state == "verified"


def test_the_complainants_yes_to_one_item_verifies_that_one() -> None:
    draft = agreed()
    deliver(draft)
    draft.react(cases.answer(agreed=True, cause="other", items=(7,)), MONDAY + DAY, RULES)
    assert isinstance(draft.new[-1].data, ComplainantWrote)
    draft.react(cases.answer(agreed=True, cause="yes", items=(2, 7)), MONDAY + DAY, RULES)
    assert (draft.case.state, states(draft)) == ("remedy_delivered", ["delivered", "verified"])


def test_a_contested_delivery_leads_back_to_a_proposal() -> None:
    draft = agreed()
    deliver(draft)
    draft.react(cases.answer(agreed=False, cause="no"), MONDAY + DAY, RULES)
    assert (draft.case.state, states(draft)) == ("in_inquiry", ["refused", "refused"])


def test_delivery_of_items_needs_its_evidence() -> None:
    with pytest.raises(Invalid) as refused:
        deliver(agreed(), text_id=None)
    assert refused.value.members["errors"][0]["field"] == "text"


@pytest.mark.parametrize("number", [3, 1])
def test_only_what_was_agreed_is_delivered(number: int) -> None:
    with pytest.raises(Invalid):
        deliver(agreed(2), number)


def test_nothing_is_verified_before_it_was_delivered() -> None:
    with pytest.raises(Conflict):
        verify(agreed())
    draft = agreed()
    deliver(draft, 1)
    with pytest.raises(Invalid):
        verify(draft, 2)


def test_who_owes_an_item_delivers_it_though_somebody_else_holds_the_case() -> None:
    draft = opened(holder="commune-demo", responder="authority")
    ours = Actor(sub="a", role="authority", organisation="commune-demo")
    draft.add(decisions.decide_acknowledge(draft.case, ours), cause="ack", now=MONDAY)
    wanted = (Wanted("surface-tax", None, "societe-demo", SOON), WATER)
    told = remedies.decide_propose(draft.case, ours, None, "t", MONDAY, RULES, wanted)
    draft.add(told, cause="propose", now=MONDAY)
    draft.react(cases.answer(agreed=True), MONDAY, RULES)
    deliver(draft, by=CSR)
    assert states(draft) == ["delivered", "agreed"]
    with pytest.raises(Conflict):
        deliver(draft, by=CSR)
    for debtor in (CSR, ours):
        with pytest.raises(Conflict):
            verify(draft, by=debtor)


@pytest.mark.parametrize(
    ("role", "organisation", "delivers", "verifies"),
    [
        ("csr", "societe-demo", True, False),
        ("authority", "commune-demo", True, False),
        ("representative", "syndicat-demo", False, True),
        ("monitor", None, False, False),
    ],
)
def test_who_owes_delivers_and_who_speaks_for_the_complainant_verifies(
    role: Role, organisation: str | None, delivers: bool, verifies: bool
) -> None:
    draft = opened()
    draft.react(cases.escalated(), MONDAY, RULES)
    ours = Actor(sub="a", role="authority", organisation="commune-demo")
    draft.add(decisions.decide_acknowledge(draft.case, ours), cause="ack", now=MONDAY)
    wanted = (Wanted("surface-tax", None, "societe-demo", SOON), WATER)
    told = remedies.decide_propose(draft.case, ours, None, "t", MONDAY, RULES, wanted)
    draft.add(told, cause="propose", now=MONDAY)
    commands = sight_of(draft.case, Caller("x", role, organisation)).commands
    assert ("record-delivery" in commands, "verify-delivery" in commands) == (delivers, verifies)


@pytest.mark.parametrize(("owed_by", "may"), [("societe-demo", True), ("syndicat-demo-2", False)])
def test_a_syndicate_that_holds_the_case_verifies_what_others_owe(owed_by: str, may: bool) -> None:
    draft = opened(responder="syndicate", holder="syndicat-demo-2", advocate=None)
    ours = Actor(sub="r", role="representative", organisation="syndicat-demo-2")
    draft.add(decisions.decide_acknowledge(draft.case, ours), cause="ack", now=MONDAY)
    wanted = [Wanted("pay-slips", None, owed_by, SOON)]
    told = remedies.decide_propose(draft.case, ours, None, "t", MONDAY, RULES, wanted)
    draft.add(told, cause="propose", now=MONDAY)
    sight = sight_of(draft.case, Caller("r", "representative", "syndicat-demo-2"))
    assert ("verify-delivery" in sight.commands) is may


def test_a_remedy_agreed_in_part_does_not_end_as_agreed() -> None:
    draft = agreed(1)
    deliver(draft)
    verify(draft)
    with pytest.raises(Conflict):
        close(draft.case, "resolved-agreed")
    assert close(draft.case, "resolved-not-agreed")


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "crop-compensation", "amount": "250 000", "by": "2026-12-10"},
        {"kind": "crop-compensation", "amount": 2.5, "by": "2026-12-10"},
        {"kind": "crop-compensation", "amount": True, "by": "2026-12-10"},
        {"kind": "gold", "by": "2026-12-10"},
        {"kind": "other", "by": "2026-12-10"},
        {"kind": "contracts"},
        {"kind": "contracts", "by": "2026-12-10", "what": "x" * 501},
    ],
)
def test_an_item_that_cannot_be_read_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        read_command("propose-remedy", {"text": "t", "items": [item]})
    assert refused.value.members["errors"][0]["field"].startswith("items.0")


def test_what_an_item_is_goes_to_the_vault_under_its_number() -> None:
    items = [
        {"kind": "contracts", "by": "2026-12-10"},
        {"kind": "other", "what": "Dix chèvres", "by": "2026-12-10"},
    ]
    read = read_command("propose-remedy", {"text": "Voici", "items": items})
    assert read.words == "Voici\n2. Dix chèvres"


def test_an_answer_to_an_earlier_question_is_a_message() -> None:
    """A yes to the proposal, sent late, does not confirm the delivery."""
    draft = agreed()
    first = next(e.sequence for e in draft.new if isinstance(e.data, RemedyProposed))
    deliver(draft)
    late = cases.answer(agreed=True, cause="late", question=first)
    draft.react(late, MONDAY + 2 * DAY, RULES)
    assert isinstance(draft.new[-1].data, ComplainantWrote)
    assert draft.case.state == "remedy_delivered"
    right = cases.answer(agreed=True, cause="right", question=draft.case.asking)
    draft.react(right, MONDAY + 2 * DAY, RULES)
    assert isinstance(draft.new[-1].data, DeliveryVerified)
