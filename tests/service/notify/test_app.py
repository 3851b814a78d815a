"""The whole application of notify starts on a real store, without Kafka."""

import importlib
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from shared.mongo import connect
from tests.support.waiting import eventually


async def test_the_application_starts_and_shows_its_metrics(
    mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = f"t{uuid4().hex[:12]}"
    for name, value in {
        "MONGO_URI": mongo_uri,
        "MONGO_PREFIX": prefix,
        "KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "DATA_DIR": str(tmp_path),
        "RECOURS_ENV": "test",
    }.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("services.notify.app", None)
    app: FastAPI = importlib.import_module("services.notify.app").app
    async with app.router.lifespan_context(app):

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
    client = connect(mongo_uri)
    for name in await client.list_database_names():
        if name.startswith(prefix):
            await client.drop_database(name)
    client.close()
