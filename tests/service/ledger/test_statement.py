"""The statement over HTTP and the real store: what the company sees before, with and after it."""

from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from tests.service.ledger.people import CSR, MONITOR, PATH, SYNDICATE
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases

RELEASE = {"consent": "fingerprint", "to": ["company"]}


async def seen(http: httpx.AsyncClient, who: dict[str, str]) -> dict[str, Any]:
    """Return the case as somebody sees it."""
    body: dict[str, Any] = (await http.get(PATH, headers=who)).json()
    return body


async def listed(http: httpx.AsyncClient, who: dict[str, str]) -> dict[str, Any]:
    """Return the row of the case in somebody's list."""
    row: dict[str, Any] = (await http.get("/v1/cases", headers=who)).json()["cases"][0]
    return row


def facts(body: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a case is about, as far as it is shown."""
    return body["category"], body["site"], body["severity"]


async def write(http: httpx.AsyncClient, who: dict[str, str] = SYNDICATE) -> httpx.Response:
    """Record a statement."""
    return await http.post(
        f"{PATH}/record-statement", headers=who, json={"text": "Champ d\u00e9truit"}
    )


async def test_before_the_release_the_company_knows_of_a_case_and_its_date(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    await write(http)
    await take_in(ledger, [cases.message()])
    mine = await seen(http, CSR)
    assert facts(mine) == facts(await listed(http, CSR)) == (None, None, None)
    assert mine["due_at"]
    assert mine["statement"] is None
    assert [entry["type"] for entry in mine["timeline"]] == ["cf.recours.case.opened.v1"]
    assert mine["route"]["rules"] == []
    assert facts(await seen(http, MONITOR)) == ("LAND_CROP_DAMAGE", "doungoubou-demo", "S3")
    draft = (await seen(http, SYNDICATE))["statement"]
    assert draft["text_id"]
    assert draft["released_id"] is None
    assert (await http.get(f"{PATH}/texts/{draft['text_id']}", headers=CSR)).status_code == 404
    assert not vault["text"].called


async def test_what_is_hidden_leaves_no_trace_in_numbers_times_and_seals(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any, clock: FrozenClock
) -> None:
    """The company's view is the same to the last byte, and what it sent on it is not stale."""
    before = await http.get(PATH, headers=CSR)
    row = await listed(http, CSR)
    clock.move(hours=1)
    await write(http)
    await take_in(ledger, [cases.message(), cases.message("m2")])
    after = await http.get(PATH, headers=CSR)
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert await listed(http, CSR) == row
    assert len((await seen(http, SYNDICATE))["timeline"]) == 4
    fresh = {**CSR, "If-Match": before.headers["etag"]}
    done = await http.post(f"{PATH}/acknowledge", headers=fresh)
    assert (done.status_code, done.json()["version"], done.headers["etag"]) == (200, 2, '"2"')
    places = [entry["sequence"] for entry in (await seen(http, CSR))["timeline"]]
    assert places == [1, 2]
    stale = await http.post(f"{PATH}/start-inquiry", headers=fresh)
    assert (stale.status_code, stale.json()["version"]) == (412, 2)


async def test_released_it_is_read_and_the_reading_has_its_purpose(
    http: httpx.AsyncClient, vault: Any
) -> None:
    await write(http)
    answer = await http.post(f"{PATH}/release-statement", headers=SYNDICATE, json=RELEASE)
    assert answer.status_code == 200, answer.text
    mine = await seen(http, CSR)
    expected = ("LAND_CROP_DAMAGE", "doungoubou-demo", "S3")
    assert facts(mine) == facts(await listed(http, CSR)) == expected
    text_id = mine["statement"]["released_id"]
    text = await http.get(f"{PATH}/texts/{text_id}", headers=CSR)
    assert text.json() == {"id": text_id, "text": "expos\u00e9"}
    assert vault["text"].calls[0].request.url.params["purpose"] == "released-text"
    assert mine["timeline"][-1]["details"] == {
        "text_id": text_id,
        "to": ["company"],
        "consent": "fingerprint",
    }
    assert (await http.get(f"{PATH}/words", headers=CSR)).status_code == 404


async def test_consent_taken_back_at_intake_hides_it_again(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    await write(http)
    await http.post(f"{PATH}/release-statement", headers=SYNDICATE, json=RELEASE)
    text_id = (await seen(http, CSR))["statement"]["released_id"]
    await take_in(ledger, [cases.consent(given=False)])
    assert facts(await seen(http, CSR)) == facts(await listed(http, CSR)) == (None, None, None)
    assert (await http.get(f"{PATH}/texts/{text_id}", headers=CSR)).status_code == 404


async def test_the_complainants_yes_releases_what_was_written_for_them(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    await write(http)
    text_id = (await seen(http, SYNDICATE))["statement"]["text_id"]
    yes = cases.consent(given=True, text_id=text_id, to=("company",))
    await take_in(ledger, [yes])
    mine = await seen(http, CSR)
    assert (mine["category"], mine["statement"]["released_id"]) == ("LAND_CROP_DAMAGE", text_id)
    assert (await http.get(f"{PATH}/texts/{text_id}", headers=CSR)).status_code == 200
    [*_, told] = (await seen(http, SYNDICATE))["timeline"]
    assert told["by"]["role"] == "complainant"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"consent": True, "to": ["company"]},
        {"consent": "guessed", "to": ["company"]},
        {"consent": "spoken", "to": []},
        {"consent": "spoken", "to": ["police"]},
        {"consent": "spoken", "to": "company"},
    ],
)
async def test_a_release_needs_recorded_consent_and_somebody_to_release_to(
    http: httpx.AsyncClient, vault: Any, body: Any
) -> None:
    await write(http)
    answer = await http.post(f"{PATH}/release-statement", headers=SYNDICATE, json=body)
    assert answer.status_code == 422
    assert (await seen(http, CSR))["category"] is None


async def test_the_company_neither_writes_nor_releases(http: httpx.AsyncClient, vault: Any) -> None:
    assert (await write(http, CSR)).status_code == 409
    await write(http)
    refused = await http.post(f"{PATH}/release-statement", headers=CSR, json=RELEASE)
    assert refused.status_code == 409
    assert "release-statement" not in refused.json()["possible"]
