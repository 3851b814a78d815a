"""Every process killed under load, every message delivered twice: nothing lost or doubled."""

import asyncio
import re
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.system import System
from tests.support.waiting import eventually

_VICTIMS = ("intake", "routing", "ledger", "notify", "kafka", "store")
_CLIENTS = 3

pytestmark = pytest.mark.timeout(420)


async def _file_until(system: System, stop: asyncio.Event, accepted: dict[str, str]) -> None:
    """File grievances as real clients do: the same key again until it is accepted."""
    async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
        while not stop.is_set():
            key = uuid4().hex
            body = {
                "category": "LAND_CROP_DAMAGE",
                "site": "doungoubou-demo",
                "text": f"Champ détruit, parcelle {key}",
                "contact": {"phone": "70 00 00 01"},
            }
            while True:
                try:
                    answer = await client.post(
                        f"{system.intake}/v1/grievances",
                        json=body,
                        headers={"Idempotency-Key": key},
                    )
                except httpx.HTTPError:
                    answer = None
                if answer is not None and answer.status_code == 201:
                    accepted[key] = answer.json()["reference"]
                    break
                assert answer is None or answer.status_code in (429, 503), answer.text
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.3)


async def _is_well(system: System) -> bool:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for url in (system.intake, system.routing, system.ledger, system.notify):
            try:
                answer = await client.get(f"{url}/readyz")
            except httpx.HTTPError:
                return False
            if answer.json().get("status") != "ready":
                return False
    return True


async def test_nothing_is_lost_or_doubled(system: System) -> None:
    accepted: dict[str, str] = {}
    stop = asyncio.Event()
    clients = [asyncio.create_task(_file_until(system, stop, accepted)) for _ in range(_CLIENTS)]
    for victim in _VICTIMS:
        before = len(accepted)
        await eventually(partial(_more, accepted, before + 12), within=60, what="load")
        system.hurt(victim, signal.SIGKILL)
        await eventually(lambda: _is_well(system), within=60, what=f"recovery from {victim}")
    stop.set()
    await asyncio.gather(*clients)

    references = set(accepted.values())
    assert len(references) == len(accepted), "two grievances under one reference"
    csr = system.person("csr", "societe-demo")
    cases = await eventually(
        lambda: _listed(system, csr, len(references)), within=90, what="every case is listed"
    )
    listed = [case["reference"] for case in cases]
    assert sorted(listed) == sorted(references)
    assert all(case["holder"] and case["due_at"] for case in cases)
    for reference in sorted(references)[::7]:
        case = system.case(reference, csr)
        assert case is not None
        types = Counter(entry["type"] for entry in case["timeline"])
        assert sum(n for name, n in types.items() if "case.opened" in name) == 1
    await _assert_told_once(system, references, csr)
    _assert_verified(system)


async def _more(accepted: dict[str, str], wanted: int) -> bool:
    return len(accepted) >= wanted


async def _listed(system: System, who: dict[str, str], wanted: int) -> list[dict[str, Any]] | None:
    cases = await asyncio.to_thread(system.cases, who)
    return cases if len(cases) >= wanted else None


async def _assert_told_once(system: System, references: set[str], who: dict[str, str]) -> None:
    """Each notice left once, or is marked as one that a crash may have sent twice."""

    wanted = {(to, r) for to in ("+23670000001", "rse@societe.example") for r in references}

    async def all_sent() -> Counter[tuple[str, str]] | None:
        sent: Counter[tuple[str, str]] = Counter()
        for message in await asyncio.to_thread(system.everything):
            words = re.findall(r"[0-9A-Z]{8}", f"{message.get('subject') or ''} {message['text']}")
            for reference in references.intersection(words):
                sent[message["to"], reference] += 1
        return sent if wanted <= set(sent) else None

    sent = await eventually(all_sent, within=120, what="everybody is told")
    for (to, reference), times in sent.items():
        if times > 1:
            deliveries = system.client.get(
                f"{system.notify}/v1/cases/{reference}/deliveries", headers=who
            ).text
            assert '"maybe_twice":true' in deliveries.replace(" ", ""), (to, reference, times)


def _assert_verified(system: System) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "deploy.recours", "verify"],
        env={"DATA_DIR": str(system.data_dir), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


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
