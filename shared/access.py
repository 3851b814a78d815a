"""Who calls: tokens of people with a role, and credentials of services.

Dependencies are async although they await nothing: FastAPI runs plain ones in a thread.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.clock import real_time
from shared.errors import TransientError, Unauthorized
from shared.roles import ROLES as ROLES
from shared.roles import Role as Role

#: How the opaque credentials begin that the ledger gives out: to a person, and to a program.
SESSION: Final = "rs_"
CREDENTIAL: Final = "rk_"

_ISSUER: Final = "recours"
_ALGORITHM: Final = "HS256"


@dataclass(frozen=True)
class Caller:
    """A person who works with cases: account id, role and organisation (directory id).

    `lead` tells that it looks after the accounts of its organisation.
    """

    sub: str
    role: Role
    organisation: str | None
    lead: bool = False


#: Tells who calls from a credential, the method and the template of the path.
Identify = Callable[[str, str, str], Awaitable[Caller]]


def issue_token(
    key: str, *, sub: str, role: str, organisation: str | None, hours: float = 12
) -> str:
    """Return a signed token (JWT, HS256) for a role in an organisation."""
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}; the roles are {', '.join(ROLES)}")
    now = int(real_time())
    claims = {
        "iss": _ISSUER,
        "sub": sub,
        "role": role,
        "organisation": organisation,
        "iat": now,
        "exp": now + int(hours * 3600),
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, _signing_key(key), algorithms=[_ALGORITHM])


@lru_cache(maxsize=4)
def _signing_key(key: str) -> OctKey:
    # To read it anew for each request took a third of the time of a check (measured).
    return OctKey.import_key(key)


def read_token(key: str, token: str) -> Caller:
    """Return the caller of a token; raises Unauthorized for any that is not ours and in force."""
    try:
        decoded = jwt.decode(token, _signing_key(key), algorithms=[_ALGORITHM])
        jwt.JWTClaimsRegistry(
            now=int(real_time()),
            iss={"essential": True, "value": _ISSUER},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(decoded.claims)
    except (JoseError, ValueError, TypeError, KeyError, UnicodeError) as error:
        raise Unauthorized("The token is not valid or has expired") from error
    role, organisation = decoded.claims.get("role"), decoded.claims.get("organisation")
    if role not in ROLES or not (organisation is None or isinstance(organisation, str)):
        raise Unauthorized("The token names no known role")
    return Caller(str(decoded.claims["sub"]), role, organisation)


def bearer(request: Request) -> str:
    """Return the bearer credential of a request."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credential:
        raise Unauthorized("Send the header 'Authorization: Bearer <token>'")
    return credential.strip()


async def caller_of(request: Request) -> Caller:
    """Dependency: the person who calls, by a signed token or what else the service knows.

    A service that keeps accounts has `identify` among its parts; to others, the credentials that
    it gives out say nothing.
    """
    credential = bearer(request)
    parts = getattr(request.app.state, "parts", None)
    identify: Identify | None = getattr(parts, "identify", None)
    if identify is not None:
        route: str = getattr(request.scope.get("route"), "path", request.url.path)
        return await identify(credential, request.method, route)
    if credential.startswith((SESSION, CREDENTIAL)) and parts is None:
        raise TransientError("The service is starting", retry_after=2)
    return read_token(request.app.state.settings.token_key.get_secret_value(), credential)


async def require_admin(request: Request) -> None:
    """Dependency: the operator's credential (`ADMIN_CREDENTIAL`), for internal endpoints."""
    expected = request.app.state.settings.admin_credential.get_secret_value()
    if not same_secret(bearer(request), expected):
        raise Unauthorized("The operator's credential is not valid")


def same_secret(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
