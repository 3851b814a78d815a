"""Who calls: tokens of people with a role, and credentials of services.

Dependencies are async although they await nothing: FastAPI runs plain ones in a thread.
"""

import hmac
from dataclasses import dataclass
from typing import Final, Literal, get_args

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.clock import real_time
from shared.errors import Unauthorized

Role = Literal["representative", "csr", "authority", "protection", "monitor", "administrator"]
ROLES: Final[tuple[str, ...]] = get_args(Role)

_ISSUER: Final = "recours"
_ALGORITHM: Final = "HS256"


@dataclass(frozen=True)
class Caller:
    """A person who works with cases: account id, role and organisation (directory id)."""

    sub: str
    role: Role
    organisation: str | None


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
    return jwt.encode({"alg": _ALGORITHM}, claims, OctKey.import_key(key), algorithms=[_ALGORITHM])


def read_token(key: str, token: str) -> Caller:
    """Return the caller of a token; raises Unauthorized for any that is not ours and in force."""
    try:
        decoded = jwt.decode(token, OctKey.import_key(key), algorithms=[_ALGORITHM])
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
    """Dependency: the person who calls."""
    return read_token(request.app.state.settings.token_key.get_secret_value(), bearer(request))


async def require_admin(request: Request) -> None:
    """Dependency: the operator's credential (`ADMIN_CREDENTIAL`), for internal endpoints."""
    expected = request.app.state.settings.admin_credential.get_secret_value()
    if not same_secret(bearer(request), expected):
        raise Unauthorized("The operator's credential is not valid")


def same_secret(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
