"""What HTTP tells of notices, and receipts of the gateway."""

from typing import Any

import pytest

from shared.access import issue_token
from tests.service.notify.world import NUMBER, TOKEN_KEY, Notify
from tests.unit.notify.cases import REFERENCE, event


async def look(service: Notify, role: str, organisation: str | None) -> Any:
    """Ask for the deliveries of the case."""
    token = issue_token(TOKEN_KEY, sub="u", role=role, organisation=organisation)
    return await service.http.get(
        f"/v1/cases/{REFERENCE.lower()}/deliveries", headers={"Authorization": f"Bearer {token}"}
    )


async def receipt(service: Notify, delivery_id: str, value: str) -> None:
    """Send a receipt as Kannel does."""
    answer = await service.http.get("/receipts/kannel", params={"mid": delivery_id, "type": value})
    assert answer.status_code == 200


async def test_an_office_sees_who_was_told_and_no_address(service: Notify) -> None:
    await service.tell(event("case.opened"))
    answer = await look(service, "csr", "societe-demo")
    assert answer.status_code == 200
    found = answer.json()
    assert {d["audience"]: d["state"] for d in found["deliveries"]} == {
        "complainant": "sent",
        "holder": "sent",
        "advocate": "sent",
    }
    assert found["deliveries"][0]["attempts"][0]["outcome"] == "sent"
    assert NUMBER[4:] not in answer.text
    assert "@" not in answer.text


@pytest.mark.parametrize(
    ("role", "organisation", "case"),
    [
        ("csr", "cooperative-demo", {}),
        ("monitor", "societe-demo", {}),
        ("administrator", "societe-demo", {}),
        ("csr", None, {}),
        ("csr", "societe-demo", {"accused": ("societe-demo",)}),
        ("representative", "syndicat-demo", {"lane": "protected", "holder": "protection-demo"}),
        ("csr", "protection-demo", {"lane": "protected", "holder": "protection-demo"}),
    ],
)
async def test_whoever_does_not_hear_of_the_case_sees_nothing(
    service: Notify, role: str, organisation: str | None, case: dict[str, Any]
) -> None:
    await service.tell(event("case.opened", **case))
    answer = await look(service, role, organisation)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_protection_sees_its_protected_case(service: Notify) -> None:
    await service.tell(event("case.opened", lane="protected", holder="protection-demo"))
    assert (await look(service, "protection", "protection-demo")).status_code == 200
    assert (await look(service, "protection", "protection-nationale-demo")).status_code == 404


async def test_an_unknown_case_and_no_token(service: Notify) -> None:
    assert (await look(service, "csr", "societe-demo")).status_code == 404
    assert (await service.http.get(f"/v1/cases/{REFERENCE}/deliveries")).status_code == 401


async def test_receipts_never_go_backwards(service: Notify) -> None:
    await service.tell(event("case.acknowledged", advocate=None))
    [document] = await service.documents()
    for value, known in (("8", "sent"), ("1", "delivered"), ("8", "delivered"), ("2", "delivered")):
        await receipt(service, document["_id"], value)
        [document] = await service.documents()
        assert document["receipt"] == known
    assert [r["status"] for r in document["receipts"]] == ["sent", "delivered"]
    assert await service.facts() == [("told", "complainant", "")]


async def test_a_refusal_by_the_network_is_told_to_the_case_once(service: Notify) -> None:
    await service.tell(event("case.acknowledged", advocate=None))
    [document] = await service.documents()
    for value in ("8", "16", "16"):
        await receipt(service, document["_id"], value)
    assert await service.facts() == [
        ("told", "complainant", ""),
        ("not-told", "complainant", "network-refused"),
    ]
    answer = await look(service, "csr", "societe-demo")
    assert answer.json()["deliveries"][0]["state"] == "failed"


@pytest.mark.parametrize(
    ("delivery_id", "value"), [("unknown", "1"), ("", ""), ("\x00", "1"), ("unknown", "%d")]
)
async def test_a_receipt_for_nothing_here_is_answered(
    service: Notify, delivery_id: str, value: str
) -> None:
    await receipt(service, delivery_id, value)
    assert await service.documents() == []
