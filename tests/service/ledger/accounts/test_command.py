"""The command that makes the first administrator, against the ledger as its own process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp
import pytest
from typer.testing import CliRunner

from deploy.embedded.process import free_ports
from deploy.recours import app
from shared.settings import development_secret
from tests.support.waiting import eventually

PASSPHRASE = "seize pirogues vertes"


@dataclass
class Running:
    """The process and where it is."""

    url: str
    data: Path
    process: "subprocess.Popen[bytes]"


@pytest.fixture
def running(mongo_uri: str, tmp_path: Path) -> Iterator[Running]:
    """The ledger on the real store; there is no Kafka, which accounts do not need."""
    port, nobody = free_ports(2)
    settings = {
        "RECOURS_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "MONGO_URI": mongo_uri,
        "MONGO_PREFIX": f"t{port}",
        "KAFKA_BOOTSTRAP": f"127.0.0.1:{nobody}",
    }
    program = [sys.executable, "-m", "uvicorn", "services.ledger.app:app", "--port", str(port)]
    process = subprocess.Popen(
        [*program, "--log-level", "error", "--no-access-log"],
        env={**os.environ, **settings},
        stdout=(tmp_path / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    yield Running(f"http://127.0.0.1:{port}", tmp_path, process)
    process.terminate()
    process.wait(20)


async def test_the_first_administrator_comes_in_by_the_command(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made once, invited, signed in with real hashes on the real clock; refused a second time."""
    monkeypatch.setenv("LEDGER_URL", running.url)
    monkeypatch.setenv("DATA_DIR", str(running.data))
    monkeypatch.delenv("ADMIN_CREDENTIAL", raising=False)
    async with httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=20) as http:

        async def up() -> bool:
            try:
                return (await http.get("/v1/session")).status_code == 401
            except httpx.HTTPError:
                return False

        await eventually(up, within=60, what="the ledger answers")
        development_secret(running.data, "ADMIN_CREDENTIAL")
        runner = CliRunner()
        made = runner.invoke(app, ["admin", "create", "chef@mines.example"])
        assert made.exit_code == 0, made.output
        invitation = made.output.rsplit(" ", 1)[1].strip()
        again = runner.invoke(app, ["admin", "create", "second"])
        assert again.exit_code != 0
        assert "There is an administrator already" in str(again.exception)
        assert runner.invoke(app, ["admin", "create", "second", "--another"]).exit_code == 0
        body = {
            "login": "chef@mines.example",
            "passphrase": PASSPHRASE,
            "invitation": invitation,
        }
        begun = await http.post("/v1/sign-in/invitation", json=body)
        assert begun.json()["must"] == "second-factor"
        header = {"Authorization": f"Bearer {begun.json()['token']}"}
        factor = await http.post("/v1/session/second-factor", json={}, headers=header)
        code = pyotp.TOTP(factor.json()["secret"]).now()
        path = "/v1/session/second-factor/confirm"
        done = await http.post(path, json={"code": code}, headers=header)
        header = {"Authorization": f"Bearer {done.json()['token']}"}
        assert len((await http.get("/v1/accounts", headers=header)).json()["accounts"]) == 2
    log = (running.data / "log").read_text()
    assert PASSPHRASE not in log
    assert invitation not in log
