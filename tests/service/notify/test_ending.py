"""A service whose Kafka client has ended by itself ends as well, so that it is started anew."""

import importlib
import signal
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI

from shared.mongo import connect
from tests.support.waiting import eventually


async def test_a_service_ends_with_its_kafka_client(
    mongo_uri: str, kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = f"t{uuid4().hex[:12]}"
    for name, value in {
        "MONGO_URI": mongo_uri,
        "MONGO_PREFIX": prefix,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "DATA_DIR": str(tmp_path),
        "RECOURS_ENV": "test",
    }.items():
        monkeypatch.setenv(name, value)
    sent: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", sent.append)
    sys.modules.pop("services.notify.app", None)
    app: FastAPI = importlib.import_module("services.notify.app").app
    async with app.router.lifespan_context(app):

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
    client = connect(mongo_uri)
    for name in await client.list_database_names():
        if name.startswith(prefix):
            await client.drop_database(name)
    client.close()
