"""What administrators and leads do with accounts, and administrators with organisations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from services.ledger.accounts.events import (
    AccountCreated,
    OrganisationClosed,
    OrganisationReopened,
)
from services.ledger.accounts.identity import Identity, organisation_id
from services.ledger.accounts.locks import fresh_invitation
from services.ledger.accounts.permits import (
    check_role,
    plain_login,
    require_administrator,
    require_manager,
    require_may_create,
)
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import (
    Account,
    Decided,
    Organisation,
    decide_absence,
    decide_change,
    decide_closing,
    decide_recovery,
    decide_reopening,
    invited,
)
from services.ledger.accounts.sign_in import sign_out_everywhere
from shared.access import Caller, Role
from shared.errors import Conflict, NotFound
from shared.events.ledger import Actor
from shared.hours import BANGUI

Decide = Callable[[Entry[Account] | None], Decided]


@dataclass(frozen=True)
class Order:
    """Who asks, and the `Idempotency-Key` (its fingerprint) if one was given."""

    caller: Caller
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def by(self) -> Actor:
        """The caller as events name it."""
        caller = self.caller
        return Actor(sub=caller.sub, role=caller.role, organisation=caller.organisation)

    @property
    def cause(self) -> str:
        """What led to the events: one request of one caller."""
        return f"request:{self.caller.sub}:{self.key}"


@dataclass(frozen=True)
class Wanted:
    """An account that is to be."""

    organisation: str | None
    login: str
    role: Role
    lead: bool = False


@dataclass(frozen=True)
class Invited:
    """An account with the invitation for its holder, shown this once."""

    account: Entry[Account]
    invitation: str


async def create(identity: Identity, order: Order, wanted: Wanted) -> Invited:
    """Make an account; its holder sets the passphrase by the invitation."""
    require_may_create(order.caller, wanted.organisation, lead=wanted.lead)
    check_role(wanted.role, identity.kind_of(wanted.organisation))
    if not await identity.acts(wanted.organisation):
        raise Conflict("The organisation is closed")
    login = plain_login(wanted.login)
    created = AccountCreated(
        by=order.by, role=wanted.role, organisation=wanted.organisation, lead=wanted.lead
    )
    invitation = fresh_invitation()
    hashed, now = identity.locks.hashed("invitation", invitation), identity.clock.now()

    def decide(entry: Entry[Account] | None) -> Decided:
        if entry is not None:
            # Names are per organisation: who may create here may know who is here.
            raise Conflict("The organisation has an account with this login name")
        return invited(created, hashed, now, login=login)

    ident = identity.locks.account_id(wanted.organisation, login)
    return Invited(await identity.accounts.change(ident, decide, order.cause), invitation)


async def find(identity: Identity, caller: Caller, ident: str) -> Entry[Account]:
    """Return an account that the caller manages; raises NotFound or Forbidden."""
    entry = await identity.accounts.find(ident)
    require_manager(caller, entry.state.organisation if entry else None)
    if entry is None:
        raise NotFound("There is no such account")
    return entry


async def listed(
    identity: Identity, caller: Caller, *, after: str, limit: int, organisation: str | None = None
) -> list[Entry[Account]]:
    """Return the accounts that the caller manages, by id, from after one of them.

    Those of one organisation when it is named; a lead's own is always the one.
    """
    require_manager(caller, caller.organisation)
    wanted = organisation if caller.role == "administrator" else caller.organisation
    mine = {"state.organisation": wanted} if wanted else {}
    return await identity.accounts.all(mine, after=after, limit=limit)


async def recover(identity: Identity, order: Order, ident: str, *, reset: bool) -> Invited:
    """Invite a holder anew who has lost the passphrase, or the second factor as well."""
    require_administrator(order.caller)
    invitation = fresh_invitation()
    hashed, now = identity.locks.hashed("invitation", invitation), identity.clock.now()

    def decide(entry: Entry[Account] | None) -> Decided:
        return decide_recovery(_there(entry), order.by, hashed, now, reset=reset)

    entry = await identity.accounts.find(ident)
    decide(entry)
    # Told first: whoever holds the account must hear of it even when this process dies here.
    await identity.tell_recovery(_there(entry).organisation, f"{ident}:{order.cause}")
    return Invited(await _changed(identity, order, ident, decide), invitation)


async def reopen(identity: Identity, order: Order, ident: str) -> Invited:
    """Open a closed account again."""
    require_administrator(order.caller)
    invitation = fresh_invitation()
    hashed, now = identity.locks.hashed("invitation", invitation), identity.clock.now()

    def decide(entry: Entry[Account] | None) -> Decided:
        return decide_reopening(_there(entry), order.by, hashed, now)

    return Invited(await _changed(identity, order, ident, decide), invitation)


async def close(identity: Identity, order: Order, ident: str) -> Entry[Account]:
    """Close an account; its sessions end at once."""
    await _keep_an_administrator(identity, await find(identity, order.caller, ident))

    def decide(entry: Entry[Account] | None) -> Decided:
        return decide_closing(_there(entry), order.by)

    return await _changed(identity, order, ident, decide)


async def absent(
    identity: Identity, order: Order, ident: str, until: date | None
) -> Entry[Account]:
    """Note until when a holder is away, told by themselves or by whoever manages the account."""
    if order.caller.sub != ident:
        await find(identity, order.caller, ident)
    today = identity.clock.now().astimezone(BANGUI).date()

    def decide(entry: Entry[Account] | None) -> Decided:
        return decide_absence(_there(entry), order.by, until, today)

    return await identity.accounts.change(ident, decide, order.cause)


async def change(
    identity: Identity, order: Order, ident: str, *, role: Role, lead: bool
) -> Entry[Account]:
    """Give an account another role, or make it a lead or not; its sessions end."""
    require_administrator(order.caller)
    account = await find(identity, order.caller, ident)
    check_role(role, identity.kind_of(account.state.organisation))
    if role != "administrator":
        await _keep_an_administrator(identity, account)

    def decide(entry: Entry[Account] | None) -> Decided:
        return decide_change(_there(entry), order.by, role=role, lead=lead)

    return await _changed(identity, order, ident, decide)


async def sign_out(identity: Identity, order: Order, ident: str) -> None:
    """End all sessions of an account that the caller manages."""
    account = await find(identity, order.caller, ident)
    await sign_out_everywhere(identity, account, order.by, order.cause)


async def set_open(
    identity: Identity, order: Order, organisation: str, *, to: bool
) -> Entry[Organisation]:
    """Close an organisation, which ends its sessions and credentials at once, or reopen it."""
    require_administrator(order.caller)
    identity.kind_of(organisation)
    made = OrganisationReopened if to else OrganisationClosed

    def decide(entry: Entry[Organisation] | None) -> Decided:
        if (entry is None or entry.state.open) == to:
            raise Conflict(f"The organisation is {'open' if to else 'closed'} already")
        return Decided(made(by=order.by, organisation=organisation))

    ident = organisation_id(organisation)
    changed = await identity.organisations.change(ident, decide, order.cause)
    identity.closed.forget()
    for account in await identity.accounts.all({"state.organisation": organisation}):
        await identity.sessions.end_all(account.id)
    return changed


async def first_administrator(identity: Identity, login: str, *, another: bool) -> Invited:
    """Make an administrator by the operator's hand; refused when there is one, unless told so."""
    if not another and await _administrators(identity):
        raise Conflict("There is an administrator already")
    operator = Caller("operator", "administrator", None)
    return await create(identity, Order(operator), Wanted(None, login, "administrator"))


async def _changed(identity: Identity, order: Order, ident: str, decide: Decide) -> Entry[Account]:
    changed = await identity.accounts.change(ident, decide, order.cause)
    await identity.sessions.end_all(ident)
    return changed


async def _administrators(identity: Identity) -> list[Entry[Account]]:
    living = {"state.role": "administrator", "state.state": {"$ne": "closed"}}
    return await identity.accounts.all(living)


async def _keep_an_administrator(identity: Identity, account: Entry[Account]) -> None:
    if account.state.role != "administrator" or account.state.state == "closed":
        return
    others = [one for one in await _administrators(identity) if one.id != account.id]
    if not any(one.state.state == "open" for one in others):
        raise Conflict("This is the last administrator; make another one first")


def _there(entry: Entry[Account] | None) -> Account:
    if entry is None:
        raise NotFound("There is no such account")
    return entry.state
