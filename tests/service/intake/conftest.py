"""The running intake for tests of its endpoints."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from services.intake.parts import IntakeParts
from tests.service.intake.running_intake import browser, running_intake

TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://grm.example.org"
VAULT_SECRET = "vault-secret-for-tests"


@dataclass(frozen=True)
class Intake:
    """A running intake and a client that talks to it from this machine."""

    app: FastAPI
    http: AsyncClient

    @property
    def parts(self) -> IntakeParts:
        """The use cases behind the endpoints."""
        return cast(IntakeParts, self.app.state.parts)

    async def file(self, body: dict[str, Any], key: str | None = None) -> Response:
        """File a grievance."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.http.post("/v1/grievances", json=body, headers=headers)

    async def sms(self, text: str, sender: str = "+23670000001", **fields: str) -> str:
        """Send a text message as Kannel does and return the reply."""
        params = {"sender": sender, "to": "4040", "text": text, "ts": "1", **fields}
        answer = await self.http.get("/channels/kannel", params=params)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def vault(self, method: str, path: str, **options: Any) -> Response:
        """Call the vault as the notify service."""
        headers = {"Authorization": f"Bearer {VAULT_SECRET}"}
        return await self.http.request(method, f"/internal/vault{path}", headers=headers, **options)

    async def events(self) -> list[dict[str, Any]]:
        """Return all stored events, each stream in order."""
        found = await self.parts.db["events"].find({}).to_list(None)
        return sorted(found, key=lambda event: (event["subject"], event["sequence"]))


@pytest.fixture
async def intake(
    mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Intake]:
    """A running intake on a database of its own."""
    monkeypatch.setenv("INTAKE_TWILIO_AUTH_TOKEN", TWILIO_TOKEN)
    monkeypatch.setenv("INTAKE_PUBLIC_URL", PUBLIC_URL)
    monkeypatch.setenv("INTAKE_VAULT_CREDENTIALS", f"notify:{VAULT_SECRET},ledger:{'l' * 20}")
    async with running_intake(mongo_uri, tmp_path) as app, browser(app) as http:
        yield Intake(app, http)


@pytest.fixture
async def app(mongo_uri: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The running application, for tests of its pages."""
    async with running_intake(mongo_uri, tmp_path) as running:
        yield running


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A browser without scripts."""
    async with browser(app) as http:
        yield http
