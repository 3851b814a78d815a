"""The record of who opened the vault: for whom which reads exist, and what they name."""

from typing import Any

import pytest

from services.intake.consumers import StatusView
from services.ledger.drafts import Draft
from shared.access import issue_token
from shared.ids import grievance_id
from tests.service.intake.conftest import Intake
from tests.service.intake.running_intake import TOKEN_KEY
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases


def bearer(role: str) -> dict[str, str]:
    """Return the header of somebody with a role."""
    organisation = "protection-demo" if role == "protection" else None
    token = issue_token(TOKEN_KEY, sub=f"{role}-1", role=role, organisation=organisation)
    return {"Authorization": f"Bearer {token}"}


async def read_by(intake: Intake, role: str, **asked: str) -> list[dict[str, Any]]:
    """Return the reads that somebody is shown."""
    answer = await intake.http.get("/v1/vault/reads", headers=bearer(role), params=asked)
    assert answer.status_code == 200, answer.text
    reads: list[dict[str, Any]] = answer.json()["reads"]
    return reads


@pytest.fixture
async def references(intake: Intake) -> dict[str, str]:
    """Three grievances: of an open case, of a protected one, and of one not opened yet."""
    filed = {}
    for lane in ("open", "protected", "unknown"):
        answer = await intake.file({"text": "Des mots"}, key=lane)
        filed[lane] = answer.json()["reference"]
    opened = []
    for lane in ("open", "protected"):
        draft = Draft(grievance_id(filed[lane]), [])
        draft.react(cases.routed(reference=filed[lane], lane=lane), cases.MONDAY, cases.RULES)
        opened.append(draft.new[0])
    await StatusView(intake.parts.handlers.store.status, intake.parts.changes).handle(opened)
    return filed


async def test_protection_sees_all_and_an_administrator_what_is_not_protected(
    intake: Intake, references: dict[str, str]
) -> None:
    for lane, reference in references.items():
        path = f"/{grievance_id(reference)}/words"
        asked = {"purpose": "case-work", "reader": f"reader-of-{lane}"}
        assert (await intake.vault("GET", path, params=asked)).status_code == 200
    body = {"purpose": "notice", "grievances": [grievance_id(one) for one in references.values()]}
    assert (await intake.vault("POST", "/contacts", json=body)).status_code == 200
    whole = await read_by(intake, "protection")
    assert [(one["purpose"], one["reader"], one["cases"]) for one in whole] == [
        ("case-work", "reader-of-open", 1),
        ("case-work", "reader-of-protected", 1),
        ("case-work", "reader-of-unknown", 1),
        ("notice", None, 3),
    ]
    named = [one["references"] for one in whole]
    assert named == [[], [references["protected"]], [], [references["protected"]]]
    cut = await read_by(intake, "administrator")
    assert [(one["purpose"], one["reader"], one["cases"]) for one in cut] == [
        ("case-work", "reader-of-open", 1),
        ("notice", None, 1),
    ]
    assert not any(one["references"] for one in cut)


async def test_reads_are_listed_day_by_day_in_bangui_and_page_by_page(
    intake: Intake, references: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = intake.parts.reads
    monkeypatch.setattr(reads, "_clock", FrozenClock("2026-11-24T00:30:00+01:00"))
    gid = grievance_id(references["open"])
    for number in range(205):
        await reads.record("ledger", f"look-{number}", [gid])
    first = await intake.http.get("/v1/vault/reads", headers=bearer("protection"))
    cursor = first.json()["next"]
    rest = await read_by(intake, "protection", cursor=cursor)
    assert len(first.json()["reads"]) == 200
    assert len({one["purpose"] for one in (*first.json()["reads"], *rest)}) == 205
    assert first.json()["day"] == "2026-11-24"
    for other in ("2026-11-23", "2026-11-25"):
        assert await read_by(intake, "protection", day=other) == []


async def test_others_are_refused(intake: Intake) -> None:
    for role in ("monitor", "csr", "authority", "representative"):
        answer = await intake.http.get("/v1/vault/reads", headers=bearer(role))
        assert answer.status_code == 403
    assert (await intake.http.get("/v1/vault/reads")).status_code == 401
    for wrong in ({"cursor": "x" * 90}, {"cursor": "x"}, {"day": "yesterday"}):
        answer = await intake.http.get(
            "/v1/vault/reads", headers=bearer("protection"), params=wrong
        )
        assert answer.status_code in (400, 422)
