"""A service whose store does not answer yet says so: 503, and when to come again."""

import importlib
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from shared.access import issue_token
from shared.settings import development_secret


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("notify", "GET", "/receipts/kannel?mid=1&type=1"),
        ("notify", "GET", "/v1/cases/K7QM4T2P/deliveries"),
        ("intake", "GET", "/v1/imports/1"),
        ("intake", "POST", "/v1/imports/1/confirm"),
        ("intake", "GET", "/channels/kannel?sender=1&text=2"),
        ("ledger", "GET", "/v1/cases"),
        ("ledger", "GET", "/v1/accounts"),
        ("ledger", "POST", "/v1/sign-in"),
        ("routing", "GET", "/v1/directory/sites"),
    ],
)
async def test_before_the_store_answers(
    service: str, method: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATA_DIR": str(tmp_path), "RECOURS_ENV": "test"}.items():
        monkeypatch.setenv(name, value)
    module = f"services.{service}.app"
    sys.modules.pop(module, None)
    app: FastAPI = importlib.import_module(module).app
    token = issue_token(
        development_secret(tmp_path, "TOKEN_KEY"),
        sub="u",
        role="representative",
        organisation="syndicat-demo",
    )
    # Its lifespan is not entered: nothing has been built yet.
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        answer = await http.request(method, path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
