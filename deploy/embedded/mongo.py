"""One store that speaks MongoDB's protocol, on loopback; a program of its own, never imported.

It is beta software for trying this project out: real data belongs on a real MongoDB.
"""

import os
import struct
from pathlib import Path

from deploy.embedded.fetch import store_program
from deploy.embedded.process import Child, asks, wait_until_ready


def _ping() -> bytes:
    """Return the OP_MSG {ping: 1, $db: "admin"}, written out: the driver is not imported here."""
    elements = b"\x10ping\0" + struct.pack("<i", 1)
    elements += b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
    document = struct.pack("<i", len(elements) + 5) + elements + b"\0"
    body = struct.pack("<i", 0) + b"\0" + document
    return struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body


_ASK = _ping()


#: What the store keeps in memory of its pages at least (MiB): a run in use is to fit into 2 GB.
_LEAST_CACHE = 640
#: After how much of its log it makes a checkpoint; what came since is read back after a crash.
#: Without any that is all since the last clean stop: 33 s for 800 MB, 8 s so (measured). Less than
#: a file of the log is taken as one.
_CHECKPOINTS = "checkpoint=(log_size=128MB)"
#: How the tables of a new folder are made; one that is there keeps its own. Ids are spread evenly,
#: so that what does not fit into the cache is read and written a page of each index for each
#: insert: small pages, with keys cut to what differs from the key before (tests/load/README.md).
_TABLES = "prefix_compression=true,leaf_page_max=8KB"


def cache_size(held: int, memory: int) -> int:
    """Return how many MiB of pages to keep in memory, of the bytes held and the machine's memory.

    As many as there are, so that lives go on as quickly with a million cases as with none
    (tests/load/README.md), but at most a third of the machine: the services and what else runs
    there need the rest.
    """
    return max(_LEAST_CACHE, min(held, memory // 3) // 2**20)


def _held(data: Path) -> int:
    return sum(table.stat().st_size for table in data.glob("*.wt"))


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class MongoServer:
    """A store whose data and log are in one folder."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        log: Path | None = None,
        cache: int | None = None,
    ) -> None:
        """Give the cache in MiB where it is to be another than fits what the folder holds."""
        self.folder, self.port, self._cache = folder.resolve(), port, cache
        self._log = log or self.folder / "store.log"
        self._program: Path | None = None
        self.child: Child | None = None

    @property
    def uri(self) -> str:
        """The address for clients; a repeated write is harmless here, so none is marked."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true&retryWrites=false"

    def prepare(self) -> None:
        """Make the folder and have the program at hand."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        self._program = store_program()

    def spawn(self) -> None:
        """Start the process; `wait_ready` tells when it answers."""
        assert self._program is not None
        data = self.folder / "data"
        cache = self._cache or cache_size(_held(data), _memory())
        # Without --sync-on-commit a crash loses acknowledged writes; the default log file of
        # 2 GB takes ten seconds to read back.
        options = {
            "--port": str(self.port),
            "--storage-path": str(data),
            "--log-file-max": "64MB",
            "--cache-size": f"{cache}M",
            "--log-level": "ERROR",
        }
        arguments = [part for option in options.items() for part in option]
        command = [str(self._program), *arguments, "--sync-on-commit"]
        # Nobody follows its change log: it costs a second write each time, twice that once it is
        # full (measured), and would keep what was erased.
        env = os.environ | {
            "SECANTUS_DISABLE_OPLOG": "1",
            "SECANTUS_DATA_TABLE_EXTRA": _TABLES,
            "SECANTUS_WT_CONFIG_EXTRA": _CHECKPOINTS,
            # Its many threads left half of their memory unused, each in an arena of its own: 343 MB
            # instead of 697 after the same work.
            "MALLOC_ARENA_MAX": "2",
        }
        self.child = Child("The store", command, self._log, env)
        self.child.spawn()

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait until the store answers; raises ServerError."""
        assert self.child is not None
        wait_until_ready(self.child, self.answers, timeout)

    def answers(self) -> bool:
        """Whether the store answers now."""
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
