"""Credentials of programs: an organisation's own system, a partner, a service."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from services.ledger.accounts.events import (
    CredentialIssued,
    CredentialRevoked,
    CredentialRotated,
)
from services.ledger.accounts.identity import Identity, keys_of
from services.ledger.accounts.locks import fresh_credential
from services.ledger.accounts.manage import Order
from services.ledger.accounts.permits import Scope, check_role, require_administrator
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import (
    LONGEST_CREDENTIAL,
    LONGEST_OVERLAP,
    Credential,
    Decided,
    KeyHash,
    rotated,
)
from shared.access import Role
from shared.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True)
class Asked:
    """A credential that is to be."""

    organisation: str | None
    role: Role
    scopes: tuple[Scope, ...]
    expires_at: datetime


@dataclass(frozen=True)
class Issued:
    """A credential with its secret, shown this once."""

    credential: Entry[Credential]
    secret: str


async def issue(identity: Identity, order: Order, asked: Asked) -> Issued:
    """Give a program a credential; none can administer."""
    require_administrator(order.caller)
    if asked.role == "administrator":
        raise _wrong("role", "no credential administers")
    check_role(asked.role, identity.kind_of(asked.organisation))
    if not asked.scopes:
        raise _wrong("scopes", "at least one is needed")
    now = identity.clock.now()
    if not now < asked.expires_at <= now + LONGEST_CREDENTIAL:
        raise _wrong("expires_at", f"within {LONGEST_CREDENTIAL.days} days from now")
    ident = uuid4().hex
    secret = fresh_credential(ident)
    hashed = KeyHash(hash=identity.locks.hashed("credential", secret))
    data = CredentialIssued(
        by=order.by,
        role=asked.role,
        organisation=asked.organisation,
        scopes=tuple(sorted(set(asked.scopes))),
        expires_at=asked.expires_at,
    )
    decided = Decided(data, {"keys": [hashed.model_dump()]})
    return Issued(await identity.credentials.change(ident, lambda _: decided, order.cause), secret)


async def rotate(identity: Identity, order: Order, ident: str, overlap: timedelta) -> Issued:
    """Give a credential a new secret; the one before it serves on for a while."""
    require_administrator(order.caller)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise _wrong("overlap_hours", f"at most {LONGEST_OVERLAP.days} days")
    secret = fresh_credential(ident)
    hashed, until = identity.locks.hashed("credential", secret), identity.clock.now() + overlap

    def decide(entry: Entry[Credential] | None) -> Decided:
        current = _serving(entry)
        keys = rotated(keys_of(current), hashed, until)
        data = CredentialRotated(by=order.by, overlap_until=until)
        return Decided(data, {"keys": [key.model_dump() for key in keys]})

    return Issued(await identity.credentials.change(ident, decide, order.cause), secret)


async def revoke(identity: Identity, order: Order, ident: str) -> Entry[Credential]:
    """Make a credential useless at once."""
    require_administrator(order.caller)

    def decide(entry: Entry[Credential] | None) -> Decided:
        _serving(entry)
        return Decided(CredentialRevoked(by=order.by), {"keys": None})

    return await identity.credentials.change(ident, decide, order.cause)


async def listed(identity: Identity, order: Order) -> list[Entry[Credential]]:
    """Return all credentials, without their secrets."""
    require_administrator(order.caller)
    return await identity.credentials.all({})


def _serving(entry: Entry[Credential] | None) -> Entry[Credential]:
    if entry is None:
        raise NotFound("There is no such credential")
    if entry.state.revoked:
        raise Conflict("The credential was revoked")
    return entry


def _wrong(name: str, reason: str) -> Invalid:
    return Invalid(f"{name}: {reason}", errors=[{"field": name, "reason": reason}])
