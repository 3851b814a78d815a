"""What the endpoints of accounts depend on: the parts, who is signed in, and what may be kept."""

from typing import Annotated

from fastapi import Depends, Request, Response

from services.ledger.accounts.identity import Identity, Signed
from services.ledger.accounts.manage import Order
from services.ledger.accounts.openid import OpenId
from services.ledger.accounts.permits import require_administrator, require_manager
from services.ledger.accounts.register import Register
from shared.access import Caller, bearer, caller_of
from shared.errors import Forbidden, TransientError
from shared.http import idempotency_key, request_hash


async def identity_of(request: Request) -> Identity:
    """Dependency: the accounts, once the store has answered."""
    identity: Identity | None = getattr(request.app.state.parts, "identity", None)
    if identity is None:
        raise TransientError("The service is starting", retry_after=2)
    return identity


Parts = Annotated[Identity, Depends(identity_of)]


async def openid_of(request: Request) -> OpenId:
    """Dependency: the sign-in by providers, once the store has answered."""
    openid: OpenId | None = getattr(request.app.state.parts, "openid", None)
    if openid is None:
        raise TransientError("The service is starting", retry_after=2)
    return openid


async def register_of(request: Request) -> Register:
    """Dependency: the register of organisations, sites and days."""
    register: Register | None = getattr(request.app.state.parts, "register", None)
    if register is None:
        raise TransientError("The service is starting", retry_after=2)
    return register


Registered = Annotated[Register, Depends(register_of)]
Providers = Annotated[OpenId, Depends(openid_of)]


async def signed_in(request: Request, identity: Parts) -> Signed:
    """Dependency: whose session it is, also when something has to be done first."""
    return await identity.signed_in(bearer(request))


async def fully_signed_in(signed: Annotated[Signed, Depends(signed_in)]) -> Signed:
    """Dependency: whose session it is, once nothing has to be done first."""
    if signed.session.must is not None:
        raise Forbidden("Set up the second factor first", must=signed.session.must)
    return signed


async def order_of(
    request: Request, caller: Annotated[Caller, Depends(caller_of)], _: Parts
) -> Order:
    """Dependency: who asks for a change, and the key by which a repeat is known."""
    key = idempotency_key(request)
    if key is None:
        return Order(caller)
    secret = request.app.state.settings.token_key.get_secret_value()
    return Order(caller, request_hash(secret, key.encode()))


async def administrators_order(order: Annotated[Order, Depends(order_of)]) -> Order:
    """Dependency: an order of an administrator, refused before its body is looked at."""
    require_administrator(order.caller)
    return order


async def managers_order(order: Annotated[Order, Depends(order_of)]) -> Order:
    """Dependency: an order of an administrator or a lead, refused before its body is looked at."""
    require_manager(order.caller, order.caller.organisation)
    return order


async def not_kept(response: Response) -> None:
    """Dependency: no cache keeps the answer."""
    response.headers["Cache-Control"] = "no-store"


def address_of(request: Request) -> str:
    """Return the caller's address, to count tries only."""
    return request.client.host if request.client else "unknown"


AnySession = Annotated[Signed, Depends(signed_in)]
FullSession = Annotated[Signed, Depends(fully_signed_in)]
Ordered = Annotated[Order, Depends(order_of)]
Administrators = Annotated[Order, Depends(administrators_order)]
Managers = Annotated[Order, Depends(managers_order)]
