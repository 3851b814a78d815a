"""Triage corrected over HTTP and the real store."""

from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from tests.service.ledger.people import AUTHORITY, CSR, PATH, PROTECTION, SYNDICATE
from tests.unit.ledger import cases


async def test_a_corrected_case_leaves_its_holder_when_routing_has_decided(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    body = {"reason": "C'est une taxe", "category": "surface_tax", "severity": "S2"}
    answer = await http.post(f"{PATH}/correct-triage", headers=SYNDICATE, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["event"] == "cf.recours.triage.corrected.v1"
    route = {"reason": "corrected", "category": "SURFACE_TAX", "severity": "S2"}
    to = {"responder": "authority", "holder": "commune-demo"}
    await take_in(ledger, [cases.routed("answer", **route, **to)])
    seen = (await http.get(PATH, headers=SYNDICATE)).json()
    assert (seen["holder"], seen["category"], seen["severity"]) == (
        "commune-demo",
        "SURFACE_TAX",
        "S2",
    )
    assert seen["route"]["reason"] == "corrected"
    assert (await http.get(PATH, headers=AUTHORITY)).json()["possible"][0] == "acknowledge"


async def test_who_is_accused_by_a_correction_loses_the_case_at_once(
    http: httpx.AsyncClient, vault: Any
) -> None:
    body = {"reason": "r", "accused": ["societe-demo"]}
    assert (await http.get(PATH, headers=CSR)).status_code == 200
    await http.post(f"{PATH}/correct-triage", headers=SYNDICATE, json=body)
    assert (await http.get(PATH, headers=CSR)).status_code == 404
    assert (await http.get("/v1/cases", headers=CSR)).json()["cases"] == []
    assert (await http.get(PATH, headers=SYNDICATE)).json()["accused"] == ["societe-demo"]


async def test_a_case_that_becomes_protected_exists_for_protection_alone(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    body = {"reason": "r", "category": "CHILD"}
    await http.post(f"{PATH}/correct-triage", headers=SYNDICATE, json=body)
    for who in (CSR, SYNDICATE, PROTECTION):
        assert (await http.get(PATH, headers=who)).status_code == 404
    to = {"responder": "protection", "holder": "protection-demo", "lane": "protected"}
    route = {"reason": "corrected", "category": "CHILD", "severity": "S1", "advocate": None}
    await take_in(ledger, [cases.routed("answer", **route, **to)])
    assert (await http.get(PATH, headers=PROTECTION)).status_code == 200
    for who in (CSR, SYNDICATE):
        assert (await http.get(PATH, headers=who)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"category": "WAGES"},
        {"reason": "r"},
        {"reason": "r", "category": "GOLD"},
        {"reason": "r", "site": "atlantis"},
        {"reason": "r", "severity": "S9"},
        {"reason": "r", "accused": "police-demo"},
        {"reason": "r", "accused": ["nobody"]},
    ],
)
async def test_a_correction_that_says_nothing_or_nothing_known_is_refused(
    http: httpx.AsyncClient, vault: Any, body: dict[str, Any]
) -> None:
    answer = await http.post(f"{PATH}/correct-triage", headers=SYNDICATE, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert not vault["keep"].called
