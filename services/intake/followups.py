"""What a complainant does after filing: write, answer, withdraw, appeal, consent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from services.intake.access import Opened
from services.intake.domain import ALERT, LONGEST_TEXT, clean
from services.intake.handlers import Handlers, within
from services.intake.photos import without_traces
from services.intake.possible import ANSWERABLE, APPEALABLE, possibilities, window
from services.intake.reader import VaultReader
from services.intake.store import OTHER_BODY, IntakeStore, sealed_files, to_json
from services.intake.submission import Attachment, Contact, Submission
from shared.clock import Clock
from shared.errors import Conflict, Invalid, TransientError
from shared.event_store import monotonic
from shared.events.codes import OtherSide
from shared.events.envelope import Event, EventData, format_time
from shared.events.intake import (
    AnswerGiven,
    AppealLodged,
    ConsentChanged,
    FollowUpAnswered,
    GrievanceWithdrawn,
    MessageReceived,
    ReopeningAsked,
    StatementGiven,
)
from shared.ids import derived_id
from shared.mongo import Document, insert_new
from shared.tracing import current

_RETRIES = 5
_WINDOWED = frozenset({"appeal", "reopening"})
_ELSE = (
    "You can write to the case, file a new grievance at any time, or go to a court, the labour "
    "inspection or a union."
)


@dataclass(frozen=True, slots=True)
class Done:
    """A follow-up that is durable; `message_id` points at the words, if there were any."""

    at: datetime
    message_id: str | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class _Command:
    kind: str
    channel: str
    key: str
    text: str | None
    body: Any
    seconds: float
    files: tuple[Attachment, ...] = ()


class FollowUps:
    """Appends to intake's stream of a grievance, once per channel key."""

    def __init__(
        self, handlers: Handlers, reader: VaultReader, *, store_seconds: float = 3.0
    ) -> None:
        self._handlers = handlers
        self._reader = reader
        self._store: IntakeStore = handlers.store
        self._clock: Clock = handlers.clock
        self._seconds = store_seconds

    async def message(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        text: str | None,
        files: Sequence[Attachment] = (),
        cut: bool = False,
    ) -> Done:
        """Add words or photos to a case; words of danger reach protection by themselves."""
        words = _words(text, cut=cut)
        if not words and not files:
            reason = "a message needs a text or a photo"
            raise Invalid(reason, errors=[{"field": "text", "reason": reason}])
        danger = self._handlers.policy().danger
        signs = danger.find(words or "")
        if danger.alerts(signs):
            told = f"Message au dossier {case.reference} : {words}"
            await self._alert_protection(case, f"{channel}|{key}", told)
        kept = await without_traces(files)
        given = {"files": [sha256(file.data).hexdigest() for file in files]} if files else {}
        command = replace(self._command("message", channel, key, words, given), files=kept)
        return await self._carry_out(
            case,
            command,
            lambda message_id: MessageReceived(
                reference=case.reference,
                channel=channel,
                message_id=message_id or "",
                danger_signs=signs,
            ),
        )

    async def answer(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        agreed: bool,
        text: str | None = None,
        items: tuple[int, ...] | None = None,
    ) -> Done:
        """Say yes or no to a proposed remedy or to what is said to be delivered; else 409."""
        more: dict[str, Any] = {"agreed": agreed} | ({"items": items} if items else {})
        command = self._command("answer", channel, key, _words(text), more)
        return await self._carry_out(
            case,
            command,
            lambda message_id: AnswerGiven(
                reference=case.reference,
                channel=channel,
                agreed=agreed,
                message_id=message_id,
                items=items,
            ),
            possible=lambda state: state in ANSWERABLE,
        )

    async def withdraw(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        pressured: bool | None = None,
        text: str | None = None,
    ) -> Done:
        """Withdraw the grievance; 409 when the case is closed.

        Whoever was pressed gets what they ask for, and a protected case of its own tells the
        protection focal point alone; the other parties learn nothing of it.
        """
        command = self._command("withdrawal", channel, key, _words(text), {"pressured": pressured})
        if pressured:
            told = f"Retrait demandé sous pression : dossier {case.reference}."
            await self._alert_protection(case, "withdrawal", told)
        return await self._carry_out(
            case,
            command,
            lambda message_id: GrievanceWithdrawn(
                reference=case.reference,
                channel=channel,
                pressured=pressured,
                message_id=message_id,
            ),
            possible=lambda state: state != "closed",
        )

    async def statement(
        self, case: Opened, *, channel: str, key: str, text: str, to: tuple[OtherSide, ...]
    ) -> Done:
        """Release one's own words to the other side, and no more than these."""
        words = _words(text)
        if not words:
            raise Invalid("A statement needs a text", errors=[{"field": "text", "reason": "empty"}])
        return await self._carry_out(
            case,
            self._command("statement", channel, key, words, {"to": to}),
            lambda message_id: StatementGiven(
                reference=case.reference, channel=channel, message_id=message_id or "", to=to
            ),
            possible=lambda state: state not in ("received", "closed"),
        )

    async def follow_up(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        retaliation: bool | None = None,
        satisfied: bool | None = None,
        remedy_holds: bool | None = None,
        text: str | None = None,
    ) -> Done:
        """Tell how things are after the end; revenge opens a protected case that stands alone."""
        told = {"retaliation": retaliation, "satisfied": satisfied, "remedy_holds": remedy_holds}
        if set(told.values()) == {None}:
            raise Invalid(
                "Say at least one thing", errors=[{"field": "satisfied", "reason": "nothing said"}]
            )
        command = self._command("follow-up", channel, key, _words(text), told)
        if retaliation:
            await self.tell_retaliation(case, f"{channel}|{key}")
        return await self._carry_out(
            case,
            command,
            lambda message_id: FollowUpAnswered(
                reference=case.reference,
                channel=channel,
                satisfied=satisfied,
                remedy_holds=remedy_holds,
                message_id=message_id,
            ),
            possible=lambda state: state == "closed",
        )

    async def tell_retaliation(self, case: Opened, cause: str) -> None:
        """Let protection alone know that somebody took revenge, once per cause."""
        told = f"Représailles signalées après la fin du dossier {case.reference}."
        await self._alert_protection(case, f"retaliation|{cause}", told)

    async def _alert_protection(self, case: Opened, cause: str, text: str) -> None:
        """File a protected case beside this one, once per cause; nobody is written to about it."""
        contacts = await self._reader.contacts(
            [case.grievance], service="intake", purpose="alert to protection"
        )
        known = contacts.get(case.grievance, {})
        submission = Submission(
            category="RETALIATION",
            language=case.language,
            text=text,
            contact=Contact(phone=known.get("sms"), email=known.get("email")),
        )
        await self._handlers.submit(
            submission,
            channel=ALERT,
            key=f"{case.grievance}|{cause}",
            raw={"text": text},
            body=text,
            cut=True,
        )

    async def appeal(
        self, case: Opened, *, channel: str, key: str, text: str | None = None
    ) -> Done:
        """Ask the next body to decide again; the ledger says whether that is possible."""
        return await self._carry_out(
            case,
            self._command("appeal", channel, key, _words(text), {}),
            lambda message_id: AppealLodged(
                reference=case.reference, channel=channel, message_id=message_id
            ),
            possible=lambda state: state in APPEALABLE,
        )

    async def reopen(
        self, case: Opened, *, channel: str, key: str, text: str | None = None
    ) -> Done:
        """Ask the same holder to take a closed case up again."""
        return await self._carry_out(
            case,
            self._command("reopening", channel, key, _words(text), {}),
            lambda message_id: ReopeningAsked(
                reference=case.reference, channel=channel, message_id=message_id
            ),
            possible=lambda state: state == "closed",
        )

    async def consent(
        self, cases: Sequence[Opened], *, channel: str, key: str, purpose: str, given: bool
    ) -> None:
        """Record a consent given or taken back on each of the cases."""
        cause = self._handlers.ids.key_hash(channel, key)
        for case in cases:
            data = ConsentChanged(
                reference=case.reference, channel=channel, purpose=purpose, given=given
            )
            await self._append(case, data, cause, self._clock.now())

    async def change_consent(
        self, case: Opened, *, channel: str, key: str, purpose: str, given: bool
    ) -> Done:
        """Record a consent that the complainant gives or takes back on one case."""
        body = {"purpose": purpose, "given": given}
        return await self._carry_out(
            case,
            self._command("consent", channel, key, None, body),
            lambda _: ConsentChanged(
                reference=case.reference, channel=channel, purpose=purpose, given=given
            ),
        )

    def _command(
        self, kind: str, channel: str, key: str, text: str | None, more: dict[str, Any]
    ) -> _Command:
        return _Command(kind, channel, key, text, {"text": text, **more}, self._seconds)

    async def _carry_out(
        self,
        case: Opened,
        command: _Command,
        data: Callable[[str | None], EventData],
        *,
        possible: Callable[[str], bool] = lambda _: True,
    ) -> Done:
        return await within(command.seconds, self._store_and_append(case, command, data, possible))

    async def _store_and_append(
        self,
        case: Opened,
        command: _Command,
        data: Callable[[str | None], EventData],
        possible: Callable[[str], bool],
    ) -> Done:
        cause = self._handlers.ids.key_hash(f"{command.channel}/{command.kind}", command.key)
        text_id = derived_id(case.grievance, command.kind, cause)
        fingerprint = self._handlers.ids.fingerprint(command.body)
        known: Document | None = await self._store.texts.find_one({"_id": text_id})
        if known is None:
            await self._check_state(case, command.kind, possible)
            document = await self._text_document(case, command, text_id, fingerprint)
            await self._keep_files(case, command, text_id)
            if await insert_new(self._store.texts, [document]):
                known = await self._store.texts.find_one({"_id": text_id})
            else:
                known = document
            replayed = known is not document
        else:
            replayed = True
        if known is None:
            raise TransientError("The store changed while it was written; send it again")
        if known["fingerprint"] != fingerprint:
            raise Invalid(OTHER_BODY)
        message_id = text_id if command.text or command.files else None
        await self._append(case, data(message_id), cause, known["at"])
        return Done(known["at"], message_id, replayed)

    async def _check_state(self, case: Opened, kind: str, possible: Callable[[str], bool]) -> None:
        status = (await self._store.statuses([case.grievance])).get(case.grievance)
        state = status["state"] if status else "received"
        final = bool(status and status.get("final"))
        if not possible(state):
            raise Conflict(
                f"The case is in the state {state}",
                state=state,
                possible=possibilities(state, final=final),
            )
        if kind == "appeal" and final:
            raise Conflict(
                f"The last body has the case: nobody is left here to appeal to. {_ELSE}",
                state=state,
                possible=possibilities(state, final=True),
            )
        until = window(status) if status and state == "closed" else None
        if kind in _WINDOWED and until and self._clock.now() > until:
            raise Conflict(
                f"This was possible until {format_time(until)}. {_ELSE}",
                state=state,
                possible=["messages"],
                until=format_time(until),
            )

    async def _text_document(
        self, case: Opened, command: _Command, text_id: str, fingerprint: str
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

    async def _keep_files(self, case: Opened, command: _Command, text_id: str) -> None:
        """Keep what came with the words before these: a repeat completes what a crash left."""
        if command.files:
            key = (await self._store.keys.for_sealing({case.person}))[case.person]
            documents = sealed_files(case.grievance, text_id, command.files, key)
            await insert_new(self._store.attachments, documents)

    async def _append(self, case: Opened, data: EventData, cause: str, at: datetime) -> None:
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
            if any(known.id == event.id for known in stream):
                return
            appended = await self._store.events.append([monotonic(event, last)])
            if not appended.conflicts:
                self._store.appended()
                return
        raise TransientError("Too many messages at once on this case; send it again")


def _words(text: str | None, *, cut: bool = False) -> str | None:
    words = clean(text) if text else ""
    if len(words) > LONGEST_TEXT:
        if not cut:
            reason = f"at most {LONGEST_TEXT:,} characters"
            raise Invalid("The text is too long", errors=[{"field": "text", "reason": reason}])
        words = words[:LONGEST_TEXT]
    return words or None
