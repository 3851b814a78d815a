"""HTTP for administrators and leads: accounts, organisations and credentials. No case is here."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.ledger.accounts import credentials, manage
from services.ledger.accounts.bodies import (
    Absence,
    AccountAnswer,
    AccountChange,
    AccountList,
    CredentialAnswer,
    CredentialList,
    Happening,
    History,
    InvitedAnswer,
    IssuedAnswer,
    NewAccount,
    NewAdministrator,
    NewCredential,
    OpenAnswer,
    Recovery,
    Rotation,
)
from services.ledger.accounts.doors import Administrators, Managers, Ordered, Parts, not_kept
from services.ledger.accounts.manage import Order
from services.ledger.accounts.permits import require_manager
from shared.access import require_admin

router = APIRouter(prefix="/v1", tags=["accounts"], dependencies=[Depends(not_kept)])
operator = APIRouter(
    prefix="/internal", tags=["operator"], dependencies=[Depends(require_admin), Depends(not_kept)]
)
Ident = Annotated[str, Path(min_length=1, max_length=80)]


async def holders_order(account: Ident, order: Ordered) -> Order:
    """Dependency: an order about their own account, or of who manages accounts."""
    if order.caller.sub != account:
        require_manager(order.caller, order.caller.organisation)
    return order


Holders = Annotated[Order, Depends(holders_order)]


@router.post("/accounts", status_code=201)
async def create(body: NewAccount, order: Managers, identity: Parts) -> InvitedAnswer:
    """Make an account, by an administrator or the organisation's lead."""
    wanted = manage.Wanted(body.organisation, body.login, body.role, body.lead)
    return _invited(await manage.create(identity, order, wanted))


@router.get("/accounts")
async def list_accounts(
    order: Managers,
    identity: Parts,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> AccountList:
    """List the accounts that the caller manages; `next` is the `after` of the next page."""
    found = await manage.listed(identity, order.caller, after=after, limit=limit)
    accounts = [AccountAnswer.of(entry) for entry in found]
    return AccountList(accounts=accounts, next=found[-1].id if len(found) == limit else None)


@router.get("/accounts/{account}")
async def read(account: Ident, order: Managers, identity: Parts) -> AccountAnswer:
    """Return one account."""
    return AccountAnswer.of(await manage.find(identity, order.caller, account))


@router.get("/accounts/{account}/history")
async def history(account: Ident, order: Managers, identity: Parts) -> History:
    """Return what happened to an account."""
    await manage.find(identity, order.caller, account)
    events = await identity.accounts.history(account)
    return History(events=[Happening.of(event) for event in events])


@router.post("/accounts/{account}/change")
async def change(
    account: Ident, body: AccountChange, order: Administrators, identity: Parts
) -> AccountAnswer:
    """Give an account another role, or make it a lead or not; its sessions end."""
    changed = await manage.change(identity, order, account, role=body.role, lead=body.lead)
    return AccountAnswer.of(changed)


@router.post("/accounts/{account}/recover")
async def recover(
    account: Ident, body: Recovery, order: Administrators, identity: Parts
) -> InvitedAnswer:
    """Invite the holder anew; the old passphrase is void at once."""
    reset = body.second_factor_lost
    return _invited(await manage.recover(identity, order, account, reset=reset))


@router.post("/accounts/{account}/close")
async def close(account: Ident, order: Managers, identity: Parts) -> AccountAnswer:
    """Close an account; its sessions end at once."""
    return AccountAnswer.of(await manage.close(identity, order, account))


@router.post("/accounts/{account}/absence")
async def absence(account: Ident, body: Absence, order: Holders, identity: Parts) -> AccountAnswer:
    """Say until when a holder is away: their cases go back to the organisation at once."""
    return AccountAnswer.of(await manage.absent(identity, order, account, body.until))


@router.post("/accounts/{account}/reopen")
async def reopen(account: Ident, order: Administrators, identity: Parts) -> InvitedAnswer:
    """Open a closed account again."""
    return _invited(await manage.reopen(identity, order, account))


@router.post("/accounts/{account}/sign-out", status_code=204)
async def sign_out(account: Ident, order: Managers, identity: Parts) -> None:
    """End all sessions of an account."""
    await manage.sign_out(identity, order, account)


@router.post("/organisations/{organisation}/close")
async def close_organisation(
    organisation: Ident, order: Administrators, identity: Parts
) -> OpenAnswer:
    """Close an organisation: its sessions and credentials end at once."""
    changed = await manage.set_open(identity, order, organisation, to=False)
    return OpenAnswer(organisation=organisation, open=changed.state.open)


@router.post("/organisations/{organisation}/reopen")
async def reopen_organisation(
    organisation: Ident, order: Administrators, identity: Parts
) -> OpenAnswer:
    """Let people and programs act for an organisation again."""
    changed = await manage.set_open(identity, order, organisation, to=True)
    return OpenAnswer(organisation=organisation, open=changed.state.open)


@router.post("/credentials", status_code=201)
async def issue(body: NewCredential, order: Administrators, identity: Parts) -> IssuedAnswer:
    """Give a program a credential."""
    asked = credentials.Asked(body.organisation, body.role, body.scopes, body.expires_at)
    return _issued(await credentials.issue(identity, order, asked))


@router.get("/credentials")
async def list_credentials(order: Administrators, identity: Parts) -> CredentialList:
    """List all credentials."""
    found = await credentials.listed(identity, order)
    return CredentialList(credentials=[CredentialAnswer.of(entry) for entry in found])


@router.post("/credentials/{credential}/rotate")
async def rotate(
    credential: Ident, body: Rotation, order: Administrators, identity: Parts
) -> IssuedAnswer:
    """Give a credential a new secret; the one before it serves on for a while."""
    overlap = timedelta(hours=body.overlap_hours)
    return _issued(await credentials.rotate(identity, order, credential, overlap))


@router.post("/credentials/{credential}/revoke")
async def revoke(credential: Ident, order: Administrators, identity: Parts) -> CredentialAnswer:
    """Make a credential useless at once."""
    return CredentialAnswer.of(await credentials.revoke(identity, order, credential))


@operator.post("/administrators", status_code=201)
async def first_administrator(body: NewAdministrator, identity: Parts) -> InvitedAnswer:
    """Make the first administrator, with the operator's credential."""
    return _invited(await manage.first_administrator(identity, body.login, another=body.another))


def _invited(made: manage.Invited) -> InvitedAnswer:
    answer = AccountAnswer.of(made.account)
    return InvitedAnswer(**answer.model_dump(), invitation=made.invitation)


def _issued(made: credentials.Issued) -> IssuedAnswer:
    answer = CredentialAnswer.of(made.credential)
    return IssuedAnswer(**answer.model_dump(), secret=made.secret)
