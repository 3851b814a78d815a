"""What the holder of an account does: sign in, set the passphrase and the second factor, leave.

Whatever is wrong with a sign-in, the answer and the work are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import pyotp

from services.ledger.accounts.events import AccountSignedOut
from services.ledger.accounts.factors import (
    RECOVERY_CODES,
    enrolment_uri,
    looks_like_recovery,
    matching_step,
)
from services.ledger.accounts.identity import Identity, Signed
from services.ledger.accounts.locks import fresh_recovery_codes
from services.ledger.accounts.passphrases import check_passphrase
from services.ledger.accounts.permits import plain_login
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import (
    Account,
    AccountSecrets,
    Decided,
    decide_passphrase,
    decide_recovery_code,
    decide_rehash,
    decide_second_factor,
    invitation_holds,
)
from services.ledger.accounts.sessions import Begun
from shared.access import issue_token
from shared.errors import Conflict, Invalid, Unauthorized
from shared.events.ledger import Actor
from shared.mongo import DuplicateKeyError

#: A pass outlives the end of its session by as much, as the other services keep no sessions.
_PASS_HOURS: Final = 1 / 60
_FIRST: Final = "second-factor"

DecideFor = Callable[[Entry[Account]], Decided]


@dataclass(frozen=True)
class Attempt:
    """Who somebody says to be, from which address, and the second factor if there is one."""

    organisation: str | None
    login: str
    address: str
    code: str | None = None


def refused() -> Unauthorized:
    """Return the one answer to a sign-in that is not right, whatever is wrong with it."""
    return Unauthorized("The sign-in is not right: check the name, the passphrase and the code")


def secrets_of(entry: Entry[Account]) -> AccountSecrets:
    """Return what is kept beside an account's events."""
    return AccountSecrets.model_validate(entry.secrets)


def actor_of(entry: Entry[Account]) -> Actor:
    """Return an account's holder as one who acts."""
    return Actor(sub=entry.id, role=entry.state.role, organisation=entry.state.organisation)


def holder_id(identity: Identity, attempt: Attempt) -> str:
    """Return the id of the account that somebody says to be the holder of, there or not."""
    try:
        login = plain_login(attempt.login)
    except Invalid:
        login = attempt.login  # nobody has such a name: the same work is done for it
    return identity.locks.account_id(attempt.organisation, login)


async def sign_in(identity: Identity, attempt: Attempt, passphrase: str) -> Begun:
    """Begin a session; raises Unauthorized or TooMany."""
    ident = holder_id(identity, attempt)
    await identity.throttle.take(ident, attempt.address)
    account = await identity.accounts.find(ident)
    is_open = account is not None and account.state.state == "open"
    hashed = secrets_of(account).passphrase if account and is_open else None
    right = await identity.hasher.verify(hashed, passphrase)
    acts = await identity.acts(attempt.organisation)
    if account is None or not right or not acts:
        raise refused()
    await _second_factor(identity, account, attempt.code)
    await identity.throttle.forget(ident)
    if hashed is not None and identity.hasher.outdated(hashed):
        await _rehash(identity, ident, hashed, passphrase)
    # As it was when the passphrase was checked: what changed since then ends this session too.
    return await begin_session(identity, account)


async def accept_invitation(
    identity: Identity, attempt: Attempt, invitation: str, passphrase: str
) -> Begun:
    """Set the passphrase by the invitation that the holder was given, and begin a session."""
    ident = holder_id(identity, attempt)
    await identity.throttle.take(ident, attempt.address)
    account = await identity.accounts.find(ident)
    given = identity.locks.hashed("invitation", invitation)
    now = identity.clock.now()
    acts = await identity.acts(attempt.organisation)
    holds = account is not None and invitation_holds(secrets_of(account), given, now)
    if account is None or not holds or not acts:
        raise refused()
    check_passphrase(passphrase, login=secrets_of(account).login, organisation=attempt.organisation)
    await _second_factor(identity, account, attempt.code)
    hashed = await identity.hasher.hash(passphrase)

    def decide(entry: Entry[Account] | None) -> Decided:
        if entry is None or not invitation_holds(secrets_of(entry), given, now):
            raise refused()
        return decide_passphrase(actor_of(entry), hashed)

    changed = await identity.accounts.change(ident, decide, cause=f"invitation:{uuid4()}")
    await identity.throttle.forget(ident)
    return await begin_session(identity, changed)


async def change_passphrase(
    identity: Identity, signed: Signed, current: str, new: str, code: str | None, address: str
) -> Begun:
    """Set another passphrase; every session ends and a new one begins."""
    account = signed.account
    await identity.throttle.take(account.id, address)
    if not await identity.hasher.verify(secrets_of(account).passphrase, current):
        raise refused()
    check_passphrase(new, login=secrets_of(account).login, organisation=account.state.organisation)
    if new == current:
        raise Invalid(
            "It is the same passphrase", errors=[{"field": "new", "reason": "is the present one"}]
        )
    await _second_factor(identity, account, code)
    hashed = await identity.hasher.hash(new)
    await identity.throttle.forget(account.id)
    return await _rotate(identity, signed, lambda entry: decide_passphrase(actor_of(entry), hashed))


