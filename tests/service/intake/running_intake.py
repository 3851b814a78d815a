"""The real intake application on a real store, without Kafka: accepting must not need it."""

import importlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from shared.access import issue_token
from shared.mongo import connect
from tests.support.waiting import eventually

TOKEN_KEY = "t" * 43
ADMIN = "operator-credential-for-tests-only"


def _fresh_app() -> FastAPI:
    sys.modules.pop("services.intake.app", None)
    app: FastAPI = importlib.import_module("services.intake.app").app
    if not any(getattr(route, "path", "") == "/dire" for route in app.routes):
        from services.intake.web.routes import router

        app.include_router(router)
    return app


@asynccontextmanager
async def running_intake(mongo_uri: str, folder: Path) -> AsyncIterator[FastAPI]:
    """Run intake on a database of its own, dropped at the end; yields when it is built."""
    prefix = f"t{uuid4().hex[:12]}"
    environment = {
        "MONGO_URI": mongo_uri,
        "MONGO_PREFIX": prefix,
        "KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "DATA_DIR": str(folder),
        "RECOURS_ENV": "test",
        "TOKEN_KEY": TOKEN_KEY,
        "ADMIN_CREDENTIAL": ADMIN,
    }
    with patch.dict(os.environ, environment):
        app = _fresh_app()
    async with app.router.lifespan_context(app):

        async def built() -> bool:
            return app.state.parts is not None

        await eventually(built, what="intake")
        yield app
    client = connect(mongo_uri)
    for name in await client.list_database_names():
        if name.startswith(prefix):
            await client.drop_database(name)
    client.close()


def browser(app: FastAPI, **options: Any) -> AsyncClient:
    """Return a client that talks to the application as a browser would."""
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://intake.example", **options)


def bearer(
    role: str = "representative", organisation: str | None = "syndicat-demo"
) -> dict[str, str]:
    """Return the header of somebody with a role."""
    token = issue_token(TOKEN_KEY, sub="p-1", role=role, organisation=organisation)
    return {"Authorization": f"Bearer {token}"}
