"""Who may manage whom, which roles an organisation has, and what a credential's scopes allow."""

import re
import unicodedata
from typing import Final, Literal, Protocol, get_args

from shared.directory import OrganisationKind
from shared.errors import Forbidden, Invalid, NotFound
from shared.roles import Role

Scope = Literal["cases.read", "cases.words", "cases.command"]
SCOPES: Final[tuple[str, ...]] = get_args(Scope)

#: Which roles people of an organisation may have; None stands for no organisation.
ROLES_OF: Final[dict[OrganisationKind | None, tuple[Role, ...]]] = {
    "syndicate": ("representative",),
    "company": ("csr",),
    "cooperative": ("csr",),
    "authority": ("authority",),
    "protection": ("protection",),
    "security_force": (),
    None: ("monitor", "administrator"),
}
_LOGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?(?:@[a-z0-9.-]+\.[a-z]{2,})?")


class Manager(Protocol):
    """Who manages accounts: an administrator, or the lead of an organisation."""

    @property
    def role(self) -> Role:
        """The role."""

    @property
    def organisation(self) -> str | None:
        """The organisation, if any."""

    @property
    def lead(self) -> bool:
        """Whether it looks after the accounts of its organisation."""


def plain_login(login: str) -> str:
    """Return the one form of a login name: an e-mail or a handle; raises Invalid."""
    plain = unicodedata.normalize("NFKC", login).strip().casefold()
    if not 3 <= len(plain) <= 120 or not _LOGIN.fullmatch(plain):
        reason = "an e-mail, or a handle of 3 letters or more"
        raise Invalid("Not a login name", errors=[{"field": "login", "reason": reason}])
    return plain


def check_role(role: Role, kind: OrganisationKind | None) -> None:
    """Raise Invalid when an organisation of this kind has no such role."""
    if role not in ROLES_OF[kind]:
        fitting = ", ".join(ROLES_OF[kind]) or "none"
        reason = f"does not go with the organisation; these do: {fitting}"
        raise Invalid(f"This role {reason}", errors=[{"field": "role", "reason": reason}])


def require_administrator(by: Manager) -> None:
    """Raise Forbidden for everybody but administrators."""
    if by.role != "administrator":
        raise Forbidden("Only an administrator may do this")


def require_manager(by: Manager, organisation: str | None) -> None:
    """Raise unless somebody manages accounts here; to a lead, others' accounts do not exist."""
    if by.role == "administrator":
        return
    if not by.lead or by.organisation is None:
        raise Forbidden("Only an administrator or the lead of an organisation may do this")
    if organisation != by.organisation:
        raise NotFound("There is no such account")


def require_may_create(by: Manager, organisation: str | None, *, lead: bool) -> None:
    """Raise unless somebody may create such an account; a lead makes no other leads."""
    if by.role == "administrator":
        return
    require_manager(by, by.organisation)
    if organisation != by.organisation or lead:
        raise Forbidden("A lead creates accounts of its own organisation that are not leads")


def scope_needed(method: str, path: str) -> Scope | None:
    """Return the scope that a request needs, by its method and the template of its path.

    None: no credential may do it, whatever its scopes.
    """
    if path != "/v1/cases" and not path.startswith("/v1/cases/"):
        return None
    if method in ("GET", "HEAD"):
        return "cases.words" if path.endswith("/words") else "cases.read"
    return "cases.command"
