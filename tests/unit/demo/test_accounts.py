"""Accounts of a demonstration: kept for this user alone, and never in production."""

import json
from dataclasses import asdict
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner

from deploy.demo.__main__ import main
from deploy.demo.accounts import Worker, kept_in
from deploy.recours import app

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_demonstration_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURS_ENV", "production")
    with pytest.raises(SystemExit, match="not in production"):
        main()


def test_a_code_of_an_account_can_be_asked_for(tmp_path: Path) -> None:
    worker = Worker("csr", "societe-demo", "csr@recours.example", secret=SECRET)
    kept_in(tmp_path).write_text(json.dumps([asdict(worker)]))
    said = CliRunner().invoke(app, ["demo-code", "csr", "--data-dir", str(tmp_path)])
    assert said.exit_code == 0
    assert pyotp.TOTP(SECRET).verify(said.output.partition(" ")[0], valid_window=1)


@pytest.mark.parametrize(("role", "told"), [("csr", "run `make demo`"), ("guard", "no account")])
def test_what_is_not_there_is_said(tmp_path: Path, role: str, told: str) -> None:
    if role == "guard":
        kept_in(tmp_path).write_text("[]")
    said = CliRunner().invoke(app, ["demo-code", role, "--data-dir", str(tmp_path)])
    assert said.exit_code == 1
    assert told in said.stderr


def test_passphrases_are_made_by_chance() -> None:
    first, second = (Worker("csr", None, "csr").passphrase for _ in range(2))
    assert first != second
