"""Accounts, credentials, organisations and sessions: what they are and how events change them.

Pure. What is secret stands beside the events and is never part of them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from services.ledger.accounts import events as happened
from services.ledger.accounts.permits import Scope
from shared import directory
from shared.errors import Conflict, Invalid
from shared.events.envelope import EventData
from shared.events.ledger import Actor
from shared.roles import Role

Must = Literal["second-factor"]

#: How long an invitation may wait for its holder.
INVITATION_FOR: Final = timedelta(hours=72)
#: How long a session that may only set up the second factor lasts.
RESTRICTED_FOR: Final = timedelta(minutes=15)
LONGEST_CREDENTIAL: Final = timedelta(days=400)
LONGEST_OVERLAP: Final = timedelta(days=7)


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Account(_State):
    """An account: a role in an organisation. `generation` counts what ends all its sessions.

    `away_until` is the last day (ISO) on which its holder is away.
    """

    role: Role
    organisation: str | None
    lead: bool = False
    state: Literal["invited", "open", "closed"] = "invited"
    secured: bool = False
    linked: bool = False
    generation: int = 1
    away_until: str | None = None


class AccountSecrets(_State):
    """What only the holder of an account knows, as hashes or sealed; `login` is its name."""

    login: str
    passphrase: str | None = None
    totp: bytes | None = None
    recovery: tuple[str, ...] = ()
    invitation: str | None = None
    invitation_until: datetime | None = None
    subject: str | None = None


class Organisation(_State):
    """What administrators have said about an organisation, beside the directory's file."""

    id: str = ""
    open: bool = True
    described: directory.Organisation | None = None
    issuer: str | None = None
    client_id: str | None = None


class Credential(_State):
    """A program that works for an organisation; only for what its scopes say."""

    role: Role
    organisation: str | None
    scopes: tuple[Scope, ...]
    expires_at: datetime
    revoked: bool = False


class KeyHash(_State):
    """The hash of one secret of a credential; `until` when a newer one follows it."""

    hash: str
    until: datetime | None = None


class Session(_State):
    """A signed-in person; `must` names what has to be done before anything else."""

    account: str
    organisation: str | None
    generation: int
    must: Must | None
    began: datetime
    seen: datetime
    until: datetime


@dataclass(frozen=True)
class Decided:
    """An event, and the secrets that go with it: a value to set, or None to forget it."""

    data: EventData
    secrets: dict[str, Any] = field(default_factory=dict)


_FORGET: Final[dict[str, Any]] = dict.fromkeys(
    ("passphrase", "totp", "recovery", "invitation", "invitation_until", "subject")
)


def account_after(account: Account | None, data: EventData) -> Account:
    """Return an account as an event leaves it."""
    if isinstance(data, happened.AccountCreated):
        return Account.model_validate(data.model_dump(exclude={"by"}))
    if account is None:
        raise ValueError(f"{data.type} of an account that was never created")
    changes: dict[str, Any] = {}
    match data:
        case happened.AccountChanged():
            changes = {"role": data.role, "lead": data.lead}
        case happened.AccountRecovered():
            secured = account.secured and not data.second_factor_reset
            changes = {"state": "invited", "secured": secured, "linked": False}
        case happened.AccountClosed():
            changes = {"state": "closed", "secured": False, "linked": False}
        case happened.AccountReopened():
            changes = {"state": "invited"}
        case happened.PassphraseSet():
            changes = {"state": "open"}
        case happened.SecondFactorSet():
            changes = {"secured": True}
        case happened.AccountLinked():
            changes = {"linked": True, "state": "open"}
        case happened.AccountAbsent():
            return account.model_copy(
                update={"away_until": data.until.isoformat() if data.until else None}
            )
        case happened.RecoveryCodeUsed() | happened.PassphraseRehashed():
            return account
    return account.model_copy(update={**changes, "generation": account.generation + 1})


def organisation_after(organisation: Organisation | None, data: EventData) -> Organisation:
    """Return an organisation as an event leaves it; unheard of, it is open."""
    before = organisation or Organisation()
    if before.id == "":
        before = before.model_copy(update={"id": getattr(data, "organisation", "")})
    match data:
        case happened.OrganisationDescribed():
            return before.model_copy(update={"described": data.described})
        case happened.OrganisationClosed():
            return before.model_copy(update={"open": False})
        case happened.OrganisationReopened():
            return before.model_copy(update={"open": True})
        case happened.ProviderSet():
            return before.model_copy(update={"issuer": data.issuer, "client_id": data.client_id})
    return before


def credential_after(credential: Credential | None, data: EventData) -> Credential:
    """Return a credential as an event leaves it."""
    if isinstance(data, happened.CredentialIssued):
        return Credential.model_validate(data.model_dump(exclude={"by"}))
    if credential is None:
        raise ValueError(f"{data.type} of a credential that was never issued")
    if isinstance(data, happened.CredentialRevoked):
        return credential.model_copy(update={"revoked": True})
    return credential


