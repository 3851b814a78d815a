"""OpenID Connect, the pure part: what is sent to a provider, and what is believed of its answer."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from shared.errors import Invalid

#: Signatures by the provider's private key only: never one that our own secret could make.
ALGORITHMS: Final = ("RS256", "PS256", "ES256")
FLOW_FOR: Final = timedelta(minutes=10)
_SKEW: Final = timedelta(minutes=2)
_OLDEST: Final = timedelta(minutes=10)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class Untrusted(Exception):
    """A provider's answer is not believed; the reason is for the log, and names nobody."""


@dataclass(frozen=True)
class Provider:
    """An organisation's provider, as an administrator set it."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Endpoints:
    """Where a provider is asked."""

    authorization: str
    token: str
    keys: str


@dataclass(frozen=True)
class Claimed:
    """Whom the provider has signed in: its own id of the person, and the confirmed e-mail."""

    subject: str
    email: str


def check_issuer(issuer: str, *, loopback: bool) -> str:
    """Return an issuer without a last slash's doubt; raises Invalid unless it is https.

    Plain http is taken for an address of this machine, outside production (`loopback`).
    """
    if not _is_safe(issuer, loopback=loopback) or urlsplit(issuer).query:
        reason = "must be an https address"
        raise Invalid(f"The issuer {reason}", errors=[{"field": "issuer", "reason": reason}])
    return issuer


def _is_safe(address: str, *, loopback: bool) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and host in _LOOPBACK)


def endpoints_of(document: Mapping[str, Any], issuer: str, *, loopback: bool) -> Endpoints:
    """Read a discovery document; raises Untrusted when it is another issuer's or unsafe."""
    if document.get("issuer") != issuer:
        raise Untrusted("the discovery document is of another issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    found = [document.get(name) for name in names]
    addresses = [one for one in found if isinstance(one, str) and _is_safe(one, loopback=loopback)]
    if len(addresses) != len(names):
        raise Untrusted("the discovery document lacks a safe address")
    return Endpoints(*addresses)


def challenge(verifier: str) -> str:
    """Return the challenge that belongs to a verifier (RFC 7636, S256)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorization_url(
    endpoint: str, provider: Provider, redirect: str, *, state: str, nonce: str, verifier: str
) -> str:
    """Return where the person is sent to sign in."""
    query = {
        "response_type": "code",
        "scope": "openid email",
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"


def check_claims(
    claims: Mapping[str, Any], provider: Provider, nonce: str, now: datetime
) -> Claimed:
    """Return whom an id token, whose signature holds, is about; raises Untrusted.

    Whatever it says of roles or organisations is not looked at.
    """
    if claims.get("iss") != provider.issuer:
        raise Untrusted("issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in audiences:
        raise Untrusted("audience")
    if len(audiences) > 1 and claims.get("azp") != provider.client_id:
        raise Untrusted("authorized party")
    if claims.get("nonce") != nonce:
        raise Untrusted("nonce")
    _check_times(claims, now)
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not subject:
        raise Untrusted("subject")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise Untrusted("e-mail that the provider has not confirmed")
    return Claimed(subject, email)


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    expires, issued = claims.get("exp"), claims.get("iat")
    for value in (expires, issued):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Untrusted("times")
    assert expires is not None
    assert issued is not None
    if now.timestamp() >= expires + _SKEW.total_seconds():
        raise Untrusted("expired")
    age = now.timestamp() - issued
    if age < -_SKEW.total_seconds() or age > _OLDEST.total_seconds():
        raise Untrusted("issued at another time")
