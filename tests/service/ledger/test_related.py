"""Linked cases over HTTP and the real store: seen by whom, and answered together."""

from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from tests.service.ledger.people import AUTHORITY, CSR, PATH, SYNDICATE
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

OTHER, THIRD, HIDDEN = "TEST-0021", "TEST-0022", "TEST-0023"
PROPOSAL = {"text": "Pour tous", "deliver_by": "2026-12-10"}


@pytest.fixture(autouse=True)
async def more(ledger: Ledger) -> None:
    """Two more cases of the company, and one that it does not see."""
    hidden = {"responder": "authority", "holder": "commune-demo", "advocate": "syndicat-demo"}
    await take_in(
        ledger,
        [
            cases.routed("o", reference=OTHER),
            cases.routed("t", reference=THIRD),
            cases.routed("h", reference=HIDDEN, **hidden),
        ],
    )


async def link(
    http: httpx.AsyncClient, to: str, who: dict[str, str] = CSR, key: str | None = None
) -> httpx.Response:
    """Link the case of the company to another."""
    headers = who | ({"Idempotency-Key": key} if key else {})
    return await http.post(f"{PATH}/link-case", headers=headers, json={"to": to})


async def related(http: httpx.AsyncClient, reference: str, who: dict[str, str]) -> Any:
    """Return the linked cases that somebody sees."""
    return (await http.get(f"/v1/cases/{reference}", headers=who)).json()["related"]


async def test_both_cases_know_of_each_other(http: httpx.AsyncClient) -> None:
    first = await link(http, OTHER, key="k")
    again = await link(http, OTHER, key="k")
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert again.headers["idempotency-replayed"] == "true"
    assert await related(http, REFERENCE, CSR) == [OTHER]
    assert await related(http, OTHER, CSR) == [REFERENCE]
    assert (await link(http, OTHER)).status_code == 409


async def test_a_link_that_was_stored_on_one_side_alone_is_completed(
    http: httpx.AsyncClient, ledger: Ledger
) -> None:
    await link(http, OTHER)
    await ledger.events.collection.delete_one(
        {"type": "cf.recours.case.linked.v1", "data.other": REFERENCE}
    )
    assert await related(http, OTHER, CSR) == []
    assert (await link(http, OTHER)).status_code == 200
    assert await related(http, OTHER, CSR) == [REFERENCE]
    assert await related(http, REFERENCE, CSR) == [OTHER]


@pytest.mark.parametrize("passed_on", [OTHER, REFERENCE])
async def test_a_repeat_is_answered_as_it_was_after_a_case_was_passed_on(
    http: httpx.AsyncClient, ledger: Ledger, passed_on: str
) -> None:
    first = await link(http, OTHER, key="k")
    await take_in(ledger, [cases.escalated(reference=passed_on)])
    again = await link(http, OTHER, key="k")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true"), again.text
    assert again.json()["event"] == first.json()["event"]
    assert (await link(http, THIRD, key="k")).status_code == 422
    assert (await link(http, OTHER, key="another")).status_code in {409, 422}


@pytest.mark.parametrize("to", [HIDDEN, "NOT-THERE"])
async def test_a_case_that_is_not_seen_is_like_none(http: httpx.AsyncClient, to: str) -> None:
    answer = await link(http, to)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "to", "reason": "must be a case that you work on"}]
    assert (await link(http, REFERENCE)).status_code == 422


async def test_a_case_that_was_passed_on_is_not_linked_on_one_side(
    http: httpx.AsyncClient, ledger: Ledger
) -> None:
    await take_in(ledger, [cases.escalated(reference=OTHER)])
    assert (await http.get(f"/v1/cases/{OTHER}", headers=CSR)).status_code == 200
    assert (await link(http, OTHER)).status_code == 422
    assert await related(http, REFERENCE, CSR) == []


async def test_who_does_not_see_the_other_case_does_not_see_the_link(
    http: httpx.AsyncClient,
) -> None:
    assert (await link(http, HIDDEN, SYNDICATE)).status_code == 200
    assert await related(http, REFERENCE, SYNDICATE) == [HIDDEN]
    for reference, who in ((REFERENCE, CSR), (HIDDEN, AUTHORITY)):
        seen = (await http.get(f"/v1/cases/{reference}", headers=who)).json()
        assert seen["related"] == []
        assert not [item for item in seen["timeline"] if "linked" in item["type"]]


async def test_linked_cases_are_answered_together_and_each_by_itself(
    http: httpx.AsyncClient, vault: Any
) -> None:
    await link(http, OTHER)
    await link(http, THIRD)
    await link(http, HIDDEN, SYNDICATE)
    await http.post(f"{PATH}/acknowledge", headers=CSR, params={"together": True})
    await http.post(f"/v1/cases/{THIRD}/ask-complainant", headers=CSR, json={"text": "Quand ?"})
    vault["keep"].reset()
    given = await http.post(
        f"{PATH}/propose-remedy",
        headers=CSR | {"Idempotency-Key": "k"},
        params={"together": True},
        json=PROPOSAL,
    )
    assert given.json()["state"] == "remedy_proposed"
    assert [
        (one["reference"], one["status"], one["state"]) for one in given.json()["together"]
    ] == [
        (OTHER, 200, "remedy_proposed"),
        (THIRD, 409, None),
    ]
    # Each person has the words in their own vault, under their own key.
    assert vault["keep"].call_count == 2
    again = await http.post(
        f"{PATH}/propose-remedy",
        headers=CSR | {"Idempotency-Key": "k"},
        params={"together": True},
        json=PROPOSAL,
    )
    assert again.json() == given.json()
    assert (await http.get(f"/v1/cases/{OTHER}", headers=CSR)).json()["version"] == 3


async def test_what_concerns_one_person_is_given_to_one_case(
    http: httpx.AsyncClient, vault: Any
) -> None:
    await link(http, OTHER, SYNDICATE)
    given = await http.post(
        f"{PATH}/record-statement",
        headers=SYNDICATE,
        params={"together": True},
        json={"text": "Mon champ"},
    )
    assert given.json()["together"] == []
