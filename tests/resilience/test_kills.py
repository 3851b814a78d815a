"""The short form of the first part of `make prove`, and the store and Kafka away."""

import asyncio
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.prove import kills
from tests.prove.part import Task
from tests.support.system import System
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(600)


@pytest.mark.slow
async def test_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    part = await kills.run(Task(tmp_path, short=True, tell=print))
    assert part.ok, "\n".join((part.table, *part.failures))


async def test_kafka_away_does_not_stop_people_from_filing(system: System) -> None:
    system.hurt("kafka", signal.SIGSTOP)
    try:
        answer = await asyncio.to_thread(
            system.submit, category="LAND_CROP_DAMAGE", site="doungoubou-demo", text="Sans Kafka"
        )
        assert answer.status_code == 201
        ready = await asyncio.to_thread(system.client.get, f"{system.intake}/readyz")
        assert ready.json()["status"] == "degraded"
    finally:
        system.hurt("kafka", signal.SIGCONT)
    csr, reference = system.person("csr", "societe-demo"), answer.json()["reference"]

    async def arrived() -> dict[str, Any] | None:
        return await asyncio.to_thread(system.case, reference, csr)

    await eventually(arrived, within=60, what="the grievance became a case")


async def test_the_store_away_is_told_and_nothing_is_claimed(system: System) -> None:
    system.hurt("store", signal.SIGSTOP)
    body = {"category": "LAND_CROP_DAMAGE", "site": "doungoubou-demo", "text": "Sans stockage"}
    key = {"Idempotency-Key": uuid4().hex}
    try:
        refused = await asyncio.to_thread(
            system.client.post, f"{system.intake}/v1/grievances", json=body, headers=key
        )
    finally:
        system.hurt("store", signal.SIGCONT)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"

    async def accepted() -> str | None:
        answer = await asyncio.to_thread(
            system.client.post, f"{system.intake}/v1/grievances", json=body, headers=key
        )
        return answer.json()["reference"] if answer.status_code == 201 else None

    reference = await eventually(accepted, within=60, what="accepted after all")
    again = await accepted()
    assert again == reference
