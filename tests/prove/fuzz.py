"""Fuzz: thousands of hostile inputs by every way in; no fault, no restart, flat memory."""

import asyncio
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.prove.fuzz_apis import fuzz_apis, fuzz_chains
from tests.prove.fuzz_channels import fuzz_json, fuzz_kannel, fuzz_pages, fuzz_twilio
from tests.prove.fuzz_findings import Findings
from tests.prove.fuzz_imports import fuzz_imports
from tests.prove.fuzz_records import fuzz_records, real_records
from tests.prove.fuzz_sockets import fuzz_sockets
from tests.prove.fuzz_watch import BOUNDS, Watch
from tests.prove.fuzz_world import FuzzWorld, Known
from tests.prove.part import Part, Task
from tests.support.system import System, system_in

_FUZZERS: Final[Mapping[str, Callable[[FuzzWorld, Findings, int, int], None]]] = {
    "apis": fuzz_apis,
    "chains": fuzz_chains,
    "kannel": fuzz_kannel,
    "twilio": fuzz_twilio,
    "sockets": fuzz_sockets,
    "pages": fuzz_pages,
    "json": fuzz_json,
    "imports": fuzz_imports,
}
#: Inputs of the long form, by fuzzer. The groups run side by side: the first one spends its time
#: in making requests, the others in sending them.
_GROUPS: Final[tuple[Mapping[str, int], ...]] = (
    {"apis": 3_200, "chains": 800},
    {"kannel": 3_500, "twilio": 3_500, "sockets": 2_500},
    {"pages": 2_500, "json": 2_500, "imports": 1_500},
)
_RECORDS: Final = 3_500
_LEAST: Final = {False: 20_000, True: 1_000}
#: The first round warms up: connections, caches, the largest body of each kind.
_WARM_UP: Final = 0.1
_SHORT: Final = 0.05
_REPLAYED: Final = 30


async def run(task: Task) -> Part:
    """Feed a running system and tell what did not hold."""
    with system_in(task.folder / "fuzz") as system, _processes() as pool:
        findings = Findings()
        feeding = _Feeding(pool, await asyncio.to_thread(FuzzWorld, system), findings)
        watch = Watch(system)
        scale = _SHORT if task.short else 1.0
        await feeding.round(scale * _WARM_UP, 0, _GROUPS[1:])
        await _settle(watch, findings)
        before = watch.memory()
        task.tell(f"fuzz: warmed up with {findings.inputs.total():,} inputs")
        await feeding.round(scale * (1 - _WARM_UP), 1, _GROUPS)
        task.tell(f"fuzz: {findings.inputs.total():,} inputs sent")
        await _settle(watch, findings)
        await asyncio.to_thread(_replay_dead_letters, feeding.world, findings)
        await asyncio.to_thread(_still_good, feeding.world, findings)
        return _part(task, findings, watch, before, watch.memory())


async def _settle(watch: Watch, findings: Findings) -> None:
    try:
        await watch.settle()
    except AssertionError as error:
        findings.fault(f"a consumer is stuck: {error}")


def _processes() -> ProcessPoolExecutor:
    # Processes and not threads: Python 3.11 may not parse code in two threads, as hypothesis does.
    return ProcessPoolExecutor(len(_GROUPS), get_context("spawn"))


class _Feeding:
    """Runs rounds of all fuzzers side by side."""

    def __init__(self, pool: ProcessPoolExecutor, world: FuzzWorld, findings: Findings) -> None:
        self._pool, self.world, self._findings = pool, world, findings
        self._state = json.loads((world.system.data_dir / "run.json").read_text())
        self._records: dict[str, list[bytes]] = {}

    async def round(self, scale: float, number: int, groups: Sequence[Mapping[str, int]]) -> None:
        """Send each fuzzer's share of inputs, and records to every topic."""
        bootstrap = self._state["kafka_bootstrap"]
        self._records = self._records or await real_records(bootstrap)
        loop = asyncio.get_running_loop()
        where = (self.world.system.data_dir, self._state["port_base"], self.world.cases)
        feeding = [
            loop.run_in_executor(self._pool, _feed_group, group, *where, scale, number)
            for group in groups
        ]
        count = round(_RECORDS * scale)
        await fuzz_records(bootstrap, self._records, self._findings, count, number)
        for found in await asyncio.gather(*feeding):
            self._findings.add(found)


