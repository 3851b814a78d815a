"""Reads what is recorded of every case, range by range of their ids. Nothing is written."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.policy_diff.replay import History, history_of
from services.intake.handlers import POLICY_MODELS
from services.ledger.store import MODELS as LEDGER_MODELS
from services.notify.templates import MODELS as NOTIFY_MODELS
from services.routing.rules import MODELS as ROUTING_MODELS
from shared.event_store import from_document
from shared.events.envelope import Event, UnknownType
from shared.events.ledger import (
    DeadlineApproaching,
    DeadlineMissed,
    PartiesInformed,
    PartyInformed,
    QuestionMissed,
)
from shared.mongo import ASCENDING, Client, Collection, Database, Document, database
from shared.policy_bundle import Models
from shared.ranges import in_ranges

#: All policy files that any service reads.
ALL_MODELS: Final[Models] = {**POLICY_MODELS, **ROUTING_MODELS, **LEDGER_MODELS, **NOTIFY_MODELS}
#: Events of the ledger that are decided anew; they are read only where they are the last.
_DECIDED: Final = frozenset(
    model.type
    for model in (
        DeadlineApproaching,
        DeadlineMissed,
        QuestionMissed,
        PartiesInformed,
        PartyInformed,
    )
)
#: How many cases are read at a time.
_ABOUT: Final = 300


@dataclass
class Recorded:
    """The record of a system; `unread` counts cases that only a newer program can read."""

    client: Client
    prefix: str = "recours"
    unread: int = 0

    def _database(self, service: str) -> Database:
        return database(self.client, f"{self.prefix}_{service}")

    async def count(self) -> int:
        """Return about how many cases there are."""
        return await self._database("ledger")["cases"].estimated_document_count()

    async def files_of(self, version: str) -> dict[str, str] | None:
        """Return the files of a policy version that was in force once, if the ledger keeps it."""
        kept = await self._database("ledger")["policies"].find_one({"_id": version})
        return {file["name"]: file["text"] for file in kept["files"]} if kept else None

    async def histories(self) -> AsyncIterator[History]:
        """Yield the history of every case that was filed."""

        async def read(low: str, high: str) -> list[History]:
            within = {"$gte": low, "$lt": high}
            filed = await _streams(self._database("intake")["events"], within)
            if not filed:
                return []
            kept = await _streams(self._database("ledger")["events"], within)
            found = [self._history(filed[case], kept.get(case, [])) for case in filed]
            return [history for history in found if history is not None]

        async for part in in_ranges(read, about=_ABOUT):
            for history in part:
                yield history

    def _history(self, filed: Sequence[Document], kept: Sequence[Document]) -> History | None:
        try:
            intake = [from_document(document, "intake") for document in filed]
            return history_of(intake, decisive(kept))
        except UnknownType:
            self.unread += 1
            return None


async def _streams(events: Collection, within: Document) -> dict[str, list[Document]]:
    found = (
        await events.find({"subject": within})
        .sort([("subject", ASCENDING), ("sequence", ASCENDING)])
        .to_list(None)
    )
    streams: dict[str, list[Document]] = {}
    for document in found:
        streams.setdefault(document["subject"], []).append(document)
    return streams


def decisive(kept: Sequence[Document]) -> list[Event]:
    """Return the events that a replay needs; the last tells how the case stands."""
    return [
        from_document(document, "ledger")
        for document in kept
        if document["type"] not in _DECIDED or document is kept[-1]
    ]