@dataclass(frozen=True)
class Enrolment:
    """A second factor to be set up: shown once, and to be confirmed by its first code."""

    secret: str
    uri: str


async def begin_second_factor(
    identity: Identity, signed: Signed, code: str | None, address: str
) -> Enrolment:
    """Make a second factor; one that is there already has to be shown first."""
    await identity.throttle.take(signed.account.id, address)
    await _second_factor(identity, signed.account, code)
    await identity.throttle.forget(signed.account.id)
    secret = pyotp.random_base32()
    sealed = identity.locks.seal(secret.encode(), f"pending:{signed.account.id}")
    await identity.sessions.keep_pending(signed.token, sealed)
    return Enrolment(secret, enrolment_uri(secret, secrets_of(signed.account).login))


async def confirm_second_factor(
    identity: Identity, signed: Signed, code: str
) -> tuple[Begun, list[str]]:
    """Set the second factor up; returns the new session, and recovery codes shown this once."""
    ident = signed.account.id
    sealed = await identity.sessions.pending(signed.token)
    if sealed is None:
        raise Conflict("Begin to set up the second factor first")
    secret = identity.locks.open(sealed, f"pending:{ident}")
    step = matching_step(secret.decode(), code, identity.clock.now())
    if step is None or not await _use_step(identity, ident, step):
        raise Invalid("The code is not right", errors=[{"field": "code", "reason": "is wrong"}])
    codes = fresh_recovery_codes(RECOVERY_CODES)
    hashes = tuple(identity.locks.recovery_hash(ident, one) for one in codes)
    kept = identity.locks.seal(secret, f"totp:{ident}")
    begun = await _rotate(
        identity, signed, lambda entry: decide_second_factor(actor_of(entry), kept, hashes)
    )
    return begun, codes


async def sign_out_everywhere(
    identity: Identity, account: Entry[Account], by: Actor, cause: str
) -> None:
    """End all sessions of an account."""

    def decide(entry: Entry[Account] | None) -> Decided:
        if entry is None:
            raise refused()
        return Decided(AccountSignedOut(by=by))

    await identity.accounts.change(account.id, decide, cause)
    await identity.sessions.end_all(account.id)


def pass_for(identity: Identity, signed: Signed) -> str:
    """Return a signed token of one minute, which the other services take."""
    caller = signed.caller
    return issue_token(
        identity.token_key,
        sub=caller.sub,
        role=caller.role,
        organisation=caller.organisation,
        hours=_PASS_HOURS,
    )


async def _second_factor(identity: Identity, account: Entry[Account], code: str | None) -> None:
    """Take a code, once; nothing is asked while no second factor is set up."""
    if not account.state.secured:
        return
    if code and looks_like_recovery(code):
        await _use_recovery_code(identity, account, code)
        return
    sealed = secrets_of(account).totp
    if sealed is None:
        raise refused()
    secret = identity.locks.open(sealed, f"totp:{account.id}").decode()
    step = matching_step(secret, code or "", identity.clock.now())
    if step is None or not await _use_step(identity, account.id, step):
        raise refused()


async def _use_step(identity: Identity, account: str, step: int) -> bool:
    """Use the code of a step up; False when it or a later one was used before, by anybody."""
    try:
        result = await identity.steps.update_one(
            {"_id": account, "step": {"$lt": step}}, {"$set": {"step": step}}, upsert=True
        )
    except DuplicateKeyError:
        return False
    return result.modified_count == 1 or result.upserted_id is not None


async def _use_recovery_code(identity: Identity, account: Entry[Account], code: str) -> None:
    hashed = identity.locks.recovery_hash(account.id, code)

    def decide(entry: Entry[Account] | None) -> Decided:
        decided = entry and decide_recovery_code(actor_of(entry), secrets_of(entry), hashed)
        if not decided:
            raise refused()
        return decided

    await identity.accounts.change(account.id, decide, cause=f"recovery:{uuid4()}")


async def _rehash(identity: Identity, ident: str, old: str, passphrase: str) -> None:
    new = await identity.hasher.hash(passphrase)

    def decide(entry: Entry[Account] | None) -> Decided:
        decided = entry and decide_rehash(actor_of(entry), secrets_of(entry), old, new)
        if not decided:
            raise refused()
        return decided

    await identity.accounts.change(ident, decide, cause=f"rehash:{uuid4()}")


async def begin_session(identity: Identity, account: Entry[Account]) -> Begun:
    """Begin a session of an account; without a second factor it may only set one up."""
    return await identity.sessions.begin(account, None if account.state.secured else _FIRST)


async def _rotate(identity: Identity, signed: Signed, decide_for: DecideFor) -> Begun:
    """Change one's own account, end all its sessions, and begin a new one."""

    def decide(entry: Entry[Account] | None) -> Decided:
        if entry is None or entry.state.generation != signed.session.generation:
            raise refused()
        return decide_for(entry)

    changed = await identity.accounts.change(signed.account.id, decide, cause=f"session:{uuid4()}")
    await identity.sessions.end_all(signed.account.id)
    return await begin_session(identity, changed)
