"""Keeping a follow-up: words and files in the vault, then the event; once per channel key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.intake.access import Opened
from services.intake.domain import LONGEST_TEXT, clean
from services.intake.handlers import Handlers, within
from services.intake.possible import (
    question_of,
    require_possible,
    require_same,
    require_written,
    written_of,
)
from services.intake.store import OTHER_BODY, IntakeStore, sealed_files, to_json
from services.intake.submission import Attachment
from shared.clock import Clock
from shared.errors import Invalid, TransientError
from shared.event_store import monotonic
from shared.events.codes import ConsentPurpose
from shared.events.envelope import Event, EventData
from shared.ids import derived_id
from shared.mongo import Document, insert_new
from shared.tracing import current

_RETRIES = 5
#: The consent that is given to one text and no other.
STATEMENT: Final[ConsentPurpose] = "statement"


@dataclass(frozen=True, slots=True)
class Done:
    """A follow-up that is durable; `message_id` points at the words, if there were any."""

    at: datetime
    message_id: str | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Command:
    """What a complainant does: `more` is what it says beside the words.

    `question` is the number of the proposal or report that an answer is for, when it was named;
    `statement` that of the statement that a yes is for.
    """

    kind: str
    channel: str
    key: str
    text: str | None
    more: dict[str, Any]
    files: tuple[Attachment, ...] = ()
    question: int | None = None
    statement: int | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What a repeat must have in common with the first."""
        named = {"question": self.question, "statement": self.statement}
        said = {name: number for name, number in named.items() if number is not None}
        return {"text": self.text, **self.more, **said}


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: where the words are, and what they were about.

    The ledger's place of the question answered, or the text of the statement agreed to.
    """

    message_id: str | None
    question: int | None
    statement: str | None


class Keeper:
    """Appends to intake's stream of a grievance.

    All ids are derived from the channel's own key, so that a repeat completes what a crash left.
    """

    def __init__(self, handlers: Handlers, *, store_seconds: float) -> None:
        self._handlers = handlers
        self._store: IntakeStore = handlers.store
        self._clock: Clock = handlers.clock
        self._seconds = store_seconds

    async def keep(
        self, case: Opened, command: Command, event: Callable[[Kept], EventData]
    ) -> Done:
        """Keep a command and append its event; Conflict where it is not possible now."""
        return await within(self._seconds, self._keep(case, command, event))

    async def _keep(
        self, case: Opened, command: Command, event: Callable[[Kept], EventData]
    ) -> Done:
        cause = self._handlers.ids.key_hash(f"{command.channel}/{command.kind}", command.key)
        text_id = derived_id(case.grievance, command.kind, cause)
        fingerprint = self._handlers.ids.fingerprint(command.body)
        known = await self._store.texts_by_id.find(text_id)
        replayed = known is not None
        if known is None:
            about = await self._require_possible(case, command)
            document = await self._document(case, command, text_id, fingerprint) | about
            await self._keep_files(case, command, text_id)
            replayed = not await self._store.texts_by_id.insert(document)
            known = await self._store.texts_by_id.find(text_id) if replayed else document
        if known is None:
            raise TransientError("The store changed while it was written; send it again")
        if known["fingerprint"] != fingerprint:
            raise Invalid(OTHER_BODY)
        message_id = text_id if command.text or command.files else None
        data = event(Kept(message_id, known.get("question"), known.get("statement")))
        await self.append(case, data, cause, known["at"])
        return Done(known["at"], message_id, replayed)

    async def _require_possible(self, case: Opened, command: Command) -> Document:
        """Return what a command is about as the case stands; a repeat is about the same."""
        status = await self._store.status_of(case.grievance)
        now = self._clock.now()
        require_possible(command.kind, status, now)
        if command.kind == "answer":
            require_same(command.question, status, now)
            question = question_of(status)
            return {"question": question.sequence} if question else {}
        if command.more.get("purpose") == STATEMENT and command.more["given"]:
            require_written(command.statement, status, now)
            written = written_of(status)
            return {"statement": written.text_id} if written else {}
        return {}

    async def _document(
        self, case: Opened, command: Command, text_id: str, fingerprint: str
    ) -> Document:
        document: Document = {
            "_id": text_id,
            "grievance": case.grievance,
            "person": case.person,
            "kind": command.kind,
            "author": "complainant",
            "at": self._clock.now(),
            "fingerprint": fingerprint,
        }
        if command.text:
            key = (await self._store.keys.for_sealing({case.person}))[case.person]
            document["kid"] = key.kid
            document["sealed"] = key.seal(to_json({"text": command.text}), text_id)
        return document

    async def _keep_files(self, case: Opened, command: Command, text_id: str) -> None:
        """Keep what came with the words before these: a repeat completes what a crash left."""
        if command.files:
            key = (await self._store.keys.for_sealing({case.person}))[case.person]
            documents = sealed_files(case.grievance, text_id, command.files, key)
            await insert_new(self._store.attachments, documents)

    async def append(self, case: Opened, data: EventData, cause: str, at: datetime) -> None:
        """Append an event to the stream of a grievance, unless it is in it already."""
        for _ in range(_RETRIES):
            stream = await self._store.events.load(case.grievance)
            last = stream[-1] if stream else None
            event = Event.derived(
                data,
                subject=case.grievance,
                # Place 1 is kept for the submission, whose event a crash may have left for a retry.
                sequence=last.sequence + 1 if last else 2,
                time=at,
                cause=cause,
                traceparent=current.get(),
            )
            if any(known.cause == cause and known.type == event.type for known in stream):
                return
            appended = await self._store.events.append([monotonic(event, last)])
            if not appended.conflicts:
                self._store.appended()
                return
        raise TransientError("Too many messages at once on this case; send it again")


def words_of(text: str | None, *, cut: bool = False) -> str | None:
    """Return clean words, or None without any; raises Invalid when they are too long, or cuts."""
    words = clean(text) if text else ""
    if len(words) > LONGEST_TEXT:
        if not cut:
            reason = f"at most {LONGEST_TEXT:,} characters"
            raise Invalid("The text is too long", errors=[{"field": "text", "reason": reason}])
        words = words[:LONGEST_TEXT]
    return words or None
