"""Who works on a case, over HTTP and the real store."""

from typing import Any

import httpx

from tests.service.ledger.people import CSR, MONITOR, PATH, SYNDICATE, bearer

COLLEAGUE = bearer("csr", "societe-demo", sub="csr-2")


async def test_a_case_is_taken_given_back_and_taken_over(
    http: httpx.AsyncClient, vault: Any
) -> None:
    assert (await http.post(f"{PATH}/take", headers=CSR)).status_code == 200
    assert (await http.post(f"{PATH}/take", headers=CSR)).status_code == 409
    assert (await http.get(PATH, headers=COLLEAGUE)).json()["person"] == "csr-1"
    given = await http.post(f"{PATH}/hand-over", headers=CSR, json={"text": "Je pars"})
    assert (given.status_code, given.json()["holder"]) == (200, "societe-demo")
    assert given.json()["due_at"]
    assert (await http.get(PATH, headers=COLLEAGUE)).json()["person"] is None
    assert (await http.post(f"{PATH}/take", headers=COLLEAGUE)).status_code == 200
    for who in (SYNDICATE, MONITOR):
        assert (await http.get(PATH, headers=who)).json()["person"] is None
    assert (await http.post(f"{PATH}/take", headers=SYNDICATE)).status_code == 409
