"""What an operator asks of a running system, over HTTP with the operator's credential."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from deploy.embedded.layout import SERVICES, read_state
from deploy.errors import CallFailed, NotRunning
from shared.settings import development_secret

__all__ = ["CallFailed", "NotRunning", "Operator", "check_policy", "connect", "write_policy"]

_METRICS = (
    "recours_oldest_unsent_event_seconds",
    "recours_oldest_due_seconds",
    "recours_consumer_lag",
    "recours_dead_letters_total",
)


def connect(data_dir: Path) -> "Operator":
    """Return the operator's view of the run in a data folder.

    A system that was started otherwise is named by `INTAKE_URL`, `ROUTING_URL`, `LEDGER_URL` and
    `NOTIFY_URL`, with `ADMIN_CREDENTIAL`, and `MONGO_URI` for the check of the record.
    """
    named = {name: url for name in SERVICES if (url := os.environ.get(f"{name.upper()}_URL"))}
    state = read_state(data_dir)
    if state is None and not named:
        raise NotRunning(
            f"Nothing runs in {data_dir.resolve()}. Start it with `make run`, or name its folder "
            "with --data-dir (or DATA_DIR)."
        )
    state = state or {"addresses": {}, "mongo_uri": os.environ.get("MONGO_URI", "")}
    credential = os.environ.get("ADMIN_CREDENTIAL")
    credential = credential or development_secret(data_dir, "ADMIN_CREDENTIAL")
    return Operator({**state["addresses"], **named}, credential, state)


class Operator:
    """Calls the services of one system."""

    def __init__(
        self, addresses: Mapping[str, str], credential: str, state: Mapping[str, Any]
    ) -> None:
        self._addresses, self.state = addresses, state
        headers = {"Authorization": f"Bearer {credential}"}
        self._client = httpx.Client(headers=headers, timeout=120, trust_env=False)

    def call(self, service: str, method: str, path: str, **options: Any) -> Any:
        """Return the JSON answer of a service; raises CallFailed with the problem in words."""
        answer = self._request(service, method, path, **options)
        if answer.is_success:
            return answer.json()
        try:
            problem = answer.json()
            told = f"{problem.get('title', 'refused')}: {problem.get('detail', '')}"
        except (ValueError, AttributeError):
            told = answer.text[:300]
        raise CallFailed(f"{service} answers {answer.status_code}: {told}")

    def _request(self, service: str, method: str, path: str, **options: Any) -> httpx.Response:
        if service not in self._addresses:
            raise CallFailed(f"{service!r} is none of {', '.join(SERVICES)}, or has no address")
        try:
            return self._client.request(method, self._addresses[service] + path, **options)
        except httpx.HTTPError as error:
            raise CallFailed(f"{service} does not answer: {type(error).__name__}") from error

    def status(self) -> list[dict[str, str]]:
        """Return a row for each service: readiness, what is missing, and key metrics."""
        return [self._status_of(name) for name in SERVICES]

    def _status_of(self, name: str) -> dict[str, str]:
        row = {"service": name, "status": "does not answer", "checks": ""}
        try:
            ready = self._request(name, "GET", "/readyz").json()
            row["status"] = str(ready["status"])
            row["checks"] = ", ".join(f"{part}: {how}" for part, how in ready["checks"].items())
            row |= read_metrics(self._request(name, "GET", "/metrics").text)
        except (CallFailed, ValueError, KeyError):
            return row
        return row

    def stage(self, file: Path, mapping: str | None) -> dict[str, Any]:
        """Send a register and return the verdict per row; nothing is filed."""
        with file.open("rb") as content:
            staged: dict[str, Any] = self.call(
                "intake",
                "POST",
                "/v1/imports",
                files={"file": (file.name, content)},
                data={"mapping": mapping} if mapping else {},
            )
        return staged

    def confirm_import(self, import_id: str) -> dict[str, Any]:
        """File the accepted rows of an import."""
        done: dict[str, Any] = self.call("intake", "POST", f"/v1/imports/{import_id}/confirm")
        return done

    def dead_letters(self) -> list[dict[str, str]]:
        """Return the dead letters of every service."""
        return [
            {"service": name, **letter}
            for name in SERVICES
            for letter in self.call(name, "GET", "/internal/dead-letters")["dead_letters"]
        ]

    def letter(self, service: str, method: str, letter: str, action: str) -> None:
        """Replay or drop one dead letter."""
        self.call(service, method, f"/internal/dead-letters/{quote(letter, safe='')}{action}")


def read_metrics(text: str) -> dict[str, str]:
    """Return the key metrics of a service, each summed over its labels."""
    sums: dict[str, float] = {}
    for line in text.splitlines():
        name = line.partition("{")[0].partition(" ")[0]
        if name in _METRICS:
            sums[name] = sums.get(name, 0.0) + float(line.rpartition(" ")[2])
    return {name: f"{value:g}" for name, value in sums.items()}


def write_policy(folder: Path, files: Mapping[str, str]) -> tuple[list[str], str]:
    """Write policy files when the whole is in order with them; return problems and the version."""
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "policy"
        shutil.copytree(folder, trial)
        for name, text in files.items():
            (trial / Path(name).name).write_text(text, "utf-8")
        problems, version = check_policy(trial)
    if not problems:
        for name, text in files.items():
            fresh = folder / f".{Path(name).name}.tmp"
            fresh.write_text(text, "utf-8")
            os.replace(fresh, folder / Path(name).name)
    return problems, version


def check_policy(folder: Path) -> tuple[list[str], str]:
    """Validate the policy files with every service's models; return problems and the version."""
    from deploy.policy_diff.compare import CHECKS
    from deploy.policy_diff.histories import ALL_MODELS
    from services.intake.mappings import MappingError, load_mappings
    from shared.policy_file import PolicyError, load_bundle
    from shared.taxonomy import Taxonomy

    try:
        bundle = load_bundle(folder, ALL_MODELS, CHECKS)
        load_mappings(folder / "imports", bundle.get(Taxonomy).categories)
    except (PolicyError, MappingError) as problem:
        return [str(problem)], ""
    return [], bundle.version
