"""What must stay as it was while a system is fed: its processes, memory, logs and queues."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import psutil

from deploy.embedded.layout import SERVICES
from deploy.operator import read_metrics
from shared.mongo import connect
from tests.support.system import System
from tests.support.waiting import eventually

#: Error lines that are the right reaction to junk.
_EXPECTED = ("dead letter",)
_MB = 1024 * 1024
#: How much larger a process may be at the end than after the warm-up, in MB. A service keeps the
#: largest batch and body it had in its allocator; the store may fill its cache (640 MB), Kafka its
#: heap (256 MB).
BOUNDS: Mapping[str, float] = {
    **dict.fromkeys(SERVICES, 64),
    "catcher": 64,
    "store": 512,
    "kafka": 160,
}


class Watch:
    """The state of a running system at one moment, and what changed since."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._pids = {name: system.pid(name) for name in BOUNDS}
        self._sizes = {path: path.stat().st_size for path in self._logs()}

    def _logs(self) -> list[Path]:
        return [self._system.data_dir / "logs" / f"{name}.log" for name in SERVICES]

    def memory(self) -> dict[str, float]:
        """Return the resident memory of each process in MB; one that is gone is missing."""
        return {
            name: psutil.Process(pid).memory_info().rss / _MB
            for name, pid in self._pids.items()
            if psutil.pid_exists(pid)
        }

    def restarted(self) -> list[str]:
        """Return the processes that ended since."""
        return [name for name, pid in self._pids.items() if self._system.pid(name) != pid]

    def complaints(self) -> Iterator[str]:
        """Yield each log line since that tells of an unhandled exception."""
        for path in self._logs():
            with path.open("rb") as log:
                log.seek(self._sizes[path])
                for raw in log:
                    line = raw.decode("utf-8", "replace").strip()
                    if complains(line):
                        yield f"{path.stem}: {line[:400]}"

    async def settle(self, within: float = 120.0) -> None:
        """Wait until nothing is left in any outbox, topic or queue of things to do now."""
        names = ("recours_consumer_lag", "recours_oldest_unsent_event_seconds")
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:

            async def quiet() -> bool:
                for service in SERVICES:
                    url = getattr(self._system, service)
                    told = read_metrics((await client.get(f"{url}/metrics")).text)
                    if any(float(told.get(name, "0")) for name in names):
                        return False
                return True

            # Twice in a row: what leaves one queue enters the next.
            for _ in range(2):
                await eventually(quiet, within=within, what="every consumer has caught up")
        await self._nothing_to_send(within)

    async def _nothing_to_send(self, within: float) -> None:
        client = connect(self._system.mongo_uri)
        pending = client.get_database("recours_notify")["deliveries"]
        try:

            async def sent() -> bool:
                return await pending.find_one({"state": "attempting"}) is None

            await eventually(sent, within=within, what="no notice hangs")
        finally:
            client.close()


def complains(line: str) -> bool:
    """Tell whether a log line is of an unhandled exception."""
    if not line.startswith("{"):
        return line.startswith("Traceback") or "Error" in line.split(":")[0]
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    wrong = entry.get("level") in ("error", "critical") or "exception" in entry
    return wrong and entry.get("event") not in _EXPECTED
