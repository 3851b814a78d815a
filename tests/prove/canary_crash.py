"""Makes handlers and processes crash over planted words: what they leave must not say them."""

import json
import signal
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaProducer

from deploy.demo.world import wait_for
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS, QUEUES
from shared.settings import development_secret
from tests.prove.canary_forms import Finder
from tests.support.system import System

#: What a foreign producer wrote stands on its topic and among the dead letters as it came; what
#: is looked at is what the services say about it.
POISON = "Eudoxie Quelqu'une"
LETTERS = Finder((POISON,))


async def poison(system: System) -> int:
    """Write records that no handler can handle, with a name in every place; return how many."""
    bootstrap = json.loads((system.data_dir / "run.json").read_text())["kafka_bootstrap"]
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    topics = (INTAKE_EVENTS, LEDGER_EVENTS, *QUEUES)
    values = [*_unreadable(), *_unbearable()]
    try:
        for topic in topics:
            for value in values:
                await producer.send_and_wait(topic, value, key=b"k")
    finally:
        await producer.stop()
    return len(topics) * len(values)


def _unreadable() -> list[bytes]:
    """Return records whose parsing fails over the name."""
    return [
        POISON.encode(),
        json.dumps({"specversion": "1.0", "type": POISON, "data": POISON}).encode(),
        json.dumps(_event(consents={POISON: POISON}, language=POISON)).encode(),
        json.dumps(_event(category=[POISON], accused=[{POISON: POISON}], danger=POISON)).encode(),
    ]


def _unbearable() -> list[bytes]:
    """Return records that can be read and make the handler raise: no store takes such numbers."""
    return [
        json.dumps(_event(sequence=str(2**70), category=POISON)).encode(),
        json.dumps(_event(subject=f"{POISON}\ud800", site=POISON)).encode(),
    ]


def _event(*, subject: str = "", sequence: str = "1", **data: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "reference": POISON,
        "channel": "rest",
        "language": "fr",
        "received_at": "2026-11-24T08:00:00Z",
        "category": None,
        "site": None,
        "organisation": None,
        "accused": [],
        "danger": False,
        "danger_signs": [],
        "representative": None,
        "anonymous": True,
        "contactable": [],
        "consents": {},
    }
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "intake",
        "type": "cf.recours.grievance.submitted.v1",
        "subject": subject or str(uuid4()),
        "sequence": sequence,
        "time": "2026-11-24T08:00:00Z",
        "data": known | data,
    }


def told_of_it(system: System) -> list[str]:
    """Wait for the dead letters and return where their list or the logs quote the name."""
    credential = development_secret(system.data_dir, "ADMIN_CREDENTIAL")
    who = {"Authorization": f"Bearer {credential}"}
    hits = []
    for service in ("intake", "routing", "ledger", "notify"):
        url = f"{getattr(system, service)}/internal/dead-letters"
        if service != "notify":
            wait_for(partial(_letters, system, url, who), 60, f"dead letters of {service}")
        answer = system.client.get(url, headers=who).text
        hits += [f"dead letters of {service}: {hit}" for hit in LETTERS.found(answer)]
    for path in (system.data_dir / "logs").iterdir():
        hits += [f"log {path.name}: {hit}" for hit in LETTERS.found(path.read_bytes())]
    return hits


def _letters(system: System, url: str, who: dict[str, str]) -> list[Any]:
    letters: list[Any] = system.client.get(url, headers=who).json()["dead_letters"]
    return letters


def crash(system: System, *names: str) -> None:
    """End processes by a signal that lets them write down what they were doing, and wait."""
    before = {name: system.pid(name) for name in names}
    for name in names:
        system.hurt(name, signal.SIGABRT)

    def back() -> bool:
        return all(system.pid(name) != before[name] and _ready(system, name) for name in names)

    wait_for(back, 120, f"{', '.join(names)} are back")


def _ready(system: System, name: str) -> bool:
    try:
        answer = system.client.get(f"{getattr(system, name)}/readyz")
    except httpx.TransportError:
        return False
    return bool(answer.json()["status"] == "ready")
