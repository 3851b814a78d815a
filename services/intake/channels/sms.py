"""What each text message becomes, whichever gateway it came through."""

from dataclasses import dataclass
from typing import Any

from services.intake.access import Opened, opened
from services.intake.channels import sms_text
from services.intake.channels.keywords import Wish, read_wish
from services.intake.followups import FollowUps
from services.intake.handlers import Handlers, within
from services.intake.phones import read_phone
from services.intake.possible import ANSWERABLE, Question, question_of
from services.intake.submission import LONGEST_GIVEN, LONGEST_LINE, Contact, Submission
from shared.errors import Conflict
from shared.mongo import Document, insert_new


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message as a gateway handed it in; `key` is the gateway's own id of it."""

    channel: str
    key: str
    sender: str
    text: str
    raw: Any


class SmsDesk:
    """Carries out what a text message asks for and returns the reply.

    A number that filed nothing never learns anything about a reference, not even that it exists.
    """

    def __init__(
        self, handlers: Handlers, followups: FollowUps, *, store_seconds: float = 3.0
    ) -> None:
        self._handlers = handlers
        self._followups = followups
        self._store = handlers.store
        self._seconds = store_seconds

    async def receive(self, message: TextMessage) -> str:
        """Return the reply to a message; a repeat is carried out once and gets the same reply."""
        wish = read_wish(message.text)
        if wish.action == "nothing":
            return sms_text.EMPTY
        if wish.action == "grievance":
            return await self._file(message)
        return await within(2 * self._seconds, self._once(message, wish))

    async def opt(self, message: TextMessage, *, out: bool) -> None:
        """Record that the gateway itself took an opt-out or opt-in."""
        await within(2 * self._seconds, self._once(message, Wish("stop" if out else "start")))

    async def _once(self, message: TextMessage, wish: Wish) -> str:
        # The mark is set at the end: a crash in between repeats steps that are harmless to repeat.
        inbox_id = self._handlers.ids.key_hash(message.channel, message.key)
        done: Document | None = await self._store.inbox.find_one({"_id": inbox_id})
        if done is not None:
            return str(done["reply"])
        reply = await self._carry_out(message, wish)
        if reply is None:
            return await self._file(message)
        now = self._handlers.clock.now()
        await insert_new(self._store.inbox, [{"_id": inbox_id, "at": now, "reply": reply}])
        return reply

    async def _carry_out(self, message: TextMessage, wish: Wish) -> str | None:
        """Return the reply, or None when the message is a new grievance after all."""
        person = self._person(message.sender)
        cases = await self._cases(person)
        if wish.action in ("stop", "start"):
            return await self._opt(message, person, cases, out=wish.action == "stop")
        if wish.reference is not None:
            named = [case for case in cases if case.reference == wish.reference]
            if not named:
                # Not a reference of this number: words are kept as a new grievance, a mere
                # question gets the same answer as for a reference that does not exist.
                return None if wish.action == "message" else sms_text.NO_REFERENCE
            cases = named
        if not cases:
            return sms_text.NO_REFERENCE
        if wish.action == "status":
            return await self._status(cases[0])
        if wish.action == "message":
            await self._followups.message(
                cases[0], channel=message.channel, key=message.key, text=wish.text, cut=True
            )
            return sms_text.ADDED.format(reference=cases[0].reference)
        return await self._answer(message, cases, wish)

    def _person(self, sender: str) -> str | None:
        phone = read_phone(sender)
        return self._handlers.ids.person(phone.e164 if phone.mobile else None, None)

    async def _cases(self, person: str | None) -> list[Opened]:
        if person is None:
            return []
        found = await self._store.of_person(person, self._handlers.clock.now())
        return [opened(document) for document in found]

    async def _opt(
        self, message: TextMessage, person: str | None, cases: list[Opened], *, out: bool
    ) -> str:
        if person is not None:
            await self._store.preferences.update_one(
                {"_id": f"{person}|sms"},
                {"$set": {"out": out, "at": self._handlers.clock.now()}},
                upsert=True,
            )
        statuses = await self._store.statuses([case.grievance for case in cases])
        still_open = [
            case
            for case in cases
            if case.grievance not in statuses or statuses[case.grievance]["state"] != "closed"
        ]
        await self._followups.consent(
            still_open, channel=message.channel, key=message.key, purpose="notices", given=not out
        )
        return sms_text.STOPPED if out else sms_text.STARTED

    async def _status(self, case: Opened) -> str:
        view = await self._store.status_of(case.grievance)
        return sms_text.status_text(
            case.reference,
            view["state"] if view else "received",
            view["due_at"] if view else None,
            question_of(view),
        )

    async def _answer(self, message: TextMessage, cases: list[Opened], wish: Wish) -> str:
        agreed = bool(wish.agreed)
        statuses = await self._store.statuses([case.grievance for case in cases])
        waiting = [
            case for case in cases if statuses.get(case.grievance, {}).get("state") in ANSWERABLE
        ]
        if not waiting:
            return sms_text.NOTHING_ASKED
        if len(waiting) > 1:
            return sms_text.which_text(wish, [case.reference for case in waiting])
        case = waiting[0]
        question = question_of(statuses[case.grievance])
        if question and not _meant(question, wish):
            return sms_text.newer_text(case.reference, question)
        there = question.items if question else frozenset()
        if not there.issuperset(wish.items):
            return sms_text.numbers_text(case.reference, sorted(there), question)
        try:
            await self._followups.answer(
                case,
                channel=message.channel,
                key=message.key,
                agreed=agreed,
                items=wish.items or None,
                question=question.number if question else None,
            )
        except Conflict:  # the case went on while the message was read
            return await self._status(case)
        return sms_text.answered_text(case.reference, wish)

    async def _file(self, message: TextMessage) -> str:
        # A gateway cannot mend what it hands in: all of it is in `raw`, the rest is cut.
        submission = Submission(
            text=message.text[:LONGEST_GIVEN],
            contact=Contact(phone=message.sender[:LONGEST_LINE], preferred="sms"),
        )
        receipt = await self._handlers.submit(
            submission,
            channel=message.channel,
            key=message.key,
            raw=message.raw,
            body={"sender": message.sender, "text": message.text},
            cut=True,
        )
        return sms_text.RECEIVED.format(reference=receipt.reference)


def _meant(question: Question, wish: Wish) -> bool:
    """Tell whether an answer is for this question: without a letter it is for the first one.

    A text message may come days late, or be about a proposal that was replaced meanwhile. Only
    the letter, which whoever asks for the status is told, shows that the new one is known.
    """
    return wish.letter == question.letter or (wish.letter is None and question.number == 1)