def invited(data: EventData, invitation: str, now: datetime, **secrets: Any) -> Decided:
    """Return an event together with a fresh invitation (its hash)."""
    until = now + INVITATION_FOR
    return Decided(data, {"invitation": invitation, "invitation_until": until, **secrets})


def decide_recovery(
    account: Account, by: Actor, invitation: str, now: datetime, *, reset: bool
) -> Decided:
    """Invite the holder anew: the passphrase is void at once, the second factor when lost."""
    if account.state == "closed":
        raise Conflict("The account is closed")
    gone: dict[str, Any] = {"passphrase": None, "subject": None}
    if reset:
        gone |= {"totp": None, "recovery": None}
    data = happened.AccountRecovered(by=by, second_factor_reset=reset)
    return invited(data, invitation, now, **gone)


def decide_closing(account: Account, by: Actor) -> Decided:
    """Close an account: what its holder knew is of no use any more."""
    if account.state == "closed":
        raise Conflict("The account is closed")
    return Decided(happened.AccountClosed(by=by), dict(_FORGET))


def is_away(account: Account, today: date) -> bool:
    """Tell whether a holder said that they are away on a day."""
    return account.away_until is not None and account.away_until >= today.isoformat()


def decide_absence(account: Account, by: Actor, until: date | None, today: date) -> Decided:
    """Let a holder be away until a day, or be back: None."""
    if account.state == "closed":
        raise Conflict("The account is closed")
    if until is not None and until < today:
        reason = "must not lie in the past"
        raise Invalid(f"until {reason}", errors=[{"field": "until", "reason": reason}])
    return Decided(happened.AccountAbsent(by=by, until=until))


def decide_reopening(account: Account, by: Actor, invitation: str, now: datetime) -> Decided:
    """Open a closed account again, with an invitation."""
    if account.state != "closed":
        raise Conflict("The account is not closed")
    return invited(happened.AccountReopened(by=by), invitation, now)


def decide_change(account: Account, by: Actor, *, role: Role, lead: bool) -> Decided:
    """Give an account another role, or make it a lead or not."""
    if account.state == "closed":
        raise Conflict("The account is closed")
    if (account.role, account.lead) == (role, lead):
        raise Conflict("The account is like this already")
    return Decided(happened.AccountChanged(by=by, role=role, lead=lead))


def decide_passphrase(by: Actor, hashed: str) -> Decided:
    """Set a passphrase; an invitation is used up by it."""
    secrets = {"passphrase": hashed, "invitation": None, "invitation_until": None}
    return Decided(happened.PassphraseSet(by=by), secrets)


def decide_rehash(by: Actor, secrets: AccountSecrets, old: str, new: str) -> Decided | None:
    """Keep the same passphrase by another hash; None when it was changed in the meantime."""
    if secrets.passphrase != old:
        return None
    return Decided(happened.PassphraseRehashed(by=by), {"passphrase": new})


def decide_second_factor(by: Actor, sealed: bytes, recovery: tuple[str, ...]) -> Decided:
    """Set the second factor with its recovery codes (sealed, and hashed)."""
    return Decided(happened.SecondFactorSet(by=by), {"totp": sealed, "recovery": recovery})


def decide_recovery_code(by: Actor, secrets: AccountSecrets, hashed: str) -> Decided | None:
    """Use up a recovery code; None when it is none of those left."""
    left = tuple(code for code in secrets.recovery if code != hashed)
    if len(left) == len(secrets.recovery):
        return None
    return Decided(happened.RecoveryCodeUsed(by=by, left=len(left)), {"recovery": left})


def invitation_holds(secrets: AccountSecrets, hashed: str, now: datetime) -> bool:
    """Tell whether an invitation is the one that was given out last, and in time."""
    until = secrets.invitation_until
    return secrets.invitation == hashed and until is not None and now < until


def session_holds(
    session: Session, account: Account | None, now: datetime, idle: timedelta
) -> bool:
    """Tell whether a session is still in force: idle, absolute, account and generation."""
    return (
        account is not None
        and account.state == "open"
        and account.generation == session.generation
        and now < session.until
        and now - session.seen < idle
    )


def rotated(keys: tuple[KeyHash, ...], fresh: str, until: datetime) -> tuple[KeyHash, ...]:
    """Return a credential's secrets after a rotation: the new one, and the last for a while."""
    return (KeyHash(hash=fresh), KeyHash(hash=keys[0].hash, until=until))


def credential_holds(
    credential: Credential, keys: tuple[KeyHash, ...], hashed: str, now: datetime
) -> bool:
    """Tell whether a credential is in force and the secret one of its own."""
    return (
        not credential.revoked
        and now < credential.expires_at
        and any(k.hash == hashed and (k.until is None or now < k.until) for k in keys)
    )
