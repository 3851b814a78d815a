"""The protected lane over HTTP and the real store."""

from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from tests.service.ledger.people import CSR, PROTECTION, SYNDICATE, bearer
from tests.unit.ledger import cases

PATH = "/v1/cases/TEST-0009"
LANE = {"lane": "protected", "responder": "protection", "holder": "protection-demo"}
SECOND = bearer("protection", "protection-demo", sub="protection-2")


@pytest.fixture(autouse=True)
async def hidden(ledger: Ledger) -> None:
    """A protected case."""
    route = LANE | {"category": "SGBV", "severity": "S1", "advocate": None}
    await take_in(ledger, [cases.routed("p", reference="TEST-0009", **route)])


async def give(
    http: httpx.AsyncClient, command: str, body: Any, who: dict[str, str] = PROTECTION
) -> httpx.Response:
    """Give a command."""
    return await http.post(f"{PATH}/{command}", headers=who, json=body)


async def test_a_person_is_kept_safe(http: httpx.AsyncClient, vault: Any) -> None:
    given = [
        await give(http, "record-safety-plan", {"text": "Chez sa sœur"}),
        await give(http, "record-safe-contact", {"text": "Jamais le soir", "contact": "none"}),
        await give(http, "refer-service", {"text": "c", "service": "medical", "consent": "spoken"}),
        await give(http, "refer-service", {"text": "c", "service": "legal", "consent": "written"}),
    ]
    assert [answer.status_code for answer in given] == [200] * 4
    kept = (await http.get(PATH, headers=PROTECTION)).json()["protection"]
    assert kept["safety_plan"]
    assert kept["contact"] == "none"
    assert [(s["kind"], s["consent"]) for s in kept["services"]] == [
        ("medical", "spoken"),
        ("legal", "written"),
    ]
    for who in (CSR, SYNDICATE):
        refused = await give(http, "record-safety-plan", {"text": "t"}, who)
        assert refused.status_code == 404


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("refer-service", {"text": "t", "service": "medical"}),
        ("refer-service", {"text": "t", "service": "magic", "consent": "spoken"}),
        (
            "refer-service",
            {"text": "t", "service": "legal", "consent": "spoken", "to": "police-demo"},
        ),
        ("record-safe-contact", {"text": "t", "contact": "sometimes"}),
        ("request-release", {"reason": "r"}),
        ("request-release", {"reason": "r", "category": "CHILD"}),
    ],
)
async def test_what_is_not_safe_or_not_clear_is_refused(
    http: httpx.AsyncClient, vault: Any, command: str, body: Any
) -> None:
    answer = await give(http, command, body)
    assert answer.status_code == 422
    assert not vault["keep"].called


async def test_a_case_leaves_protection_by_two_people_and_what_happened_there_stays_there(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    await give(http, "record-safety-plan", {"text": "t"})
    await give(http, "request-release", {"reason": "r", "category": "LAND_CROP_DAMAGE"})
    alone = await give(http, "agree-release", {})
    assert alone.status_code == 409
    assert (await give(http, "agree-release", {}, SECOND)).status_code == 200
    assert (await http.get(PATH, headers=CSR)).status_code == 404
    await take_in(ledger, [cases.routed("out", reference="TEST-0009", reason="corrected")])
    seen = (await http.get(PATH, headers=CSR)).json()
    assert [item["type"] for item in seen["timeline"]] == ["cf.recours.case.rerouted.v1"]
    assert "protection" not in str(seen["timeline"])
    assert seen["protection"] is None
