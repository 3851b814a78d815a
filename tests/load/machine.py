"""What the whole embedded run takes of a machine: memory, and time until it is ready again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.load.figures import Tell, middle, until
from tests.load.row import Row
from tests.support.system import System, all_ready, free_port_base


def memory_row(found: Mapping[str, float], state: str, most_mb: float, tell: Tell) -> Row:
    """Return the memory of a run by process (MB): `state` says in what it was measured."""
    for name, size in sorted(found.items(), key=lambda item: -item[1]):
        tell(f"{size:7.0f} MB  {name}")
    whole = sum(found.values())
    return Row(
        name=f"memory of the whole embedded run, {state}",
        value=round(whole),
        unit="MB",
        floor=None,
        ratio=None,
        goal=f"≤ {most_mb / 1000:.1f} GB",
        ok=whole <= most_mb,
    )


def supervisor_of(data_dir: Path) -> int:
    """Return the process id of the run in a data folder."""
    return int(json.loads((data_dir / "run.json").read_text())["pid"])


def seconds_to_ready(data_dir: Path) -> float:
    """Start the run of a data folder, stop it once it is ready, and return how long that took."""
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "PORT_BASE": str(free_port_base()),
        "PYTHONUNBUFFERED": "1",
    }
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.embedded.run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("Recours is ready"):
                return time.perf_counter() - begun
        raise RuntimeError("the run ended before it was ready")
    finally:
        process.terminate()
        process.stdout.read()
        process.wait(60)
        process.stdout.close()


def restart_row(data_dir: Path, tell: Tell) -> Row:
    """Return the median of three starts of a run on a folder that was used before."""
    taken = [seconds_to_ready(data_dir) for _ in range(3)]
    tell("ready after " + ", ".join(f"{seconds:.1f}" for seconds in taken) + " s")
    return _ready_row("`make run` again to ready, existing data", middle(taken))


async def store_killed_row(system: System, tell: Tell) -> Row:
    """Kill the store of a run in use; return how long it is until every service is ready again."""
    killed = system.pid("store")
    system.hurt("store", signal.SIGKILL)
    services = (system.intake, system.routing, system.ledger, system.notify)

    async def ready() -> bool:
        return system.pid("store") != killed and await all_ready(services)

    seconds = await until(ready, 300, "every service is ready after the store was killed")
    tell(f"ready {seconds:.1f} s after the store was killed")
    return _ready_row("the store killed after the load, to ready", seconds)


def _ready_row(name: str, seconds: float) -> Row:
    return Row(
        name=name,
        value=round(seconds, 1),
        unit="s",
        floor=None,
        ratio=None,
        goal="≤ 15 s",
        ok=seconds <= 15,
    )
