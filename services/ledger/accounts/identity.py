"""What accounts stand on, and who a credential belongs to at this moment."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.ledger.accounts.hashing import Hasher
from services.ledger.accounts.locks import Locks
from services.ledger.accounts.permits import scope_needed
from services.ledger.accounts.records import Entry, Records
from services.ledger.accounts.rules import (
    Account,
    Credential,
    KeyHash,
    Organisation,
    Session,
    account_after,
    credential_after,
    credential_holds,
    organisation_after,
    session_holds,
)
from services.ledger.accounts.sessions import Lifetimes, Sessions
from services.ledger.accounts.throttle import Limits, Throttle
from services.ledger.alerts import Alerts
from shared.access import CREDENTIAL, SESSION, Caller, read_token
from shared.clock import Clock
from shared.directory import OrganisationKind, Organisations
from shared.errors import Forbidden, Invalid, Unauthorized
from shared.event_store import EventStore
from shared.events.ledger import OfficeAlerted
from shared.ids import derived_id
from shared.mongo import Collection, Database

_KNOWN_FOR: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Signed:
    """Somebody who is signed in: the token, its session, and the account behind it."""

    token: str
    session: Session
    account: Entry[Account]

    @property
    def caller(self) -> Caller:
        """The account as cases know it; no name, only its id."""
        state = self.account.state
        return Caller(self.account.id, state.role, state.organisation, state.lead)


class ClosedOrganisations:
    """Which organisations administrators have closed, known for a second without a read.

    For signed tokens, which programs send with each request by the hundred: another process that
    closes an organisation is heard of a second later. Sessions and credentials are looked up anew.
    """

    def __init__(self, organisations: Records[Organisation], clock: Clock) -> None:
        self._organisations, self._clock = organisations, clock
        self._closed: frozenset[str] = frozenset()
        self._read: datetime | None = None
        self._reading = asyncio.Lock()

    def _is_old(self) -> bool:
        read = self._read
        return read is None or not timedelta(0) <= self._clock.now() - read < _KNOWN_FOR

    async def has(self, organisation: str | None) -> bool:
        """Tell whether an organisation is closed."""
        if organisation is None:
            return False
        if self._is_old():
            async with self._reading:  # whoever else asks meanwhile waits for the same read
                if self._is_old():
                    now = self._clock.now()
                    found = await self._organisations.all({"state.open": False})
                    self._closed, self._read = frozenset(entry.id for entry in found), now
        return organisation_id(organisation) in self._closed

    def forget(self) -> None:
        """Read anew at the next question."""
        self._read = None


@dataclass(frozen=True)
class Identity:
    """The collaborators of everything that concerns accounts."""

    locks: Locks
    hasher: Hasher
    throttle: Throttle
    sessions: Sessions
    accounts: Records[Account]
    organisations: Records[Organisation]
    credentials: Records[Credential]
    closed: ClosedOrganisations
    steps: Collection
    directory: Callable[[], Organisations]
    clock: Clock
    token_key: str
    alerts: Alerts

    async def tell_recovery(self, organisation: str | None, cause: str) -> None:
        """Tell an organisation's office that one of its accounts is being recovered."""
        if organisation is None:
            return
        alert = OfficeAlerted(
            what="account-recovered", to=organisation, about=organisation, since=self.clock.now()
        )
        await self.alerts.tell(alert, f"recovery:{cause}")

    async def ensure_indexes(self) -> None:
        """Create the indexes, and bring up to date what a crash left behind."""
        await self.sessions.ensure_indexes()
        for records in (self.accounts, self.organisations, self.credentials):
            await records.ensure_indexes()
            await records.catch_up()

    async def purge(self) -> None:
        """Delete what is over."""
        await self.sessions.purge()
        await self.throttle.purge()

    def kind_of(self, organisation: str | None) -> OrganisationKind | None:
        """Return what an organisation is; raises Invalid when the directory has none such."""
        if organisation is None:
            return None
        found = self.directory().find(organisation)
        if found is None:
            reason = "is not in the directory"
            error = {"field": "organisation", "reason": reason}
            raise Invalid(f"The organisation {reason}", errors=[error])
        return found.kind

    async def acts(self, organisation: str | None) -> bool:
        """Tell whether people and programs may act for an organisation now."""
        if organisation is None:
            return True
        found = self.directory().find(organisation)
        return found is not None and found.open and not await self.was_closed(organisation)

    async def was_closed(self, organisation: str) -> bool:
        """Tell whether an administrator has closed an organisation."""
        said = await self.organisations.seen(organisation_id(organisation))
        return said is not None and not said.state.open

    async def identify(self, credential: str, method: str, path: str) -> Caller:
        """Return who calls; raises Unauthorized, or Forbidden for what the credential is not for.

        Asked anew for each request: what was closed or revoked is refused from then on.
        """
        if credential.startswith(SESSION):
            signed = await self.signed_in(credential)
            if signed.session.must is not None:
                raise Forbidden("Set up the second factor first", must=signed.session.must)
            return signed.caller
        if credential.startswith(CREDENTIAL):
            return await self._program(credential, scope_needed(method, path))
        caller = read_token(self.token_key, credential)
        known = self.directory().find(caller.organisation)
        if (known is not None and not known.open) or await self.closed.has(caller.organisation):
            raise Unauthorized("The token is not valid or has expired")
        return caller

    async def signed_in(self, token: str) -> Signed:
        """Return whose session a token is, also a restricted one; raises Unauthorized."""
        session = await self.sessions.find(token) if token.startswith(SESSION) else None
        if session is None:
            raise _over()
        account, acts = await asyncio.gather(
            self.accounts.seen(session.account), self.acts(session.organisation)
        )
        now, idle = self.clock.now(), self.sessions.lifetimes.idle
        if account is None or not session_holds(session, account.state, now, idle):
            await self.sessions.end(token)
            raise _over()
        if not acts:
            raise _over()
        await self.sessions.note_use(token, session)
        return Signed(token, session, account)

    async def _program(self, credential: str, scope: str | None) -> Caller:
        ident, _, _ = credential.removeprefix(CREDENTIAL).partition(".")
        entry = await self.credentials.seen(ident)
        hashed = self.locks.hashed("credential", credential)
        keys = keys_of(entry) if entry else ()
        if entry is None or not credential_holds(entry.state, keys, hashed, self.clock.now()):
            raise Unauthorized("The credential is not valid or has expired")
        if not await self.acts(entry.state.organisation):
            raise Unauthorized("The credential is not valid or has expired")
        if scope is None or scope not in entry.state.scopes:
            raise Forbidden("The credential was not issued for this", needed=scope)
        return Caller(entry.id, entry.state.role, entry.state.organisation)


