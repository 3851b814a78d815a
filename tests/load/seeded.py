"""Data folders with many cases in them, and systems that run on one."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from deploy.demo.world import running_system
from deploy.embedded.mongo import MongoServer
from deploy.embedded.process import free_ports
from services.intake.settings import IntakeSettings, key_bytes
from shared.clock import SystemClock
from shared.mongo import connect
from tests.load.exemplar import Rulebook
from tests.load.figures import Tell
from tests.load.seed import PLACES, Place, Secrets, Seeded, Seeder
from tests.support.submissions import POLICY_DIR
from tests.support.system import System, free_port_base

#: A seed older than this has cases that have become due meanwhile.
_FRESH_SECONDS = 2 * 3600
#: MiB: an empty folder's would have the pages of the indexes read and written again and again.
_SEEDING_CACHE = 8_000


@asynccontextmanager
async def store_in(data_dir: Path, *, cache: int | None = None) -> AsyncIterator[MongoServer]:
    """Run the store of a data folder alone; with the cache not given, as `make run` has it."""
    server = MongoServer(
        data_dir / "store", free_ports(1)[0], log=data_dir / "store.log", cache=cache
    )
    server.prepare()
    server.spawn()  # here and not in a thread: a child ends with the thread that made it
    await asyncio.to_thread(server.wait_ready, 600.0)
    try:
        yield server
    finally:
        # Whoever stops it in a hurry makes the next start wait for the log.
        await asyncio.to_thread(server.stop, 120.0)


async def seeded_folder(
    data_dir: Path, cases: int, tell: Tell, *, overdue: int = 0, only: Collection[Place] = PLACES
) -> Seeded:
    """Make a data folder with so many open cases; one that was made lately is used as it is.

    The indexes are there first: one of a million documents is built in a single transaction, which
    had not ended after a quarter of an hour and 13 GB of memory (measured).
    """
    note = data_dir / "seeded.json"
    wanted = {"cases": cases, "overdue": overdue, "only": sorted(map(list, only))}
    if known := _known(note, wanted):
        tell(f"{data_dir.name} holds {cases:,} cases already")
        return known
    settings = IntakeSettings(DATA_DIR=data_dir)
    secrets = Secrets(settings.pepper.get_secret_value().encode(), key_bytes(settings.master_key))
    async with store_in(data_dir, cache=_SEEDING_CACHE) as server:
        client = connect(server.uri, patience=1800)
        seeder = Seeder(client, Rulebook(POLICY_DIR), secrets, SystemClock().now(), only=only)
        await seeder.ensure_indexes()
        seeded = await seeder.seed(cases, overdue, tell)
        client.close()
    note.write_text(json.dumps(wanted | {"at": datetime.now(UTC).timestamp()} | asdict(seeded)))
    return seeded


def _known(note: Path, wanted: dict[str, object]) -> Seeded | None:
    if not note.exists():
        return None
    found = json.loads(note.read_text())
    old = datetime.now(UTC).timestamp() - found.pop("at") > _FRESH_SECONDS
    if old or any(found[name] != value for name, value in wanted.items()):
        return None
    found.pop("only")
    return Seeded(**found)


@contextmanager
def system_on(data_dir: Path, **env: str) -> Iterator[System]:
    """Run the whole system on a data folder that is there already, as `make run` again does."""
    port_base = free_port_base()
    with running_system(data_dir, port_base, fresh=False, env=env):
        yield System(data_dir, port_base)


@asynccontextmanager
async def seeded_system(
    data_dir: Path, cases: int, tell: Tell, *, overdue: int = 0
) -> AsyncIterator[System]:
    """Run the whole system on a folder with so many open cases."""
    await seeded_folder(data_dir, cases, tell, overdue=overdue)
    with system_on(data_dir) as system:
        yield system
