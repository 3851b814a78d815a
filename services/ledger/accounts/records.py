"""Streams with secrets beside them, and the documents that show how they stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from services.ledger.accounts.rules import Decided
from shared.clock import Clock
from shared.errors import Conflict, TransientError
from shared.event_store import Appended, EventStore, from_document
from shared.events.envelope import Event, EventData
from shared.mongo import Collection, Document, DuplicateKeyError
from shared.tracing import current

S = TypeVar("S", bound=BaseModel)

_ATTEMPTS: Final = 5
#: Beside an event until its document shows it: which kind of document, and its new secrets.
_ASIDE: Final = "aside"


@dataclass(frozen=True)
class Entry(Generic[S]):
    """How a stream stands: its state, the secrets kept beside it, and how many events it has."""

    id: str
    state: S
    secrets: Document
    version: int


class Records(Generic[S]):
    """One kind of stream. An event and its secrets are written at once; the document follows.

    When the document has followed, the secrets are taken away beside the event: they exist once.
    """

    def __init__(
        self,
        events: EventStore,
        view: Collection,
        model: type[S],
        after: Callable[[S | None, EventData], S],
        clock: Clock,
    ) -> None:
        self._events, self.view = events, view
        self._model, self._after, self._clock = model, after, clock

    async def ensure_indexes(self) -> None:
        """Create the index of what still has secrets beside it."""
        await self._events.ensure_indexes()
        await self._events.collection.create_index([(f"{_ASIDE}.of", 1)], sparse=True, name="aside")

    async def seen(self, ident: str) -> Entry[S] | None:
        """Return how a stream stands by its document alone: one read."""
        return self._entry(await self.view.find_one({"_id": ident}))

    async def find(self, ident: str) -> Entry[S] | None:
        """Return how a stream stands, its document brought up to date first."""
        entry = await self.seen(ident)
        behind = {"subject": ident, "sequence": {"$gt": entry.version if entry else 0}}
        documents = await self._events.collection.find(behind).to_list(None)
        for document in sorted(documents, key=lambda found: int(found["sequence"])):
            entry = await self._follow(entry, document)
        return entry

    async def all(self, query: Document, *, after: str = "", limit: int = 0) -> list[Entry[S]]:
        """Return how the streams stand whose documents match, by id; all without a limit."""
        query = {**query, "_id": {"$gt": after}}
        documents = await self.view.find(query).sort([("_id", 1)]).limit(limit).to_list(None)
        return [entry for document in documents if (entry := self._entry(document))]

    async def change(
        self, ident: str, decide: Callable[[Entry[S] | None], Decided], cause: str
    ) -> Entry[S]:
        """Append what is decided on the present state; decided again when somebody was faster."""
        for _ in range(_ATTEMPTS):
            entry = await self.find(ident)
            decided = decide(entry)
            event = self._event(ident, entry.version if entry else 0, decided.data, cause)
            appended = await self._append(event, decided.secrets)
            if appended.repeats:
                raise Conflict("This was done already, by the same Idempotency-Key")
            changed = await self.find(ident)
            if appended.stored and changed is not None:
                return changed
        raise TransientError("It kept changing; send it again", retry_after=1)

    async def _append(self, event: Event, secrets: Document) -> Appended:
        aside = {_ASIDE: {"of": self.view.name, "secrets": secrets}}
        return await self._events.append([event], publish=lambda _: False, extra=lambda _: aside)

    async def history(self, ident: str) -> Sequence[Event]:
        """Return what happened to a stream."""
        return await self._events.load(ident)

    async def catch_up(self) -> int:
        """Bring all documents up to date that a crash left behind; return how many."""
        waiting = await self._events.collection.find({f"{_ASIDE}.of": self.view.name}).to_list(None)
        subjects = {document["subject"] for document in waiting}
        for subject in subjects:
            await self.find(subject)
        left = [document["_id"] for document in waiting]
        await self._forget_aside({"_id": {"$in": left}})
        return len(subjects)

    def _event(self, ident: str, version: int, data: EventData, cause: str) -> Event:
        now: datetime = self._clock.now()
        return Event.derived(
            data,
            subject=ident,
            sequence=version + 1,
            time=now,
            cause=cause,
            traceparent=current.get(),
        )

    async def _follow(self, entry: Entry[S] | None, document: Document) -> Entry[S]:
        event = from_document(document, self._events.source)
        state = self._after(entry.state if entry else None, event.data)
        given = document.get(_ASIDE, {}).get("secrets", {})
        secrets = {**(entry.secrets if entry else {}), **given}
        kept = {key: value for key, value in secrets.items() if value is not None}
        fresh = Entry(event.subject, state, kept, event.sequence)
        try:
            await self.view.replace_one(
                {"_id": fresh.id, "version": event.sequence - 1}, _document(fresh), upsert=True
            )
        except DuplicateKeyError:
            # Somebody else was faster with this event: theirs has the secrets, if these are gone.
            return await self._theirs(fresh)
        await self._forget_aside({"_id": event.id})
        return fresh

    async def _theirs(self, mine: Entry[S]) -> Entry[S]:
        return await self.seen(mine.id) or mine

    async def _forget_aside(self, query: Document) -> None:
        await self._events.collection.update_many(query, {"$unset": {_ASIDE: ""}})

    def _entry(self, document: Document | None) -> Entry[S] | None:
        if document is None:
            return None
        state = self._model.model_validate(document["state"])
        return Entry(document["_id"], state, document["secrets"], document["version"])


def _document(entry: Entry[Any]) -> Document:
    return {
        "_id": entry.id,
        "version": entry.version,
        "state": entry.state.model_dump(mode="python"),
        "secrets": entry.secrets,
    }