def keys_of(entry: Entry[Credential]) -> tuple[KeyHash, ...]:
    """Return the secrets of a credential (their hashes), the newest first."""
    return tuple(KeyHash.model_validate(key) for key in entry.secrets.get("keys", ()))


def organisation_id(organisation: str) -> str:
    """Return the stream of what administrators say about an organisation."""
    return derived_id("organisation", organisation)


def _over() -> Unauthorized:
    return Unauthorized("The session is over; sign in again")


def organisation_records(db: Database, clock: Clock) -> Records[Organisation]:
    """Return what administrators say about organisations."""
    events = EventStore(db, source="ledger", collection="account_events")
    return Records(events, db["account_organisations"], Organisation, organisation_after, clock)


def build_identity(
    db: Database,
    organisations: Records[Organisation],
    *,
    key: str,
    token_key: str,
    clock: Clock,
    directory: Callable[[], Organisations],
    hasher: Hasher,
    limits: Limits,
    lifetimes: Lifetimes,
    alerts: Alerts,
) -> Identity:
    """Put together what accounts stand on, in the ledger's own database."""
    events = EventStore(db, source="ledger", collection="account_events")
    locks = Locks(key)
    return Identity(
        locks=locks,
        hasher=hasher,
        throttle=Throttle(db, clock, limits),
        sessions=Sessions(db, locks, clock, lifetimes),
        accounts=Records(events, db["accounts"], Account, account_after, clock),
        organisations=organisations,
        closed=ClosedOrganisations(organisations, clock),
        credentials=Records(events, db["account_credentials"], Credential, credential_after, clock),
        steps=db["account_steps"],
        directory=directory,
        clock=clock,
        token_key=token_key,
        alerts=alerts,
    )
