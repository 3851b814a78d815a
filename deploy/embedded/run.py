"""Start, watch and stop the whole system on one machine: what `make run` does."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

import httpx

from deploy.embedded.kafka import KafkaServer
from deploy.embedded.layout import SERVICES, Layout, read_state
from deploy.embedded.mongo import MongoServer
from deploy.embedded.process import Child, ServerError, port_is_free
from deploy.topics import load_topics, provision

_READY_WITHIN = 120.0
#: After a crash a large store reads its log back for minutes; giving up would only begin that anew.
_RECOVERED_WITHIN = 900.0
_STARTS_BEFORE_GIVING_UP = 4


@dataclass
class Watched:
    """A server that is started again when it ends by itself."""

    name: str
    spawn: Callable[[], None]
    child: Callable[[], Child | None]
    early_deaths: int = 0


def say(line: str) -> None:
    """Tell the person at the terminal what happens."""
    print(line, flush=True)


class Stack:
    """All processes of one run."""

    def __init__(self, layout: Layout, services: Sequence[str] = SERVICES) -> None:
        self.layout, self._services = layout, services
        data = layout.data_dir
        self.kafka = KafkaServer(
            data / "kafka",
            layout.port("kafka"),
            layout.port("kafka-controller"),
            log=layout.log("kafka"),
        )
        self.store = MongoServer(data / "store", layout.port("store"), log=layout.log("store"))
        self._watched: list[Watched] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._failure: str | None = None
        self._ready = False

    def request_stop(self) -> None:
        """Begin the clean stop."""
        self._stop.set()

    async def run(self) -> None:
        """Start everything, tell when it is ready, and watch until asked to stop."""
        began = time.monotonic()
        try:
            starting = asyncio.create_task(self._start())
            stopping = asyncio.create_task(self._stop.wait())
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                self._tell_ready(time.monotonic() - began)
                await stopping
            else:
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
        finally:
            await self._shut_down()
        if self._failure:
            raise ServerError(self._failure)

    async def _start(self) -> None:
        say("Starting Kafka and the store …")
        await asyncio.gather(
            asyncio.to_thread(self.kafka.prepare), asyncio.to_thread(self.store.prepare)
        )
        environment = self.layout.environment(self.store.uri, self.kafka.bootstrap)
        self._watch("kafka", self.kafka.spawn, lambda: self.kafka.child)
        self._watch("store", self.store.spawn, lambda: self.store.child)
        self._watch_command("catcher", _catcher_command(self.layout), environment)
        self._write_state()
        await asyncio.gather(
            asyncio.to_thread(self.kafka.wait_ready, _RECOVERED_WITHIN),
            asyncio.to_thread(self.store.wait_ready, _RECOVERED_WITHIN),
        )
        say("Kafka and the store answer; checking the topics …")
        for line in await provision(self.kafka.bootstrap, load_topics()):
            say(f"  {line}")
        say(f"Starting the services: {', '.join(self._services)} …")
        for name in self._services:
            self._watch_command(name, service_command(self.layout, name), environment)
        self._write_state()
        await self._all_ready()

    def _watch_command(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        child = Child(name, command, self.layout.log(name), environment)
        self._watch(name, child.spawn, lambda: child)

    def _watch(
        self, name: str, spawn: Callable[[], None], child: Callable[[], Child | None]
    ) -> None:
        watched = Watched(name, spawn, child)
        spawn()  # here and not in a thread: a child ends with the thread that made it
        self._watched.append(watched)
        self._watchers.append(asyncio.create_task(self._keep_running(watched)))

    async def _keep_running(self, watched: Watched) -> None:
        wait, since = 0.2, time.monotonic()
        while True:
            await asyncio.sleep(0.1)
            child = watched.child()
            if child is None or child.alive:
                if time.monotonic() - since > 60:
                    wait = 0.2
                continue
            if not self._ready:
                watched.early_deaths += 1
                if watched.early_deaths >= _STARTS_BEFORE_GIVING_UP:
                    self._fail(watched.name, child)
                    return
            say(f"{watched.name} ended (status {child.exit_status}); starting it again …")
            await asyncio.sleep(wait)
            wait, since = min(wait * 2, 10.0), time.monotonic()
            watched.spawn()
            self._write_state()

    def _fail(self, name: str, child: Child) -> None:
        self._failure = f"{name} does not start; its log {child.log} ends:\n{child.last_words()}"
        self._stop.set()

    async def _all_ready(self) -> None:
        waiting = ["catcher", *self._services]
        deadline = time.monotonic() + _READY_WITHIN
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while waiting:
                for name in list(waiting):
                    with contextlib.suppress(httpx.HTTPError):
                        answer = await client.get(f"{self.layout.url(name)}/readyz")
                        if answer.status_code == 200 and _fully_ready(answer):
                            waiting.remove(name)
                            say(f"  {name} is ready")
                if time.monotonic() > deadline:
                    logs = ", ".join(str(self.layout.log(name)) for name in waiting)
                    raise ServerError(f"not ready after {_READY_WITHIN:.0f} s; see {logs}")
                await asyncio.sleep(0.1)
        self._ready = True

    def _tell_ready(self, seconds: float) -> None:
        self._write_state()
        url = self.layout.url
        say(
            f"Recours is ready: form {url('intake')}/ · desk {url('ledger')}/desk · "
            f"messages {url('catcher')}/ · API docs {url('intake')}/docs "
            f"({seconds:.1f} s; data in {self.layout.data_dir}; Ctrl-C stops)"
        )

    def _write_state(self) -> None:
        layout = self.layout
        pids = {w.name: child.pid for w in self._watched if (child := w.child())}
        state = {
            "pid": os.getpid(),
            "ready": self._ready,
            "port_base": layout.port_base,
            "addresses": {name: layout.url(name) for name in (*SERVICES, "catcher")},
            "kafka_bootstrap": self.kafka.bootstrap,
            "mongo_uri": self.store.uri,
            "children": pids,
        }
        fresh = layout.state_file.with_suffix(".tmp")
        fresh.write_text(json.dumps(state, indent=1) + "\n")
        fresh.replace(layout.state_file)

    async def _shut_down(self) -> None:
        say("Stopping …")
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        # Services first, so that they finish what they have begun; then what they stand on.
        servers = [w for w in self._watched if w.name in ("kafka", "store")]
        await _stop_all([w for w in self._watched if w not in servers], 8)
        await _stop_all(servers, 9)
        self.layout.state_file.unlink(missing_ok=True)


async def _stop_all(watched: Sequence[Watched], timeout: float) -> None:
    children = [child for w in watched if (child := w.child())]
    await asyncio.gather(*(asyncio.to_thread(child.stop, timeout) for child in children))


def _fully_ready(answer: httpx.Response) -> bool:
    # Intake counts as ready while Kafka is away; at the start all of it must be there.
    return bool(answer.json().get("status") == "ready")


def service_command(layout: Layout, name: str) -> list[str]:
    """Return the command that runs a service on its port."""
    options = ["--host", "127.0.0.1", "--port", str(layout.port(name)), "--no-access-log"]
    options += ["--loop", "uvloop", "--http", "httptools", "--timeout-graceful-shutdown", "5"]
    return [sys.executable, "-m", "uvicorn", f"services.{name}.app:app", *options]


def _catcher_command(layout: Layout) -> list[str]:
    ports = [f"--page={layout.port('catcher')}", f"--smtp={layout.port('smtp')}"]
    folder = layout.data_dir / "catcher"
    program = [sys.executable, "-m", "deploy.embedded.catcher", f"--folder={folder}"]
    return [*program, *ports, f"--sms={layout.port('sms')}"]


def claim(layout: Layout) -> IO[str]:
    """Take the data folder for this run alone; ends the program when another run has it."""
    layout.data_dir.mkdir(parents=True, exist_ok=True)
    lock = (layout.data_dir / "run.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        state = read_state(layout.data_dir)
        who = f" (process {state['pid']}, PORT_BASE={state['port_base']})" if state else ""
        raise SystemExit(
            f"Another run uses {layout.data_dir}{who}. Stop it, or set DATA_DIR and PORT_BASE "
            "to run a second one beside it."
        ) from None
    return lock


def check_ports(layout: Layout) -> None:
    """End the program with a clear message when a port is taken."""
    taken = [f"{port} ({name})" for name, port in layout.ports().items() if not port_is_free(port)]
    if taken:
        raise SystemExit(
            f"These ports are in use: {', '.join(taken)}. Stop what uses them, or set PORT_BASE "
            f"(now {layout.port_base}) to move all ports, for example PORT_BASE=9000."
        )


async def _main(layout: Layout) -> None:
    stack = Stack(layout)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stack.request_stop)
    await stack.run()


def main() -> None:
    """Run the system in the foreground until Ctrl-C or SIGTERM."""
    if os.environ.get("RECOURS_ENV") == "production":
        sys.exit("The embedded run is for trials; with RECOURS_ENV=production use docker compose")
    layout = Layout.from_environment()
    with claim(layout):
        check_ports(layout)
        try:
            asyncio.run(_main(layout))
        except (ServerError, TimeoutError) as error:
            sys.exit(f"Recours could not start: {error}")
    say("Stopped")


if __name__ == "__main__":
    main()
