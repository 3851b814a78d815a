"""Canaries: words planted by every channel are found nowhere but sealed, and can be erased."""

import asyncio
import json

from deploy.demo.world import wait_for
from tests.prove.canary_crash import crash, poison, told_of_it
from tests.prove.canary_forms import NUMBERS, Finder, finder
from tests.prove.canary_mistakes import mistakes
from tests.prove.canary_places import (
    compressed_batches,
    in_answers,
    in_collections,
    in_files,
    in_messages,
    in_topics,
    store_client,
)
from tests.prove.canary_planting import Planted, plant
from tests.prove.canary_work import work
from tests.prove.erasure import Erasure
from tests.prove.part import Part, Task, Tell
from tests.support.system import System, system_in

#: Text messages go out by day only.
_DAY = "2026-11-24T10:00:00+01:00 x1"
_OFFICER = "rse@societe.example"


async def run(task: Task) -> Part:
    """Plant, work, crash and search a system that logs all it can, then erase a person."""
    with system_in(task.folder / "canaries", LOG_LEVEL="DEBUG", RECOURS_CLOCK=_DAY) as system:
        return await searched(system, task.tell)


async def searched(system: System, tell: Tell) -> Part:
    """Plant words in a running system, search it, and erase one of the persons."""
    search = _Search(system, finder())
    tell("canaries: planting by every channel")
    planted = await asyncio.to_thread(plant, system)
    await asyncio.to_thread(work, system, planted)
    await asyncio.to_thread(_all_told, system, planted)
    tell("canaries: mistakes, poison and crashes")
    await asyncio.to_thread(search.in_mistakes, planted)
    search.figures["poisoned_records"] = await poison(system)
    search.failures += await asyncio.to_thread(told_of_it, system)
    await asyncio.to_thread(crash, system, "intake", "ledger", "notify", "routing")
    search.failures += await asyncio.to_thread(told_of_it, system)
    tell("canaries: searching")
    await search.everywhere(planted)
    tell("canaries: erasing a person")
    client = store_client(system)
    erasure = Erasure(system, planted, search.finder)
    try:
        await erasure.run(client)
    finally:
        client.close()
    return _part(search, erasure)


class _Search:
    """Looks into each kind of place and keeps what it finds."""

    def __init__(self, system: System, finder: Finder) -> None:
        self._system, self.finder = system, finder
        self.failures: list[str] = []
        self.figures: dict[str, float] = {}

    def in_mistakes(self, planted: Planted) -> None:
        """Make mistakes; each must be answered without a word of it."""
        count = 0
        for asked, answer in mistakes(self._system, planted):
            count += 1
            if answer.status_code < 400 and "receipts" not in asked:
                self.failures.append(f"{asked}: {answer.status_code}, should have been refused")
            told = f"{answer.headers}\n{answer.text}"
            self.failures += [f"answer to {asked}: {hit}" for hit in self.finder.found(told)]
        self.figures["refused_requests"] = count

    async def everywhere(self, planted: Planted) -> None:
        """Search all places at rest, and all answers."""
        self.failures += (await self._at_rest(self.finder, self.figures))[0]
        # A search that is blind finds nothing either: a reference stands in each of these places.
        _, seen = await self._at_rest(Finder((planted.references["rest"],)), {})
        self.failures += [f"the search is blind in {place}" for place, hits in seen if not hits]
        if compressed := compressed_batches(self._system.data_dir):
            self.failures.append(f"{compressed} compressed batches on disk were not searched")
        references = iter(planted.references.values())
        self.failures += await asyncio.to_thread(in_answers, self._system, references, self.finder)

    async def _at_rest(
        self, finder: Finder, figures: dict[str, float]
    ) -> tuple[list[str], list[tuple[str, list[str]]]]:
        """Return all hits, and the hits of each place."""
        system = self._system
        bootstrap = json.loads((system.data_dir / "run.json").read_text())["kafka_bootstrap"]
        client = store_client(system)
        try:
            figures["documents"], documents = await in_collections(client, finder)
        finally:
            client.close()
        figures["records"], records = await in_topics(bootstrap, finder)
        size, files = await asyncio.to_thread(in_files, system.data_dir, finder)
        figures["megabytes_of_files"] = round(size / 1024**2, 1)
        figures["messages"], messages = in_messages(system, finder)
        kafka = [hit for hit in files if hit.startswith("file kafka/")]
        store = [hit for hit in files if hit.startswith("file store/")]
        places = {"collections": documents, "topics": records, "messages": messages}
        places |= {"Kafka's files": kafka, "the store's files": store}
        return documents + records + files + messages, [*places.items()]


def _all_told(system: System, planted: Planted) -> None:
    """Wait until offices and complainants have their messages: they are searched as well."""
    mine = planted.references["rest"]

    def told() -> bool:
        mails = system.messages(_OFFICER)
        numbers = [system.messages(f"+236{number}") for number in NUMBERS.values()]
        return any(mine in mail["subject"] for mail in mails) and all(numbers)

    wait_for(told, 120, "everybody is told")


def _part(search: _Search, erasure: Erasure) -> Part:
    failures = (*search.failures, *erasure.failures)
    leaked = len(search.failures)
    figures = {"leaked": leaked, **search.figures, **erasure.figures}
    table = "\n".join(
        f"{name.replace('_', ' '):<34}{value:>10,.0f}" for name, value in figures.items()
    )
    return Part("canaries", figures, failures, f"{table}\n\n{_HONEST}")


_HONEST = (
    "A backup of the keys' database, or of the store's files with its journal, still holds the\n"
    "wrapped keys of persons erased since: with the master key it opens what was sealed. Keep\n"
    "such backups apart, for days and not months, and the master key away from both."
)
