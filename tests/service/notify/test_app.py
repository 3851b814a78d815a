"""The whole application of notify on a real store: it starts, and ends with its Kafka client."""

import importlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from shared.mongo import connect
from tests.support.waiting import eventually


@asynccontextmanager
async def application(
    mongo_uri: str, kafka: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FastAPI]:
    """Run notify in databases of its own, which are dropped afterwards."""
    prefix = f"t{uuid4().hex[:12]}"
    for name, value in {
        "MONGO_URI": mongo_uri,
        "MONGO_PREFIX": prefix,
        "KAFKA_BOOTSTRAP": kafka,
        "DATA_DIR": str(folder),
        "RECOURS_ENV": "test",
    }.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("services.notify.app", None)
    app: FastAPI = importlib.import_module("services.notify.app").app
    async with app.router.lifespan_context(app):
        yield app
    client = connect(mongo_uri)
    for name in await client.list_database_names():
        if name.startswith(prefix):
            await client.drop_database(name)
    client.close()


async def test_the_application_starts_without_kafka_and_shows_its_metrics(
    mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with application(mongo_uri, "127.0.0.1:9", tmp_path, monkeypatch) as app:

        async def built() -> bool:
            return app.state.parts is not None

        await eventually(built, what="notify")
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://notify") as http:
            assert (await http.get("/livez")).status_code == 200
            await http.get("/receipts/kannel", params={"mid": "unknown", "type": "1"})
            metrics = (await http.get("/metrics")).text
            assert 'recours_receipts_total{status="unknown"} 1.0' in metrics
            assert "recours_notices_waiting 0.0" in metrics
            answer = await http.get("/openapi.json")
            assert answer.status_code == 200, answer.text
            paths = answer.json()["paths"]
            assert "/v1/cases/{reference}/deliveries" in paths


async def test_the_application_ends_with_its_kafka_client(
    mongo_uri: str, kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", sent.append)
    async with application(mongo_uri, kafka_bootstrap, tmp_path, monkeypatch) as app:

        async def consuming() -> bool:
            broker = app.state.health._broker
            return broker is not None and all(one.tasks for one in broker.subscribers)

        await eventually(consuming, within=40, what="notify")
        assert sent == []
        (subscriber,) = app.state.health._broker.subscribers
        subscriber.consumer._coordinator._coordination_task.cancel()

        async def told_to_end() -> bool:
            return bool(sent)

        await eventually(told_to_end, what="the end of the service")
    assert sent == [signal.SIGTERM]
