"""Child processes that never outlive their parent, each with its own log file."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_KILL_WITH_PARENT = """
import ctypes, os, sys
parent = int(sys.argv[1])
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
if os.getppid() != parent:
    sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""

_LOG_LIMIT = 16 * 1024 * 1024


class ServerError(Exception):
    """A server that does not start; the message says why and where its log is."""


class Child:
    """A process started with its own session, log file and parent-death signal.

    Start it from a thread that lives as long as it should: the signal follows the thread.
    """

    def __init__(
        self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.log = name, log
        self._command, self._env = list(command), env
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs or has not been started again."""
        return self._process.pid if self._process else None

    @property
    def exit_status(self) -> int | None:
        """The exit status once it has ended, else None."""
        return self._process.poll() if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def spawn(self) -> None:
        """Start the process; returns at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.log)
        guard = [sys.executable, "-I", "-S", "-c", _KILL_WITH_PARENT, str(os.getpid())]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*guard, *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self._env) if self._env is not None else None,
                start_new_session=True,
            )

    def signal(self, number: int) -> None:
        """Send a signal to the process if it still runs."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def stop(self, timeout: float = 10.0) -> int | None:
        """Ask the process to end, then make it; return its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self) -> None:
        """End the process the hard way, as a crash would."""
        self.signal(signal.SIGKILL)
        self.wait(5)

    def wait(self, timeout: float) -> int | None:
        """Wait for the end; a process that takes longer is killed."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(5)

    def last_words(self, lines: int = 12) -> str:
        """Return the end of its log, to say why it failed."""
        try:
            text = self.log.read_bytes()[-8192:].decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def wait_until_ready(child: Child, answers: Callable[[], bool], timeout: float) -> None:
    """Wait until a server answers; raises ServerError when it ends or takes too long."""
    deadline = time.monotonic() + timeout
    while not answers():
        if not child.alive:
            raise ServerError(
                f"{child.name} ended with status {child.exit_status}; its log {child.log} ends:\n"
                f"{child.last_words()}"
            )
        if time.monotonic() > deadline:
            raise ServerError(
                f"{child.name} does not answer after {timeout:.0f} s; its log {child.log} ends:\n"
                f"{child.last_words()}"
            )
        time.sleep(0.05)


def asks(port: int, request: bytes, answer_size: int = 8) -> bool:
    """Whether a server on a loopback port gives an answer to a request within a second."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(request)
            return len(connection.recv(answer_size)) > 0
    except OSError:
        return False


def port_is_free(port: int) -> bool:
    """Whether a loopback port can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return loopback ports that nobody uses now."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _rotate(log: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".old.log"))
