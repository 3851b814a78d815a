"""Puts many open cases straight into the stores, in the exact shape in which the services write.

A few thousand cases are made by the services' own code (`exemplar.py`), each at a time of its own;
the others are those with another reference, and so with other ids, seals, keys and ciphertexts.
Intake's vault, keys, events and status, routing's decisions, the ledger's record and views and
notify's deliveries and facts are all there, their outboxes empty; Kafka's log and the services'
offsets are not touched, and there are no attachments, later messages or answers.
"""

import asyncio
import os
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from bson import CodecOptions, encode
from bson.raw_bson import RawBSONDocument
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from services.intake.identifiers import Identifiers, Identity
from services.intake.store import Deposit, IntakeStore, sealed_document
from services.intake.vault import KeyRing, PersonKey
from services.ledger.chain import GENESIS, entry_of, sealed_content
from services.ledger.paging import height_of
from services.ledger.views import CaseViews
from services.notify.store import Deliveries
from shared.clock import SystemClock, whole_milliseconds
from shared.due_queue import DueQueue
from shared.event_store import EventStore
from shared.events.ledger import CaseOpened
from shared.mongo import Client, Database, database
from tests.load.exemplar import Exemplar, Kind, Rulebook, build, varied
from tests.load.stencil import Stencil, names_in

Place = tuple[str, str]

KINDS: Final = (
    Kind(450, "LAND_CROP_DAMAGE"),
    Kind(100, "LAND_CROP_DAMAGE", begun=False),
    Kind(249, "WAGES"),
    Kind(100, "SURFACE_TAX"),
    Kind(100, "LAND_CROP_DAMAGE", danger=True),
    Kind(1, "OTHER"),
)
#: What is seeded: database and collection.
PLACES: Final[tuple[Place, ...]] = (
    ("vault_keys", "keys"),
    ("intake", "vault"),
    ("intake", "events"),
    ("intake", "status"),
    ("routing", "events"),
    ("ledger", "events"),
    ("ledger", "cases"),
    ("notify", "deliveries"),
    ("notify", "events"),
)
#: Kind of the cases whose dates have passed.
LATE: Final = KINDS[0]
_EXEMPLARS: Final = 500
_LATE_EXEMPLARS: Final = 200
_BATCH: Final = 500
_FRESH: Final = timedelta(hours=3)
_EARLIEST_WAKE: Final = timedelta(hours=2)
#: Past the warnings of the longest stage, so that the date itself has been missed.
_LEAST_LATE: Final = timedelta(days=12)
_MOST_LATE: Final = timedelta(days=700)


@dataclass(frozen=True)
class Secrets:
    """The secrets of the data folder under which intake reads what is seeded."""

    pepper: bytes
    master: bytes


@dataclass(frozen=True)
class Seeded:
    """What was seeded: how many cases, how many of them overdue, and some of their references."""

    cases: int
    overdue: int
    documents: int
    references: Mapping[str, Sequence[str]]


class Mould:
    """Makes cases of an exemplar: all documents of one, under the names of another reference."""

    def __init__(self, exemplar: Exemplar, only: Collection[Place]) -> None:
        self.exemplar = exemplar
        identity = exemplar.identity
        seals = [str(entry.chain) for entry in exemplar.entries]
        samples = (item.sample for item in exemplar.derived)
        own = (identity.reference, identity.grievance, identity.key_hash, _height(identity))
        names = names_in([*own, *samples, *seals])
        self._documents = [
            (place, Stencil(encode(document), names))
            for place, document in exemplar.documents
            if place in only
        ]
        self._contents = []
        for before, entry in zip([GENESIS, *seals[:-1]], exemplar.entries, strict=True):
            content = sealed_content(entry_of(entry), before)
            self._contents.append((str(entry.chain), Stencil(content, names)))

    def cast(self, identity: Identity) -> Iterator[tuple[Place, RawBSONDocument]]:
        """Yield the documents of a case with this identity, the vault's excepted."""
        own = self.exemplar.identity
        texts = {
            own.reference: identity.reference,
            own.grievance: identity.grievance,
            own.key_hash: identity.key_hash,
            _height(own): _height(identity),
        }
        for item in self.exemplar.derived:
            texts[item.sample] = item.derive(*(texts.get(part, part) for part in item.parts))
        names = {sample: text.encode() for sample, text in texts.items()}
        for seal, content in self._contents:
            names[seal] = sha256(content.fill(names)).hexdigest().encode()
        for place, stencil in self._documents:
            yield place, RawBSONDocument(stencil.fill(names), _RAW)


def _height(identity: Identity) -> str:
    """Return the BSON of the one number of a view that follows from the case's id."""
    return f"\x10height\0{chr(height_of(identity.grievance))}\0\0\0"


_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)


