"""How long it takes to play recorded cases again under another policy.

`python -m tests.load.policy_diff [CASES]` seeds cases, a thirtieth of them overdue, into a store of
its own and compares the shipped policy with one that changes all of them: the company has a day
less to acknowledge, and wages go to the company first.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.policy_diff.compare import compare
from deploy.policy_diff.histories import ALL_MODELS, Recorded
from deploy.policy_diff.report import lines
from shared.clock import whole_milliseconds
from shared.mongo import connect
from shared.policy_bundle import Bundle, build_bundle, load_bundle
from tests.load.exemplar import Rulebook
from tests.load.seed import Secrets, Seeder
from tests.support.servers import running_mongo
from tests.support.submissions import POLICY_DIR

_OVERDUE = 30
_EDITS = (
    ("stages.yaml", "time: {S4: 5 d, S3: 2 d", "time: {S4: 4 d, S3: 1 d"),
    (
        "taxonomy.yaml",
        "severity: S3\n    lane: open\n    ladder: [syndicate, company, authority:labour",
        "severity: S3\n    lane: open\n    ladder: [company, syndicate, authority:labour",
    ),
)


def edited(shipped: Bundle) -> Bundle:
    """Return the other policy."""
    files = dict(shipped.files)
    for name, old, new in _EDITS:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    return build_bundle(files, ALL_MODELS)


async def measure(uri: str, cases: int) -> None:
    """Seed the cases and print the end of the comparison, whose last line has the time."""
    now = whole_milliseconds(datetime.now(UTC))
    client = connect(uri)
    seeder = Seeder(client, Rulebook(POLICY_DIR), Secrets(b"p" * 40, b"m" * 32), now)
    await seeder.seed(cases, cases // _OVERDUE, _tell)
    await seeder.ensure_indexes()
    shipped = load_bundle(POLICY_DIR, ALL_MODELS)
    told = await compare(shipped, edited(shipped), Recorded(client), now, lambda _: None)
    client.close()
    for line in lines(told, "en", 3):
        _tell(line)


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder, running_mongo(Path(folder)) as server:
        asyncio.run(measure(server.uri, wanted))
