"""When each organisation last looked at its queue, and who is told when nobody does."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from services.ledger.deadlines import due_after
from services.ledger.decisions import Rules
from shared.clock import Clock
from shared.directory import Organisation
from shared.mongo import Collection, Database, insert_new

#: That an organisation looks is noted no more often than this.
_NOTE_EVERY: Final = timedelta(minutes=10)


class Attendance:
    """The collection `attendance`: one document for each organisation, with the last time."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._collection: Collection = db["attendance"]
        self._clock = clock
        self._noted: dict[str, datetime] = {}

    async def note(self, organisation: str | None) -> None:
        """Keep that somebody of an organisation is here."""
        now = self._clock.now()
        if organisation is None:
            return
        noted = self._noted.get(organisation)
        if noted is not None and timedelta(0) <= now - noted < _NOTE_EVERY:
            return
        self._noted[organisation] = now
        await self._collection.update_one({"_id": organisation}, {"$set": {"at": now}}, upsert=True)

    async def begin(self, organisation: str) -> None:
        """Begin to count for an organisation that nobody has been seen of yet."""
        await insert_new(self._collection, [{"_id": organisation, "at": self._clock.now()}])

    async def all(self) -> dict[str, datetime]:
        """Return when each organisation was last here."""
        found = await self._collection.find({}).to_list(None)
        return {document["_id"]: document["at"] for document in found}


def silent(
    organisations: Mapping[str, Organisation],
    seen: Mapping[str, datetime],
    now: datetime,
    rules: Rules,
) -> Iterator[tuple[str, str]]:
    """Yield whose queue nobody has looked at for longer than the policy allows, and whom to tell.

    Pure. An organisation is never told about itself.
    """
    rule = rules.stages.unattended
    if rule is None:
        return
    for name, body in organisations.items():
        at, to = seen.get(name), rule.tell.get(body.kind)
        if at is None or to is None or to == name:
            continue
        if now > due_after(at, rule.after, elapsed=False, calendar=rules.calendar):
            yield name, to
