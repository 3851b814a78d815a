"""Signing in by the organisation's own OpenID Connect provider: code flow with PKCE.

The provider tells who somebody is and nothing else: role and organisation are the account's.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.ledger.accounts.events import AccountLinked, ProviderSet
from services.ledger.accounts.identity import Identity, organisation_id
from services.ledger.accounts.manage import Order
from services.ledger.accounts.openid_rules import (
    ALGORITHMS,
    FLOW_FOR,
    Claimed,
    Endpoints,
    Provider,
    Untrusted,
    authorization_url,
    check_claims,
    check_issuer,
    endpoints_of,
)
from services.ledger.accounts.permits import plain_login, require_administrator
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import Account, Decided, Organisation
from services.ledger.accounts.sessions import Begun
from services.ledger.accounts.sign_in import actor_of, refused, secrets_of
from shared.errors import Conflict, Invalid, NotFound, TransientError
from shared.mongo import Collection, Document

log = structlog.get_logger("recours.accounts")

_SECONDS: Final = 5.0
_LARGEST: Final = 256 * 1024


@dataclass(frozen=True)
class OpenId:
    """What the flow stands on; `redirect` is where providers send people back to."""

    identity: Identity
    flows: Collection
    http: httpx.AsyncClient
    redirect: str
    loopback: bool

    async def purge(self) -> None:
        """Delete flows that nobody finished."""
        await self.flows.delete_many({"until": {"$lt": self.identity.clock.now()}})


@dataclass(frozen=True)
class Started:
    """Where to send the person, and what the browser keeps to show that it began this."""

    url: str
    binding: str


def openid_client() -> httpx.AsyncClient:
    """Return the client for providers: a time limit on everything, no redirects, no proxy."""
    return httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False)


async def set_provider(
    openid: OpenId, order: Order, organisation: str, provider: Provider | None
) -> Entry[Organisation]:
    """Let an organisation's people sign in by its provider, or no more; by an administrator."""
    identity = openid.identity
    require_administrator(order.caller)
    identity.kind_of(organisation)
    ident = organisation_id(organisation)
    sealed: bytes | None = None
    if provider is not None:
        check_issuer(provider.issuer, loopback=openid.loopback)
        sealed = identity.locks.seal(provider.client_secret.encode(), f"provider:{ident}")
    data = ProviderSet(
        by=order.by,
        organisation=organisation,
        issuer=provider.issuer if provider else None,
        client_id=provider.client_id if provider else None,
    )
    decided = Decided(data, {"client_secret": sealed})
    return await identity.organisations.change(ident, lambda _: decided, order.cause)


async def start(openid: OpenId, organisation: str, address: str) -> Started:
    """Begin a sign-in at an organisation's provider."""
    identity = openid.identity
    await identity.throttle.take_address(address)
    provider = await _provider_of(identity, organisation)
    if provider is None:
        raise NotFound("This organisation's people sign in by passphrase")
    endpoints = await _discover(openid, provider)
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    verifier, binding = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
    key = identity.locks.hashed("state", state)
    await openid.flows.insert_one(
        {
            "_id": key,
            "organisation": organisation,
            "binding": identity.locks.hashed("binding", binding),
            "nonce": nonce,
            "verifier": identity.locks.seal(verifier.encode(), f"flow:{key}"),
            "until": identity.clock.now() + FLOW_FOR,
        }
    )
    url = authorization_url(
        endpoints.authorization,
        provider,
        openid.redirect,
        state=state,
        nonce=nonce,
        verifier=verifier,
    )
    return Started(url, binding)


async def complete(openid: OpenId, state: str, code: str, binding: str, address: str) -> Begun:
    """Finish a sign-in that this browser began: a state and a code serve once."""
    identity = openid.identity
    await identity.throttle.take_address(address)
    key = identity.locks.hashed("state", state)
    flow: Document | None = await openid.flows.find_one_and_delete({"_id": key})
    given = identity.locks.hashed("binding", binding)
    if flow is None or flow["binding"] != given or identity.clock.now() >= flow["until"]:
        raise refused()
    provider = await _provider_of(identity, flow["organisation"])
    if provider is None:
        raise refused()
    verifier = identity.locks.open(flow["verifier"], f"flow:{key}").decode()
    try:
        claimed = await _claimed(openid, provider, code, verifier, flow["nonce"])
    except Untrusted as reason:
        log.warning("a provider's answer is not believed", reason=str(reason))
        raise refused() from None
    return await _signed_in(identity, flow["organisation"], provider, claimed)


