"""Sessions: a random token that only its holder has; the store keeps its hash."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.ledger.accounts.locks import Locks, fresh_session
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import RESTRICTED_FOR, Account, Must, Session
from shared.clock import Clock
from shared.mongo import ASCENDING, Collection, Database, Document

#: A session notes that it was used no more often than this.
_NOTE_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Lifetimes:
    """How long a session lasts unused, and at most."""

    idle: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class Begun:
    """A session that has just begun, with the token that is shown this once."""

    token: str
    session: Session


class Sessions:
    """The sessions of all accounts."""

    def __init__(self, db: Database, locks: Locks, clock: Clock, lifetimes: Lifetimes) -> None:
        self.collection: Collection = db["account_sessions"]
        self._locks, self._clock = locks, clock
        self.lifetimes = lifetimes

    async def ensure_indexes(self) -> None:
        """Create the index by account, to end all of one's sessions."""
        await self.collection.create_index([("account", ASCENDING)], name="account")

    async def begin(self, account: Entry[Account], must: Must | None = None) -> Begun:
        """Begin a session of an account as it stands now; restricted to `must` when given."""
        now = self._clock.now()
        session = Session(
            account=account.id,
            organisation=account.state.organisation,
            generation=account.state.generation,
            must=must,
            began=now,
            seen=now,
            until=now + (RESTRICTED_FOR if must else self.lifetimes.longest),
        )
        token = fresh_session()
        await self.collection.insert_one({"_id": self.key(token), **session.model_dump()})
        return Begun(token, session)

    def key(self, token: str) -> str:
        """Return under what a token's session is kept."""
        return self._locks.hashed("session", token)

    async def find(self, token: str) -> Session | None:
        """Return the session of a token as it is kept; the caller checks whether it holds."""
        document = await self.collection.find_one({"_id": self.key(token)})
        return Session.model_validate(document) if document else None

    async def note_use(self, token: str, session: Session) -> None:
        """Keep that a session is in use, at most once a minute."""
        now = self._clock.now()
        if now - session.seen >= _NOTE_EVERY:
            await self.collection.update_one({"_id": self.key(token)}, {"$set": {"seen": now}})

    async def keep_pending(self, token: str, sealed: bytes) -> None:
        """Keep a second factor that is being set up, until its first code confirms it."""
        await self.collection.update_one({"_id": self.key(token)}, {"$set": {"pending": sealed}})

    async def pending(self, token: str) -> bytes | None:
        """Return the second factor that is being set up."""
        document: Document | None = await self.collection.find_one({"_id": self.key(token)})
        found: Any = document.get("pending") if document else None
        return bytes(found) if found is not None else None

    async def end(self, token: str) -> None:
        """End one session."""
        await self.collection.delete_one({"_id": self.key(token)})

    async def end_all(self, account: str) -> None:
        """Delete the sessions of an account; those of an earlier generation hold no more anyway."""
        await self.collection.delete_many({"account": account})

    async def purge(self) -> None:
        """Delete sessions that are over."""
        now: datetime = self._clock.now()
        await self.collection.delete_many({"until": {"$lt": now}})