class Seeder:
    """Fills the databases of a store that no service works on meanwhile."""

    def __init__(
        self,
        client: Client,
        book: Rulebook,
        secrets: Secrets,
        now: datetime,
        *,
        only: Collection[Place] = PLACES,
        chance: int = 4,
    ) -> None:
        self._client, self._book, self._secrets, self._now = client, book, secrets, now
        self._only = frozenset(only)
        self._ids = Identifiers(secrets.pepper)
        self._chance = random.Random(chance)
        self._taken: set[str] = set()
        self.documents = 0

    def _database(self, name: str) -> Database:
        return database(self._client, f"recours_{name}")

    async def ensure_indexes(self) -> None:
        """Create the indexes of all services, as they do when they start."""
        clock = SystemClock()
        keys = KeyRing(self._database("vault_keys")["keys"], self._secrets.master)
        intake = self._database("intake")
        events = EventStore(intake, source="intake")
        await IntakeStore(intake, keys, events, lambda: None).ensure_indexes()
        for name in ("routing", "ledger", "notify"):
            await EventStore(self._database(name), source=name).ensure_indexes()
        views = CaseViews(self._database("ledger"))
        await views.ensure_indexes(DueQueue(views.collection, clock))
        await Deliveries(self._database("notify"), clock).ensure_indexes()

    async def seed(self, cases: int, overdue: int, tell: Callable[[str], None]) -> Seeded:
        """Store so many open cases, of which so many overdue; all the others are due later."""
        done = told = 0
        references: dict[str, list[str]] = {}
        batches: dict[Place, list[Any]] = {}
        for exemplar, count in self._plan(cases, overdue):
            mould = Mould(exemplar, self._only)
            for _ in range(count):
                identity = self._cast(mould, batches)
                done += 1
                if done % _BATCH == 0 or done == cases:
                    await self._store(batches)
                    batches.clear()
            references.setdefault(_holder(exemplar), []).append(identity.reference)
            if done - told >= cases // 10:
                told = done
                tell(f"seeded {done:,} of {cases:,} cases, {self.documents:,} documents")
        return Seeded(cases, overdue, self.documents, references)

    def _plan(self, cases: int, overdue: int) -> Iterator[tuple[Exemplar, int]]:
        """Yield exemplars and how many cases each stands for."""
        yield from self._late(overdue)
        rest = cases - overdue
        per_exemplar = max(1, rest // _EXEMPLARS)
        counts = {kind: rest * kind.of_thousand // 1000 for kind in KINDS}
        counts[KINDS[0]] += rest - sum(counts.values())
        for kind, count in counts.items():
            longest = self._built(kind, _FRESH).wake_at - self._now
            for start in range(0, count, per_exemplar):
                yield self._due_later(kind, longest), min(per_exemplar, count - start)

    def _due_later(self, kind: Kind, longest: timedelta) -> Exemplar:
        """Return a case of some age of which nothing is due yet: working days move the dates."""
        while True:
            exemplar = self._built(kind, _FRESH + longest * self._chance.random())
            if exemplar.wake_at > self._now + _EARLIEST_WAKE:
                return exemplar

    def _late(self, overdue: int) -> Iterator[tuple[Exemplar, int]]:
        """Yield cases whose date passed, each older than the one before, the last far older."""
        wait = self._built(LATE, timedelta(0)).wake_at - self._now
        per_exemplar = max(1, overdue // _LATE_EXEMPLARS)
        for start in range(0, overdue, per_exemplar):
            age = _LEAST_LATE + _MOST_LATE * ((start + per_exemplar) / overdue) ** 3
            yield self._built(LATE, wait + age), min(per_exemplar, overdue - start)

    def _built(self, kind: Kind, age: timedelta) -> Exemplar:
        return build(kind, whole_milliseconds(self._now - age), self._book, self._ids)

    def _identity(self) -> Identity:
        while True:
            identity = self._ids.identity("seed", str(len(self._taken)))
            number = 0
            while identity.reference in self._taken:
                number += 1
                identity = self._ids.identity("seed", str(len(self._taken)), number)
            self._taken.add(identity.reference)
            return identity

    def _cast(self, mould: Mould, batches: dict[Place, list[Any]]) -> Identity:
        """Add the documents of one more case to what is stored next."""
        identity = self._identity()
        for place, document in mould.cast(identity):
            batches.setdefault(place, []).append(document)
        if ("intake", "vault") not in self._only:
            return identity
        key, vault = self._vault(mould.exemplar, identity, len(self._taken))
        batches.setdefault(("vault_keys", "keys"), []).append(key)
        batches.setdefault(("intake", "vault"), []).append(vault)
        return identity

    async def _store(self, batches: Mapping[Place, list[Any]]) -> None:
        await asyncio.gather(
            *(
                self._database(name)[collection].insert_many(documents, ordered=False)
                for (name, collection), documents in batches.items()
            )
        )
        self.documents += sum(map(len, batches.values()))

    def _vault(
        self, exemplar: Exemplar, identity: Identity, number: int
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        prepared = varied(exemplar.prepared, number)
        person = self._ids.person(None, prepared.reach.email)
        key = PersonKey(os.urandom(8).hex(), os.urandom(32))
        deposit = Deposit(
            identity=identity,
            fingerprint=identity.key_hash,
            person=person,
            channel="web",
            received_at=exemplar.received_at,
            prepared=prepared,
            raw=b"{}",
            batch=None,
            traceparent=None,
        )
        wrapped = aes_key_wrap(self._secrets.master, key.secret)
        return (
            {"_id": person, "kid": key.kid, "wrapped": wrapped},
            sealed_document(deposit, key),
        )


def _holder(exemplar: Exemplar) -> str:
    opened = exemplar.entries[0].data
    assert isinstance(opened, CaseOpened)
    return opened.route.holder
