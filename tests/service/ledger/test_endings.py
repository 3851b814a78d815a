"""Ends, appeals, reopening and what comes after, over HTTP and the real store."""

import json
from typing import Any

import httpx
import respx

from services.ledger.consumers import take_in, work_due
from services.ledger.store import Ledger
from services.ledger.verify import verify_database
from shared.mongo import Database
from tests.service.ledger.people import AUTHORITY, CSR, PATH, SYNDICATE
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases

INADMISSIBLE = {"as": "inadmissible", "reason": "Hors sujet"}
ITEMS = [{"kind": "crop-compensation", "amount": 90000, "by": "2026-12-10"}]


async def give(http: httpx.AsyncClient, command: str, who: dict[str, str], **body: Any) -> Any:
    """Give a command and return the case after it."""
    answer = await http.post(f"{PATH}/{command}", headers=who, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_appeal_is_decided_by_the_next_body_and_owed_by_the_company(
    http: httpx.AsyncClient, ledger: Ledger, vault: respx.MockRouter, database: Database
) -> None:
    await give(http, "close", CSR, **INADMISSIBLE)
    appealed = await give(http, "appeal", SYNDICATE, reason="Tout est faux")
    assert (appealed["state"], appealed["stage"]) == ("routed", "appeal")
    await take_in(ledger, [cases.escalated(reason="appealed")])
    assert "decide-appeal" in (await http.get(PATH, headers=AUTHORITY)).json()["possible"]
    decided = await give(
        http, "decide-appeal", AUTHORITY, outcome="upheld", text="La société doit", items=ITEMS
    )
    assert (decided["state"], decided["stage"]) == ("agreed", "deliver")
    delivered = await give(http, "record-delivery", CSR, text="Payé, reçu joint")
    assert delivered["state"] == "remedy_delivered"
    owing = await http.post(f"{PATH}/verify-delivery", headers=CSR, json={})
    assert owing.status_code == 409
    await give(http, "verify-delivery", SYNDICATE)
    closed = await give(http, "close", AUTHORITY, **{"as": "resolved-agreed", "reason": "Vérifié"})
    assert closed["state"] == "closed"
    assert (await verify_database(database)).ok


async def test_after_the_window_the_answer_says_until_when_it_was(
    http: httpx.AsyncClient, vault: respx.MockRouter, clock: FrozenClock
) -> None:
    await give(http, "close", CSR, **INADMISSIBLE)
    clock.move(days=40)
    for command in ("appeal", "reopen"):
        late = await http.post(f"{PATH}/{command}", headers=SYNDICATE, json={"reason": "r"})
        assert late.status_code == 409
        assert late.headers["content-type"] == "application/problem+json"
        assert late.json()["until"] == "2026-12-23T22:59:00+00:00"
        assert "new grievance" in late.json()["detail"]


async def test_a_referral_needs_consent_and_never_goes_to_the_accused(
    http: httpx.AsyncClient, ledger: Ledger, vault: respx.MockRouter
) -> None:
    body = {"as": "referred", "reason": "r", "to": "environnement-demo", "consent": "spoken"}
    accused = cases.routed("o", reference="TEST-0003", accused=("environnement-demo",))
    await take_in(ledger, [accused])
    refused = await http.post("/v1/cases/TEST-0003/close", headers=CSR, json=body)
    unknown = await http.post(f"{PATH}/close", headers=CSR, json=body | {"to": "nobody"})
    assert refused.status_code == unknown.status_code == 422
    assert refused.json()["errors"] == unknown.json()["errors"]
    await give(http, "close", CSR, **body)
    details = (await http.get(PATH, headers=CSR)).json()["timeline"][-1]["details"]
    assert (details["referred_to"], details["consent"]) == ("environnement-demo", "spoken")


async def test_nobody_is_given_up_before_they_were_looked_for(
    http: httpx.AsyncClient, vault: respx.MockRouter, clock: FrozenClock
) -> None:
    await give(http, "acknowledge", CSR)
    await give(http, "ask-complainant", CSR, text="Combien ?")
    end = {"as": "inconclusive", "reason": "Personne"}
    for _ in range(3):
        refused = await http.post(f"{PATH}/close", headers=CSR, json=end)
        assert refused.status_code == 409
        assert "60 days" in refused.json()["detail"]
        await give(http, "record-contact-try", SYNDICATE, how="visit")
        clock.move(days=31)
    assert (await give(http, "close", CSR, **end))["state"] == "closed"


async def test_a_try_at_an_unsafe_time_is_kept_and_said_not_to_count(
    http: httpx.AsyncClient, vault: respx.MockRouter
) -> None:
    await give(http, "acknowledge", CSR)
    vault["reachable"].respond(200, json={"safe": False})
    await give(http, "record-contact-try", SYNDICATE, how="phone")
    asked = vault["reachable"].calls[0].request.url.params
    assert (asked["at"], asked["reader"]) == ("2026-11-23T07:00:00+00:00", "representative-1")
    entry = (await http.get(PATH, headers=SYNDICATE)).json()["timeline"][-1]
    assert entry["details"]["safe"] is False
    vault["reachable"].mock(side_effect=httpx.ConnectError("away"))
    body = {"how": "phone"}
    away = await http.post(f"{PATH}/record-contact-try", headers=SYNDICATE, json=body)
    assert away.status_code == 503


async def test_the_due_loop_asks_after_the_end_and_revenge_reaches_protection_alone(
    http: httpx.AsyncClient,
    ledger: Ledger,
    vault: respx.MockRouter,
    clock: FrozenClock,
    database: Database,
) -> None:
    await give(http, "close", CSR, **INADMISSIBLE)
    clock.move(days=31)
    await work_due(ledger, await ledger.queue.claim())
    assert await ledger.queue.claim() == []
    seen = (await http.get(PATH, headers=SYNDICATE)).json()
    assert seen["timeline"][-1]["details"]["day"] == 30
    await give(http, "record-follow-up", SYNDICATE, satisfied=False, retaliation=True)
    assert vault["alert"].calls.call_count == 1
    stored = json.dumps(await database["events"].find({}).to_list(None), default=str)
    assert 'retaliation": true' not in stored