async def _signed_in(
    identity: Identity, organisation: str, provider: Provider, claimed: Claimed
) -> Begun:
    """Begin a session of the account with this e-mail; bound to the person at its first use."""
    try:
        ident = identity.locks.account_id(organisation, plain_login(claimed.email))
    except Invalid:
        raise refused() from None
    subject = identity.locks.hashed("subject", f"{provider.issuer} {claimed.subject}")
    account = await identity.accounts.find(ident)
    if account is None or not await identity.acts(organisation):
        raise refused()
    bound = secrets_of(account).subject
    if bound is None:
        account = await identity.accounts.change(
            ident, lambda entry: _linked(entry, subject), cause=f"openid:{uuid4()}"
        )
        bound = secrets_of(account).subject
    if bound != subject or account.state.state != "open":
        raise refused()
    # The second factor is the provider's to ask for.
    return await identity.sessions.begin(account)


def _linked(entry: Entry[Account] | None, subject: str) -> Decided:
    if entry is None or entry.state.state == "closed" or secrets_of(entry).subject is not None:
        raise refused()
    data = AccountLinked(by=actor_of(entry))
    gone = {"invitation": None, "invitation_until": None}
    return Decided(data, {"subject": subject, **gone})


async def _provider_of(identity: Identity, organisation: str) -> Provider | None:
    ident = organisation_id(organisation)
    entry = await identity.organisations.seen(ident)
    if entry is None or entry.state.issuer is None or entry.state.client_id is None:
        return None
    sealed = entry.secrets["client_secret"]
    opened = identity.locks.open(sealed, f"provider:{ident}").decode()
    return Provider(entry.state.issuer, entry.state.client_id, opened)


async def _discover(openid: OpenId, provider: Provider) -> Endpoints:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        document = await _asked(openid.http, "GET", address)
        return endpoints_of(document, provider.issuer, loopback=openid.loopback)
    except Untrusted as reason:
        log.warning("a provider's answer is not believed", reason=str(reason))
        raise Conflict("The organisation's provider is not set up rightly") from None


async def _claimed(
    openid: OpenId, provider: Provider, code: str, verifier: str, nonce: str
) -> Claimed:
    endpoints = await _discover(openid, provider)
    answer = await _asked(
        openid.http,
        "POST",
        endpoints.token,
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": openid.redirect,
            "code_verifier": verifier,
        },
        auth=httpx.BasicAuth(provider.client_id, provider.client_secret),
    )
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Untrusted("no id token")
    keys = await _asked(openid.http, "GET", endpoints.keys)
    return check_claims(_verified(token, keys), provider, nonce, openid.identity.clock.now())


def _verified(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of a token that one of the provider's keys has signed."""
    try:
        found = [key for key in keys["keys"] if key.get("kty") in ("RSA", "EC")]
        known = KeySet.import_key_set({"keys": found})
        return dict(jwt.decode(token, known, algorithms=list(ALGORITHMS)).claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, UnicodeError):
        raise Untrusted("signature") from None


async def _asked(http: httpx.AsyncClient, method: str, address: str, **sent: Any) -> dict[str, Any]:
    """Return the JSON object that a provider answers, of bounded size."""
    raw = b""
    try:
        async with http.stream(method, address, **sent) as response:
            if response.status_code >= 500:
                raise TransientError("The organisation's provider does not answer", retry_after=10)
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > _LARGEST:
                    raise Untrusted("too large")
        document = json.loads(raw) if response.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TransientError("The organisation's provider does not answer") from error
    except (ValueError, RecursionError):
        raise Untrusted("not JSON") from None
    if not isinstance(document, dict):
        raise Untrusted("refused, or not an object")
    return document
