"""HTTP of the sign-in by an organisation's own provider, and of setting it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from services.ledger.accounts import openid as use
from services.ledger.accounts.bodies import (
    NewProvider,
    OpenIdAnswer,
    OpenIdReturn,
    OpenIdStart,
    ProviderAnswer,
    SessionAnswer,
)
from services.ledger.accounts.doors import Administrators, Providers, address_of, not_kept
from services.ledger.accounts.openid_rules import Provider

router = APIRouter(prefix="/v1", dependencies=[Depends(not_kept)])
Ident = Annotated[str, Path(min_length=1, max_length=80)]


@router.post("/sign-in/openid", tags=["sessions"])
async def start(body: OpenIdStart, request: Request, openid: Providers) -> OpenIdAnswer:
    """Begin a sign-in at the provider of an organisation."""
    started = await use.start(openid, body.organisation, address_of(request))
    return OpenIdAnswer(url=started.url, binding=started.binding)


@router.post("/sign-in/openid/complete", tags=["sessions"])
async def complete(body: OpenIdReturn, request: Request, openid: Providers) -> SessionAnswer:
    """Finish it with what the provider sent the person back with: 401 whatever is wrong."""
    begun = await use.complete(
        openid,
        body.state,
        body.code.get_secret_value(),
        body.binding.get_secret_value(),
        address_of(request),
    )
    return SessionAnswer.of(begun)


@router.put("/organisations/{organisation}/provider", tags=["accounts"])
async def set_provider(
    organisation: Ident, body: NewProvider, order: Administrators, openid: Providers
) -> ProviderAnswer:
    """Let an organisation's people sign in by its provider."""
    provider = Provider(body.issuer, body.client_id, body.client_secret.get_secret_value())
    entry = await use.set_provider(openid, order, organisation, provider)
    state = entry.state
    return ProviderAnswer(organisation=organisation, issuer=state.issuer, client_id=state.client_id)


@router.delete("/organisations/{organisation}/provider", status_code=204, tags=["accounts"])
async def drop_provider(organisation: Ident, order: Administrators, openid: Providers) -> None:
    """Let an organisation's people sign in by passphrase alone."""
    await use.set_provider(openid, order, organisation, None)
