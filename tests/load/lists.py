"""What officers ask most: pages of the list and single cases, by the API and at the desk."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.load.figures import middle, p95
from tests.load.ledger_alone import LedgerAlone, timed
from tests.load.seed import Seeded

Query = Mapping[str, str]

#: Who looks: the busy company, the syndicate (advocate of most), anybody's monitor, protection.
CALLERS = (
    ("csr", "societe-demo"),
    ("representative", "syndicat-demo"),
    ("monitor", None),
    ("protection", "protection-demo"),
)
#: Who reads single cases, with the holder whose cases these are.
READERS = (("csr", "societe-demo"), ("representative", "syndicat-demo"))
#: What the inbox shows, by the name in its address.
VIEWS = ("all_open", "overdue", "week", "mine")


@dataclass(frozen=True)
class Answered:
    """Seconds of each kind of question, and of all of them."""

    by_kind: Mapping[str, float]
    p95: float


def queries(now: datetime) -> dict[str, Query]:
    """Return the questions: first page, one from the middle, and one by each filter."""
    middle_of_list = f"{(now + timedelta(days=6)).isoformat()}|0"
    return {
        "first page": {},
        "a page from the middle": {"cursor": middle_of_list},
        "by state": {"state": "in_inquiry"},
        "by queue": {"queue": "company"},
        "by a queue with few": {"queue": "triage"},
        "by queue and state": {"queue": "syndicate", "state": "in_inquiry"},
        "due before": {"due_before": (now + timedelta(days=2)).isoformat()},
    }


async def list_pages(ledger: LedgerAlone, times: int = 12) -> Answered:
    """Ask for every kind of page as every caller, so many times each, in changing order."""
    kinds = queries(datetime.now(UTC))
    wanted = [(caller, kind) for caller in CALLERS for kind in kinds for _ in range(times)]
    random.Random(7).shuffle(wanted)
    seconds: dict[str, list[float]] = {}
    for (role, organisation), kind in wanted:
        taken = await timed(
            ledger.client, "/v1/cases", ledger.headers(role, organisation), [kinds[kind]]
        )
        seconds.setdefault(f"{role}: {kind}", []).extend(taken)
    everything = [one for some in seconds.values() for one in some]
    return Answered({kind: middle(some) for kind, some in seconds.items()}, p95(everything))


async def case_reads(ledger: LedgerAlone, seeded: Seeded, times: int = 60) -> Answered:
    """Read single cases of each reader; return the seconds."""
    seconds: dict[str, list[float]] = {}
    chance = random.Random(7)
    for role, organisation in READERS:
        references = seeded.references[organisation]
        for reference in chance.choices(references, k=times):
            path = f"/v1/cases/{reference}"
            taken = await timed(ledger.client, path, ledger.headers(role, organisation), [{}])
            seconds.setdefault(role, []).extend(taken)
    everything = [one for some in seconds.values() for one in some]
    return Answered({role: middle(some) for role, some in seconds.items()}, p95(everything))


async def desk_pages(ledger: LedgerAlone, seeded: Seeded, times: int = 12) -> Answered:
    """Open every view of the inbox and as many cases, as each reader; return the seconds."""
    chance = random.Random(7)
    seconds: dict[str, list[float]] = {}
    for role, organisation in READERS:
        references = chance.choices(seeded.references[organisation], k=times * len(VIEWS))
        wanted = [("inbox", "/desk", {"vue": view}) for view in VIEWS for _ in range(times)]
        wanted += [("case", f"/desk/cases/{reference}", {}) for reference in references]
        chance.shuffle(wanted)
        for kind, path, query in wanted:
            taken = await timed(ledger.client, path, ledger.cookie(role, organisation), [query])
            name = f"{role}: {kind} {query.get('vue', '')}".rstrip()
            seconds.setdefault(name, []).extend(taken)
    everything = [one for some in seconds.values() for one in some]
    return Answered({kind: middle(some) for kind, some in seconds.items()}, p95(everything))
