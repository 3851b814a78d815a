"""The running system as the story sees it: addresses, people with tokens, the catcher."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from shared.access import issue_token
from shared.settings import development_secret

T = TypeVar("T")


class World:
    """Addresses of a running system and what the story asks of it."""

    def __init__(self, data_dir: Path, port_base: int) -> None:
        self.data_dir = data_dir
        self.intake = f"http://127.0.0.1:{port_base}"
        self.routing = f"http://127.0.0.1:{port_base + 1}"
        self.ledger = f"http://127.0.0.1:{port_base + 2}"
        self.notify = f"http://127.0.0.1:{port_base + 3}"
        self.catcher = f"http://127.0.0.1:{port_base + 25}"
        self.kafka_bootstrap = f"127.0.0.1:{port_base + 92}"
        self.mongo_uri = (
            f"mongodb://127.0.0.1:{port_base + 17}/?directConnection=true&retryWrites=false"
        )
        self.client = httpx.Client(timeout=60)

    def person(self, role: str, organisation: str | None) -> dict[str, str]:
        """Return the headers of somebody with a role in an organisation."""
        token = issue_token(
            development_secret(self.data_dir, "TOKEN_KEY"),
            sub=f"demo-{role}",
            role=role,
            organisation=organisation,
        )
        return {"Authorization": f"Bearer {token}"}

    def case(self, reference: str, who: dict[str, str]) -> dict[str, Any] | None:
        """Return a case as somebody sees it, None when it does not exist for them."""
        answer = self.client.get(f"{self.ledger}/v1/cases/{reference}", headers=who)
        return answer.json() if answer.status_code == 200 else None

    def cases(self, who: dict[str, str]) -> list[dict[str, Any]]:
        """Return every open case that somebody can list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            answer = self.client.get(f"{self.ledger}/v1/cases", headers=who, params=query)
            page = answer.raise_for_status().json()
            found += page["cases"]
            cursor = page["next"]
            if not cursor:
                return found

    def command(
        self, reference: str, name: str, who: dict[str, str], **body: Any
    ) -> httpx.Response:
        """Give a command on a case."""
        return self.client.post(
            f"{self.ledger}/v1/cases/{reference}/{name}", headers=who, json=body
        )

    def messages(self, to: str) -> list[dict[str, Any]]:
        """Return what the catcher has for a number or an address, the newest last."""
        return [message for message in self.everything() if message["to"] == to]

    def everything(self) -> list[dict[str, Any]]:
        """Return all messages that the catcher has."""
        found: list[dict[str, Any]] = self.client.get(f"{self.catcher}/messages").json()
        return found

    def text_message(self, sender: str, text: str, ident: str) -> str:
        """Send a text message through the gateway's form and return the answer to it."""
        answer = self.client.get(
            f"{self.intake}/channels/kannel",
            params={"sender": sender, "to": "4040", "text": text, "id": ident, "charset": "UTF-8"},
        )
        return answer.raise_for_status().text


def wait_for(probe: Callable[[], T | None], within: float, what: str) -> T:
    """Return the first truthy answer of a probe; raises AssertionError when none comes in time."""
    deadline = time.monotonic() + within
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within:.0f} s")
        time.sleep(0.2)


@contextmanager
def running_system(
    data_dir: Path,
    port_base: int,
    *,
    clock: str | None = None,
    fresh: bool = True,
    env: Mapping[str, str] | None = None,
) -> Iterator[tuple[World, subprocess.Popen[str]]]:
    """Start the whole system as `make run` does, wait until it is ready, stop it at the end."""
    if fresh:
        shutil.rmtree(data_dir, ignore_errors=True)
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "PORT_BASE": str(port_base),
        "PYTHONUNBUFFERED": "1",
        **(env or {}),
    }
    if clock:
        environment["RECOURS_CLOCK"] = clock
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.embedded.run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _read_until_ready(process)
        yield World(data_dir, port_base), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        if process.stdout:
            process.stdout.close()


def _read_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        sys.stdout.write(f"  {line}")
        if line.startswith("Recours is ready"):
            return
    raise AssertionError("the system did not start:\n" + "".join(lines[-20:]))