def _feed_group(
    group: Mapping[str, int],
    data_dir: Path,
    port_base: int,
    cases: list[Known],
    scale: float,
    number: int,
) -> Findings:
    """Run one group of fuzzers in a process of its own."""
    warnings.simplefilter("ignore")
    findings = Findings()
    world = FuzzWorld(System(data_dir, port_base), cases)
    for name, count in group.items():
        _FUZZERS[name](world, findings, max(1, round(count * scale)), number)
    return findings


def _replay_dead_letters(world: FuzzWorld, findings: Findings) -> None:
    """Handle dead letters again, as an operator may: they fail once more, and say so."""
    client = world.system.client
    for service, url in world.services.items():
        listed = client.get(f"{url}/internal/dead-letters", headers=world.admin).json()
        for letter in listed["dead_letters"][:_REPLAYED]:
            path = f"{url}/internal/dead-letters/{quote(letter['id'], safe='')}/replay"
            findings.judge(
                "replay",
                f"{service} {letter['id']} {letter['reason']}",
                partial(client.post, path, headers=world.admin),
            )


def _still_good(world: FuzzWorld, findings: Findings) -> None:
    """A good grievance still becomes a case, its complainant is told, and every chain verifies."""
    try:
        world.open_case()
    except AssertionError as error:
        findings.fault(f"after all: {error}")
    _verify(world.system, findings)


def _verify(system: System, findings: Findings) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.recours", "verify"],
        env={"DATA_DIR": str(system.data_dir), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        findings.fault(
            f"after all: the record does not verify: {(done.stdout + done.stderr)[-300:]}"
        )


def _part(
    task: Task,
    findings: Findings,
    watch: Watch,
    before: Mapping[str, float],
    after: Mapping[str, float],
) -> Part:
    complaints = list(watch.complaints())
    grown = {name: after.get(name, 0.0) - size for name, size in before.items()}
    failures = [
        *findings.faults,
        *(f"a process ended: {name}" for name in watch.restarted()),
        *(f"log: {line}" for line in complaints[:20]),
        *(
            f"memory of {name} grew by {by:.0f} MB, more than {BOUNDS[name]:.0f}"
            for name, by in grown.items()
            if by > BOUNDS[name]
        ),
    ]
    total = findings.inputs.total()
    if total < _LEAST[task.short]:
        failures.append(f"only {total:,} inputs, {_LEAST[task.short]:,} are wanted")
    server_errors = sum(n for status, n in findings.statuses.items() if status >= 500)
    return Part(
        "fuzz",
        figures={
            "inputs": total,
            "server_errors": server_errors,
            "exceptions_logged": len(complaints),
            "most_growth_mb": round(max(grown[name] for name in world_services(grown)), 1),
        },
        failures=tuple(failures),
        table=_table(findings, before, after),
    )


def world_services(grown: Mapping[str, float]) -> list[str]:
    """Return the processes that are ours, without store and Kafka."""
    return [name for name in grown if name not in ("store", "kafka")]


def _table(findings: Findings, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    lines = [f"{source:<20}{count:>8,}" for source, count in sorted(findings.inputs.items())]
    lines += [
        "",
        "answers: " + ", ".join(f"{s}×{n:,}" for s, n in sorted(findings.statuses.items())),
    ]
    lines += ["", f"{'memory, MB':<12}{'before':>8}{'after':>8}{'bound':>8}"]
    lines += [
        f"{name:<12}{size:>8.0f}{after.get(name, 0):>8.0f}{f'+{BOUNDS[name]:.0f}':>8}"
        for name, size in before.items()
    ]
    return "\n".join(lines)
