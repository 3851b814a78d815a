"""Reports over HTTP: to whom which cases count, and for whom they do not exist."""

from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in, work_due
from services.ledger.store import Ledger
from tests.service.ledger.people import CSR, MONITOR, PATH, PROTECTION, SYNDICATE, bearer
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases

ACCUSED_MONITOR = bearer("monitor", "observatoire-demo")
COMMUNE = bearer("authority", "commune-demo")


@pytest.fixture(autouse=True)
async def _others(http: httpx.AsyncClient, ledger: Ledger) -> None:
    """Beside the company's case: another, a protected one, and one that accuses two."""
    ledger.reports.fresh = 0.0
    protected = {"lane": "protected", "responder": "protection", "holder": "protection-demo"}
    accusing = {"accused": ("societe-demo", "observatoire-demo")}
    commune = {"responder": "authority", "holder": "commune-demo"}
    await take_in(
        ledger,
        [
            cases.routed("two", reference="TEST-0002"),
            cases.routed("three", reference="TEST-0003", advocate=None, **protected),
            cases.routed("four", reference="TEST-0004", **commune, **accusing),
        ],
    )


async def read(http: httpx.AsyncClient, who: dict[str, str], **asked: str) -> dict[str, Any]:
    """Return the report of somebody."""
    answer = await http.get("/v1/reports", headers=who, params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize(
    ("who", "holders"),
    [
        (MONITOR, {"societe-demo", "commune-demo"}),
        (ACCUSED_MONITOR, {"societe-demo"}),
        (CSR, {"societe-demo"}),
        (COMMUNE, {"commune-demo"}),
        (PROTECTION, {"protection-demo"}),
        (SYNDICATE, set()),
        (bearer("csr", "cooperative-demo"), set()),
    ],
)
async def test_cases_count_for_whom_they_exist(
    http: httpx.AsyncClient, who: dict[str, str], holders: set[str]
) -> None:
    told = await read(http, who)
    assert {row["holder"] for row in told["ageing"]} == holders
    assert told["cases"] == sum(row["open"] for row in told["ageing"])
    assert {row["key"] for row in told["resolution"] if row["by"] == "holder"} == holders


async def test_the_other_side_learns_no_site_and_no_category_before_the_statement(
    http: httpx.AsyncClient,
) -> None:
    told = await read(http, CSR)
    facts = {row["key"] for row in told["resolution"] if row["by"] in ("site", "category")}
    assert facts == {None}
    seen = await read(http, MONITOR)
    assert "doungoubou-demo" in {row["key"] for row in seen["resolution"]}


async def test_what_is_late_and_what_was_kept_is_counted(
    http: httpx.AsyncClient, ledger: Ledger, clock: FrozenClock
) -> None:
    assert (await http.post(f"{PATH}/acknowledge", headers=CSR)).status_code == 200
    clock.move(days=3)
    await work_due(ledger, await ledger.queue.claim())
    told = await read(http, MONITOR)
    assert [row for row in told["on_time"] if row["stage"] == "acknowledge"] == [
        {"holder": "commune-demo", "stage": "acknowledge", "dates": 1, "kept": 0, "share": None},
        {"holder": "societe-demo", "stage": "acknowledge", "dates": 2, "kept": 1, "share": None},
    ]
    assert {row["reference"] for row in told["overdue"]} == {"TEST-0002", "TEST-0004"}
    listed = (await http.get("/v1/cases", headers=CSR)).json()["cases"]
    assert {row["reference"]: row["late_since"] is not None for row in listed} == {
        "TEST-0001": False,
        "TEST-0002": True,
    }
    sheet = await http.get("/v1/reports/overdue.csv", headers=MONITOR)
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in sheet.headers["content-disposition"]
    assert len(sheet.text.splitlines()) == 4
    assert "TEST-0003" not in sheet.text


async def test_only_the_months_asked_for_count(http: httpx.AsyncClient) -> None:
    assert (await read(http, MONITOR, since="2026-11", until="2026-11"))["cases"] == 3
    assert (await read(http, MONITOR, since="2026-09", until="2026-10"))["cases"] == 0


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"since": "2026-11"}, 422),
        ({"since": "2026-11", "until": "2026-10"}, 422),
        ({"since": "2026-13", "until": "2026-13"}, 422),
        ({"since": "x", "until": "y"}, 422),
    ],
)
async def test_months_that_are_none_are_refused(
    http: httpx.AsyncClient, asked: dict[str, str], status: int
) -> None:
    answer = await http.get("/v1/reports", headers=MONITOR, params=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_administrators_and_strangers_get_none(http: httpx.AsyncClient) -> None:
    for path in ("/v1/reports", "/v1/reports/flow.csv"):
        assert (await http.get(path)).status_code == 401
        assert (await http.get(path, headers=bearer("administrator", None))).status_code == 403
    assert (await http.get("/v1/reports/nothing.csv", headers=MONITOR)).status_code == 422


async def test_a_report_is_given_out_again_for_a_while(
    http: httpx.AsyncClient, ledger: Ledger
) -> None:
    """Counting reads every case, and a page that is reloaded must not do that each time."""
    ledger.reports.fresh = 3_600.0
    before = await read(http, MONITOR)
    await take_in(ledger, [cases.routed("five", reference="TEST-0005")])
    assert await read(http, MONITOR) == before
    assert (await read(http, ACCUSED_MONITOR))["cases"] == 3
