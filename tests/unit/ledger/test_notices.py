"""Who was told: one entry for the notices of an event, cut to what its reader may know."""

from typing import Any

import pytest

from services.ledger.timeline import item_of, version_for
from shared.access import Caller
from shared.events.ledger import PartiesInformed
from shared.events.ledger.notices import Informed, PartyInformed
from shared.events.notify import PartyNotTold, PartyTold
from tests.unit.ledger import cases
from tests.unit.ledger.cases import MONDAY, RULES, opened, sight_of

COMPANY = Caller("c", "csr", "societe-demo")
ADVOCATE = Caller("r", "representative", "syndicat-demo")
ONE: dict[str, Any] = {
    "reference": cases.REFERENCE,
    "delivery_id": "d1",
    "notice": "opened",
    "audience": "complainant",
    "channel": "sms",
    "attempts": 1,
}


def told_of(caller: Caller, *parties: tuple[str, str | None]) -> tuple[int, list[dict[str, Any]]]:
    """Return how many entries a caller sees after notices, and the parties in the last one."""
    draft = opened()
    draft.react(cases.incoming(cases.settled(*parties), "told"), MONDAY, RULES)
    sight = sight_of(draft.case, caller)
    seen = version_for(draft.new, sight, caller)
    return seen, item_of(draft.new[-1], seen, sight).details["parties"]


def test_the_advocate_knows_who_was_told_and_who_was_not() -> None:
    assert told_of(ADVOCATE, ("complainant", "no-address"), ("holder", None)) == (
        2,
        [
            {"audience": "complainant", "channel": "sms", "notice": "opened", "told": False,
             "reason": "no-address"},
            {"audience": "holder", "channel": "sms", "notice": "opened", "told": True,
             "reason": None},
        ],
    )  # fmt: skip


def test_the_other_side_does_not_know_how_the_complainants_side_is_reached() -> None:
    seen, parties = told_of(COMPANY, ("complainant", "no-address"), ("holder", None))
    assert seen == 2
    assert [party["audience"] for party in parties] == ["holder"]


def test_an_entry_of_which_nothing_may_be_known_is_not_there() -> None:
    seen, _ = told_of(COMPANY, ("complainant", None), ("advocate", None))
    assert seen == 1


def test_notices_to_nobody_of_the_case_leave_no_entry() -> None:
    draft = opened()
    draft.react(cases.incoming(cases.settled(("press", None)), "told"), MONDAY, RULES)
    assert len(draft.new) == 1


@pytest.mark.parametrize(
    ("notice", "told", "reason", "twice"),
    [
        (PartyTold(**ONE, handed_at=MONDAY, maybe_twice=True), True, None, True),
        (PartyNotTold(**ONE, reason="opted-out"), False, "opted-out", False),
    ],
)
def test_what_an_earlier_version_tells_of_one_notice_is_recorded(
    notice: PartyTold | PartyNotTold, told: bool, reason: str | None, twice: bool
) -> None:
    draft = opened()
    draft.react(cases.incoming(notice, "told"), MONDAY, RULES)
    data = draft.new[-1].data
    assert isinstance(data, PartiesInformed)
    assert data.parties == (
        Informed(
            audience="complainant",
            channel="sms",
            notice="opened",
            delivery_id="d1",
            told=told,
            reason=reason,
            maybe_twice=twice,
        ),
    )


def test_what_an_earlier_version_recorded_is_shown_alike() -> None:
    draft = opened()
    one = {"channel": "sms", "notice": "opened", "delivery_id": "d1", "maybe_twice": False}
    earlier = PartyInformed(
        case=draft.new[0].data.case,  # type: ignore[attr-defined]
        audience="complainant",
        told=False,
        reason="erased",
        **one,
    )
    draft.add(earlier, cause="told", now=MONDAY)
    sight = sight_of(draft.case, ADVOCATE)
    assert item_of(draft.new[-1], 2, sight).details == {
        "parties": [
            {"audience": "complainant", "channel": "sms", "notice": "opened", "told": False,
             "reason": "erased"}
        ]
    }  # fmt: skip
    company = Caller("c", "csr", "societe-demo")
    assert version_for(draft.new, sight_of(draft.case, company), company) == 1
