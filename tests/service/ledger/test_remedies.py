"""A remedy in items over HTTP and the real store."""

import json
from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from shared.mongo import Database
from tests.service.ledger.people import CSR, PATH, SYNDICATE
from tests.unit.ledger import cases

PROPOSAL = {
    "text": "Nous proposons",
    "items": [
        {
            "kind": "crop-compensation",
            "amount": 250000,
            "what": "Deux parcelles",
            "by": "2026-12-10",
        },
        {"kind": "drinking-water", "by": "2027-01-15"},
    ],
}


async def give(http: httpx.AsyncClient, command: str, who: dict[str, str], **body: Any) -> Any:
    """Give a command and return the case after it."""
    answer = await http.post(f"{PATH}/{command}", headers=who, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_remedy_is_agreed_in_part_delivered_verified_and_closed(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any, database: Database
) -> None:
    await give(http, "acknowledge", CSR)
    await give(http, "propose-remedy", CSR, **PROPOSAL)
    await take_in(ledger, [cases.answer(agreed=True, items=(1,))])
    assert (await give(http, "record-delivery", CSR, text="Re\u00e7u sign\u00e9"))["state"] == (
        "remedy_delivered"
    )
    own = await http.post(f"{PATH}/verify-delivery", headers=CSR, json={})
    assert own.status_code == 409
    await give(http, "verify-delivery", SYNDICATE, items=[1])
    seen = (await http.get(PATH, headers=CSR)).json()
    assert [(i["kind"], i["amount"], i["state"]) for i in seen["remedy"]] == [
        ("crop-compensation", 250000, "verified"),
        ("drinking-water", None, "refused"),
    ]
    assert seen["remedy"][0]["evidence"]
    await give(http, "close", CSR, **{"as": "resolved-not-agreed", "reason": "Fait en partie"})
    stored = json.dumps(await database["events"].find({}).to_list(None), default=str)
    assert "parcelles" not in stored
    assert "1. Deux parcelles" in json.loads(vault["keep"].calls[0].request.content)["text"]


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": -5},
        {"amount": 10**30},
        {"amount": "beaucoup"},
        {"amount": 1e30},
        {"by": "2026-11-01"},
        {"by": "2035-01-01"},
        {"by": "demain"},
        {"owed_by": "police-demo"},
    ],
)
async def test_a_wrong_item_is_refused_by_its_name(
    http: httpx.AsyncClient, vault: Any, changed: dict[str, Any]
) -> None:
    await give(http, "acknowledge", CSR)
    items = [PROPOSAL["items"][0] | changed]  # type: ignore[operator]
    answer = await http.post(
        f"{PATH}/propose-remedy", headers=CSR, json={"text": "t", "items": items}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    [field] = changed
    assert answer.json()["errors"][0]["field"].startswith(f"items.0.{field}")
    assert not vault["keep"].called
