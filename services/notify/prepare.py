"""Making a delivery ready: the way to the party, the hour, and the words; none of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.notify.audience import COMPLAINANT, Audiences
from services.notify.contacts import Contacts
from services.notify.domain import Contact, Outcome, way_to
from services.notify.recorder import Recorder
from services.notify.senders.sender import Message
from services.notify.store import Deliveries, told_by
from services.notify.templates import Templates, render, render_joined
from shared.clock import Clock
from shared.directory import Organisations
from shared.errors import TransientError
from shared.hours import quiet_until, safe_windows
from shared.ids import derived_id
from shared.mongo import Document
from shared.policy_file import PolicyError, PolicySource

log = structlog.get_logger("recours.notify")

#: A receipt counts as the answer to a message just sent for this long (real time).
_DIRECT_ANSWER: Final = timedelta(minutes=30)
#: A mail tells at most so many things: longer ones are not read.
_MOST_JOINED: Final = 50
#: The way to somebody of whom it is known from the start that none can be reached.
NOWHERE: Final = "none"
NO_MESSAGE: Final = Message("", (), "")


@dataclass(frozen=True)
class Links:
    """The one address that stands in each message."""

    tracking: str
    desk: str


@dataclass(frozen=True)
class Ready:
    """A message with the deliveries it carries out: one, or those of an office that were joined.

    `items` are the notices that a daily mail tells.
    """

    deliveries: tuple[Document, ...]
    channel: str
    message: Message
    items: tuple[Document, ...] = ()


class Preparing:
    """Asks the vault for addresses and fills templates, at the moment of sending."""

    def __init__(
        self,
        contacts: Contacts,
        deliveries: Deliveries,
        recorder: Recorder,
        policy: PolicySource,
        clock: Clock,
        links: Links,
    ) -> None:
        self._contacts = contacts
        self._deliveries = deliveries
        self._recorder = recorder
        self._policy = policy
        self._clock = clock
        self._links = links

    async def prepare(
        self, documents: Sequence[Document]
    ) -> list[tuple[tuple[Document, ...], Ready | Outcome | datetime | None]]:
        """Return per message its deliveries, and it, an outcome, when to look again, or None.

        Mails of one office that wait together are joined: however many cases come in at once, an
        office gets few mails, and none of them waits for that.
        """
        alone, joined = self._joined(documents)
        contacts = await self._contacts_of(alone)
        return [
            *[((document,), await self._one(document, contacts)) for document in alone],
            *[(group, self._to_office_joined(group)) for group in joined],
        ]

    def _joined(
        self, documents: Sequence[Document]
    ) -> tuple[list[Document], list[tuple[Document, ...]]]:
        """Tell apart deliveries that go by themselves and groups that share a mail."""
        alone: list[Document] = []
        offices: dict[str, list[Document]] = {}
        severities = self._policy.current.get(Audiences).alone
        for delivery in documents:
            single = delivery["recipient"] == COMPLAINANT or delivery["reference"] is None
            if single or delivery["params"].get("severity") in severities:
                alone.append(delivery)
            else:
                offices.setdefault(delivery["recipient"], []).append(delivery)
        groups = [
            tuple(waiting[start : start + _MOST_JOINED])
            for waiting in offices.values()
            for start in range(0, len(waiting), _MOST_JOINED)
        ]
        alone += [group[0] for group in groups if len(group) == 1]
        return alone, [group for group in groups if len(group) > 1]

    async def _contacts_of(self, documents: Sequence[Document]) -> dict[str, Contact] | None:
        people = sorted(
            {
                d["subject"]
                for d in documents
                if d["recipient"] == COMPLAINANT and d["channel"] != NOWHERE
            }
        )
        if not people:
            return {}
        try:
            return await self._contacts.fetch(people)
        except TransientError as error:
            log.warning("the vault is away, notices wait", reason=error.detail, count=len(people))
            return None

    async def _one(
        self, delivery: Document, contacts: dict[str, Contact] | None
    ) -> Ready | Outcome | datetime | None:
        if delivery["channel"] == NOWHERE:
            return Outcome("skipped", "no-address")
        if delivery["recipient"] == COMPLAINANT:
            if contacts is None:
                return Outcome("retry", "vault-away")
            return self._to_complainant(delivery, contacts.get(delivery["subject"]))
        if delivery["reference"] is None and not delivery.get("alert"):
            return await self._daily_mail(delivery)
        return self._to_office(delivery, ())

    def _to_complainant(
        self, delivery: Document, contact: Contact | None
    ) -> Ready | Outcome | datetime:
        way = way_to(contact, delivery["channel"])
        if isinstance(way, Outcome) or contact is None:
            return way if isinstance(way, Outcome) else Outcome("skipped", "erased")
        channel, address = way
        now = self._clock.now()
        if channel == "sms":
            hold = quiet_until(
                now, safe_windows(contact.safe_times), exempt=self._exempt(delivery, now)
            )
            if hold is not None:
                return hold
        return self._rendered(delivery, channel, (address,), contact.language)

    def _exempt(self, delivery: Document, now: datetime) -> bool:
        if not delivery.get("quiet_exempt"):
            return False
        exempt = self._policy.current.get(Audiences).quiet_exempt
        fresh = now - delivery["at"] <= _DIRECT_ANSWER * max(1.0, self._clock.speed)
        return fresh or delivery["params"].get("severity") in exempt

    async def _daily_mail(self, delivery: Document) -> Ready | Outcome | None:
        items = await self._deliveries.taken_by(delivery)
        settled = await self._recorder.settled(items) if delivery["maybe_twice"] else {}
        if settled:
            await self._deliveries.finish(
                told_by(delivery, item, {"state": settled[item["_id"]]})
                for item in items
                if item["_id"] in settled
            )
        items = [item for item in items if item["_id"] not in settled]
        return self._to_office(delivery, tuple(items)) if items else None

    def _to_office(self, delivery: Document, items: tuple[Document, ...]) -> Ready | Outcome:
        body = self._policy.current.get(Organisations).find(delivery["recipient"])
        if body is None or not body.emails:
            ready = Ready((delivery,), "email", NO_MESSAGE, items)
            return ready if items else Outcome("failed", "no-address")
        return self._rendered(delivery, "email", body.emails, "fr", items)

    def _to_office_joined(self, group: tuple[Document, ...]) -> Ready | Outcome:
        bundle = self._policy.current
        directory = bundle.get(Organisations)
        body = directory.find(group[0]["recipient"])
        if body is None or not body.emails:
            return Outcome("failed", "no-address")
        try:
            rendered = render_joined(
                bundle.get(Templates),
                directory,
                notice=bundle.get(Audiences).joined_notice,
                parts=[(d["notice"], d["audience"], d["params"]) for d in group],
                link=self._links.desk,
                now=self._clock.now(),
            )
        except PolicyError:
            return Outcome("failed", "no-template")
        ids = tuple(delivery["_id"] for delivery in group)
        ident = derived_id("joined", *ids)
        message = Message(ident, body.emails, rendered.text, rendered.subject, notices=ids)
        return Ready(group, "email", message)

    def _rendered(
        self,
        delivery: Document,
        channel: str,
        to: tuple[str, ...],
        language: str,
        items: tuple[Document, ...] = (),
    ) -> Ready | Outcome:
        bundle = self._policy.current
        person = delivery["recipient"] == COMPLAINANT
        try:
            rendered = render(
                bundle.get(Templates),
                bundle.get(Organisations),
                notice=delivery["notice"],
                audience=delivery["audience"],
                channel=channel,
                language=language,
                params=delivery["params"],
                link=self._links.tracking if person else self._links.desk,
                now=self._clock.now(),
                items=[item["params"] for item in items],
            )
        except PolicyError:
            return Outcome("failed", "no-template")
        message = Message(delivery["_id"], to, rendered.text, rendered.subject, language)
        return Ready((delivery,), channel, message, items)
