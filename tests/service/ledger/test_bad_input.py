"""What people do wrong with a case, over HTTP: a clear answer, and the case as it was.

Tried elsewhere: amounts (`test_remedies.py`), photos (`intake/test_photos.py`), accounts of a
closed organisation, tokens of the past, of other issuers and algorithms, and codes used twice
(`accounts/`, `unit/shared/test_access.py`), a policy that leaves a case without a date
(`unit/policy_diff/test_verdicts.py`).
"""

import asyncio
from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from tests.service.ledger.people import CSR, PATH, SYNDICATE, bearer
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases


async def say(http: httpx.AsyncClient, command: str, body: Any = None, **headers: str) -> Any:
    """Give a command as the company."""
    return await http.post(f"{PATH}/{command}", headers={**CSR, **headers}, json=body)


async def length(http: httpx.AsyncClient) -> int:
    """Return how many entries the advocate sees."""
    return len((await http.get(PATH, headers=SYNDICATE)).json()["timeline"])


async def test_a_command_twice_is_one(http: httpx.AsyncClient) -> None:
    first = await say(http, "acknowledge", **{"Idempotency-Key": "once"})
    again = await say(http, "acknowledge", **{"Idempotency-Key": "once"})
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await say(http, "start-inquiry", **{"Idempotency-Key": "once"})
    assert other.status_code == 422
    without = await say(http, "acknowledge")
    assert (without.status_code, without.json()["state"]) == (409, "acknowledged")
    assert "start-inquiry" in without.json()["possible"]
    assert await length(http) == 2


async def test_of_two_people_at_once_one_is_told_to_look_again(
    http: httpx.AsyncClient, vault: Any
) -> None:
    seen = (await http.get(PATH, headers=CSR)).headers["etag"]
    both = await asyncio.gather(
        say(http, "acknowledge", **{"If-Match": seen}),
        say(http, "escalate", {"reason": "Trop loin"}, **{"If-Match": seen}),
    )
    assert sorted(answer.status_code for answer in both) == [200, 412]
    refused = max(both, key=lambda answer: answer.status_code)
    assert refused.json()["version"] == 2
    assert refused.headers["content-type"] == "application/problem+json"
    assert await length(http) == 2


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        ("2026-11-20", "must be later"),
        ("2030-01-01", "later than the policy allows"),
        ("2026-13-45", ""),
        ("bientôt", ""),
        (None, ""),
    ],
)
async def test_a_date_that_cannot_be_is_refused_with_the_reason(
    http: httpx.AsyncClient, vault: Any, until: str | None, reason: str
) -> None:
    await say(http, "acknowledge")
    refused = await say(http, "extend", {"reason": "Pluies", "until": until})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "until"
    assert reason in refused.json()["errors"][0]["reason"]
    assert not vault["keep"].called
    assert await length(http) == 2


async def test_a_date_on_a_holiday_is_the_next_working_day_and_said_so(
    http: httpx.AsyncClient, vault: Any
) -> None:
    """Christmas 2026 is a Friday, so that the Monday after it is the date."""
    body = {"text": "Vingt sacs", "deliver_by": "2026-12-25"}
    await say(http, "acknowledge")
    assert (await say(http, "propose-remedy", body)).status_code == 200
    seen = (await http.get(PATH, headers=CSR)).json()
    assert seen["timeline"][-1]["details"]["deliver_by"] == "2026-12-28T22:59:00Z"


async def test_a_referral_to_the_accused_is_refused_like_one_to_nobody(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    accusing: dict[str, Any] = {
        "responder": "authority",
        "holder": "mines-regionales-demo",
        "level": 1,
    }
    up = cases.escalated(accused=("commune-demo",), **accusing)
    await take_in(ledger, [up])
    told = []
    for to in ("commune-demo", "nobody"):
        answer = await http.post(
            f"{PATH}/close",
            headers=bearer("authority", "mines-regionales-demo"),
            json={"as": "referred", "reason": "x", "to": to, "consent": "oral"},
        )
        assert answer.status_code == 422, answer.text
        told.append(answer.json())
    assert told[0] == told[1]


async def test_an_appeal_after_its_window_says_until_when_and_what_else(
    http: httpx.AsyncClient, vault: Any, clock: FrozenClock
) -> None:
    await say(http, "close", {"as": "inadmissible", "reason": "Hors sujet"})
    clock.move(days=40)
    late = await http.post(f"{PATH}/appeal", headers=SYNDICATE, json={"reason": "Encore"})
    assert late.status_code == 409
    assert late.json()["until"].startswith("2026-12-23")
    assert "courts" in late.json()["detail"]
    assert "appeal" not in late.json()["possible"]


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("propose-remedy", "[1, 2"),
        ("propose-remedy", "[]"),
        ("propose-remedy", '{"text": 5}'),
        ("close", '{"as": "burnt", "reason": "x"}'),
        ("ask-complainant", '{"text": ""}'),
        ("ask-complainant", "{" * 100_000),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_clear_4xx(
    http: httpx.AsyncClient, vault: Any, command: str, body: str
) -> None:
    await say(http, "acknowledge")
    url = f"{PATH}/{command}"
    answer = await http.post(url, headers=CSR, content=body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await length(http) == 2
