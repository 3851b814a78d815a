"""A name, a number and sentences planted by every channel are found nowhere outside the vault."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.world import wait_for
from shared.mongo import connect, database
from tests.support.system import System
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(240)

NAME = "Zéphirine Canari-Témoin"
NUMBER = "72345678"
WORDS = "phrase-témoin sur le manioc arraché"
SMS_WORDS = "message-témoin: salaire retenu"
OFFICER_WORDS = "proposition-témoin pour la personne"
PLANTED = (NAME, NUMBER, WORDS, SMS_WORDS, OFFICER_WORDS)


async def test_planted_words_stay_in_the_vault(system: System) -> None:
    await asyncio.to_thread(_plant, system)
    everything = await _stores(system)
    for planted in PLANTED:
        assert planted not in everything, f"{planted!r} stands in a collection"
    for folder in ("kafka", "logs"):
        for path in (system.data_dir / folder).rglob("*"):
            _assert_clean(path)
    for message in system.everything():
        if message["channel"] == "email":
            assert not any(planted in message["text"] for planted in PLANTED)
    for url in (system.intake, system.routing, system.ledger, system.notify):
        metrics = system.client.get(f"{url}/metrics").text
        assert not any(planted in metrics for planted in PLANTED)


def _plant(system: System) -> None:
    csr = system.person("csr", "societe-demo")
    filed = system.submit(
        text=WORDS,
        category="LAND_CROP_DAMAGE",
        site="doungoubou-demo",
        organisation="societe-demo",
        contact={"name": NAME, "phone": NUMBER},
        accused=[{"person_text": NAME}],
    ).json()
    system.text_message(f"+236{NUMBER}", SMS_WORDS, "canary-1")
    reference = filed["reference"]
    wait_for(lambda: system.case(reference, csr), 30, "the case is open")
    assert system.command(reference, "acknowledge", csr).status_code == 200
    proposed = system.command(
        reference, "propose-remedy", csr, text=OFFICER_WORDS, deliver_by="2027-03-01"
    )
    assert proposed.status_code == 200, proposed.text
    url = f"{system.intake}/v1/grievances/{reference}"
    wrong = system.client.post(
        f"{url}/messages", json={"text": [WORDS]}, headers={"X-Recours-Code": filed["code"]}
    )
    assert wrong.status_code == 422
    assert WORDS not in wrong.text


async def _stores(system: System) -> str:
    """Return every document of every database as text, once the parties have been told."""
    client = connect(system.mongo_uri)

    async def told() -> bool:
        sent = await asyncio.to_thread(system.messages, f"+236{NUMBER}")
        return len(sent) >= 2

    try:
        await eventually(told, within=60, what="the complainant is told")
        documents: list[Any] = []
        names = [n for n in await client.list_database_names() if n.startswith("recours")]
        assert len(names) >= 5
        for name in names:
            db = database(client, name)
            for collection in await db.list_collection_names():
                documents += await db[collection].find({}).to_list(None)
        assert documents
        return json.dumps(documents, default=_readable, ensure_ascii=False)
    finally:
        client.close()


def _readable(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _assert_clean(path: Path) -> None:
    if path.is_file():
        content = path.read_bytes()
        for planted in PLANTED:
            for form in (planted.encode(), json.dumps(planted).strip('"').encode()):
                assert form not in content, f"{planted!r} stands in {path}"
