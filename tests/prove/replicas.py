"""Second processes of each service, and strangers that make every consumer group rebalance."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.embedded.layout import SERVICES, Layout, read_state
from deploy.embedded.process import Child, free_ports
from tests.prove.outside import GROUPS

_STAYS_SECONDS = 1.5
_AWAY_SECONDS = 3.0


class Replicas:
    """A second process of each service with the environment of the first, kept running."""

    def __init__(self, layout: Layout, env: Mapping[str, str]) -> None:
        state = read_state(layout.data_dir) or {}
        environment = layout.environment(state["mongo_uri"], state["kafka_bootstrap"]) | dict(env)
        self.bootstrap: str = state["kafka_bootstrap"]
        self.urls: dict[str, str] = {}
        self._children: dict[str, Child] = {}
        for name, port in zip(SERVICES, free_ports(len(SERVICES)), strict=True):
            self.urls[name] = f"http://127.0.0.1:{port}"
            self._children[name] = Child(
                f"{name}-2", _command(name, port), layout.log(f"{name}-2"), environment
            )

    def pid(self, name: str) -> int:
        """Return the process id of the second replica of a service."""
        pid = self._children[name].pid
        assert pid is not None
        return pid

    async def keep_running(self) -> None:
        """Start the processes and start again whichever ends, until cancelled."""
        try:
            while True:
                for child in self._children.values():
                    if not child.alive:
                        child.spawn()
                await asyncio.sleep(0.2)
        finally:
            for child in self._children.values():
                child.signal(15)
            for child in self._children.values():
                child.wait(10)


def _command(name: str, port: int) -> list[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    options += ["--loop", "uvloop", "--http", "httptools", "--timeout-graceful-shutdown", "5"]
    return [sys.executable, "-m", "uvicorn", f"services.{name}.app:app", *options]


@asynccontextmanager
async def second_replicas(
    layout: Layout, env: Mapping[str, str], *, rebalance: bool = True
) -> AsyncIterator[Replicas]:
    """Run second replicas, and strangers that come and go in each group, while inside."""
    replicas = Replicas(layout, env)
    tasks = [asyncio.create_task(replicas.keep_running())]
    if rebalance:
        tasks += [asyncio.create_task(_disturb(replicas.bootstrap, group)) for group in GROUPS]
    try:
        yield replicas
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _disturb(bootstrap: str, group: str) -> None:
    """Join a consumer group for a moment, again and again: it rebalances at each coming and going.

    The stranger holds its share of the partitions meanwhile, reads nothing and commits nothing.
    """
    while True:
        stranger = AIOKafkaConsumer(
            *GROUPS[group],
            bootstrap_servers=bootstrap,
            group_id=group,
            enable_auto_commit=False,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_500,
        )
        try:
            async with asyncio.timeout(15):
                await stranger.start()
            await asyncio.sleep(_STAYS_SECONDS)
        except (KafkaError, OSError, TimeoutError):
            pass  # Kafka is being hurt; the next one comes later
        finally:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(15):
                    await stranger.stop()
        await asyncio.sleep(_AWAY_SECONDS)
