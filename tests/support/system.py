"""The whole embedded run as a test sees it: addresses, people, and processes to kill by id."""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.world import World, running_system
from deploy.embedded.process import port_is_free

_OFFSETS = (0, 1, 2, 3, 17, 25, 26, 27, 92, 93)


class System(World):
    """A running system that a test may file with, look into and hurt."""

    def pid(self, name: str) -> int:
        """Return the process id of a service or server."""
        state = json.loads((self.data_dir / "run.json").read_text())
        return int(state["children"][name])

    def hurt(self, name: str, how: signal.Signals) -> None:
        """Send a signal to one process of this run; a stop is waited for until it holds."""
        pid = self.pid(name)
        os.kill(pid, how)
        if how == signal.SIGSTOP:
            _until_stopped(pid)

    def submit(self, **fields: Any) -> httpx.Response:
        """File a grievance through the API."""
        return self.client.post(
            f"{self.intake}/v1/grievances",
            json=fields,
            headers={"Idempotency-Key": uuid4().hex},
        )


async def all_ready(urls: Sequence[str]) -> bool:
    """Tell whether each of these services says that it is ready; "degraded" is not."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        try:
            answers = await asyncio.gather(*(client.get(f"{url}/readyz") for url in urls))
        except httpx.HTTPError:
            return False
    return all(answer.json().get("status") == "ready" for answer in answers)


def _until_stopped(pid: int) -> None:
    """Wait until every thread of a process stands still; those at work stop a little later."""
    deadline = time.monotonic() + 10
    while any(_state(thread) not in "Tt" for thread in Path(f"/proc/{pid}/task").iterdir()):
        assert time.monotonic() < deadline, f"process {pid} does not stop"
        time.sleep(0.001)


def _state(thread: Path) -> str:
    # The name of a program may hold spaces and brackets: its state stands behind the last one.
    return (thread / "stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def system_in(folder: Path, **env: str) -> Iterator[System]:
    """Run the whole system in a folder on free ports, as `make run` does."""
    port_base = free_port_base()
    with running_system(folder, port_base, env=env):
        yield System(folder, port_base)


def free_port_base() -> int:
    """Return a first port from which all ports of a run are free."""
    return next(
        base
        for base in random.sample(range(11_000, 32_000, 100), 50)
        if all(port_is_free(base + offset) for offset in _OFFSETS)
    )
