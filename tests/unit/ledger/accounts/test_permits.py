"""Who may manage whom, and what a credential is for."""

import pytest

from services.ledger.accounts.permits import (
    ROLES_OF,
    check_role,
    plain_login,
    require_administrator,
    require_manager,
    require_may_create,
    scope_needed,
)
from shared.access import ROLES, Caller
from shared.errors import DomainError, Forbidden, Invalid, NotFound

ADMIN = Caller("a", "administrator", None)
LEAD = Caller("l", "csr", "societe-demo", lead=True)
OFFICER = Caller("o", "csr", "societe-demo")
NOBODYS_LEAD = Caller("m", "monitor", None, lead=True)


def test_every_role_belongs_to_somebody_and_no_armed_force_has_any() -> None:
    assert {role for roles in ROLES_OF.values() for role in roles} == set(ROLES)
    assert ROLES_OF["security_force"] == ()
    assert all("administrator" not in roles for kind, roles in ROLES_OF.items() if kind)


@pytest.mark.parametrize(("kind", "role"), [(k, r) for k in ROLES_OF for r in ROLES])
def test_a_role_goes_with_its_kind_of_organisation_only(kind: object, role: object) -> None:
    if role in ROLES_OF[kind]:  # type: ignore[index]
        check_role(role, kind)  # type: ignore[arg-type]
    else:
        with pytest.raises(Invalid):
            check_role(role, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("by", "organisation", "lead", "refused"),
    [
        (ADMIN, None, False, None),
        (ADMIN, "societe-demo", True, None),
        (LEAD, "societe-demo", False, None),
        (LEAD, "societe-demo", True, Forbidden),
        (LEAD, "cooperative-demo", False, Forbidden),
        (LEAD, None, False, Forbidden),
        (OFFICER, "societe-demo", False, Forbidden),
        (NOBODYS_LEAD, None, False, Forbidden),
    ],
)
def test_who_may_create(
    by: Caller, organisation: str | None, lead: bool, refused: type[DomainError] | None
) -> None:
    if refused is None:
        require_may_create(by, organisation, lead=lead)
    else:
        with pytest.raises(refused):
            require_may_create(by, organisation, lead=lead)


@pytest.mark.parametrize(
    ("by", "organisation", "refused"),
    [
        (ADMIN, "anything", None),
        (LEAD, "societe-demo", None),
        (LEAD, "cooperative-demo", NotFound),
        (LEAD, None, NotFound),
        (OFFICER, "societe-demo", Forbidden),
        (NOBODYS_LEAD, None, Forbidden),
    ],
)
def test_who_may_manage(
    by: Caller, organisation: str | None, refused: type[DomainError] | None
) -> None:
    if refused is None:
        require_manager(by, organisation)
    else:
        with pytest.raises(refused):
            require_manager(by, organisation)


def test_only_administrators_are_administrators() -> None:
    require_administrator(ADMIN)
    for other in (LEAD, OFFICER, NOBODYS_LEAD):
        with pytest.raises(Forbidden):
            require_administrator(other)


def test_login_names_have_one_form() -> None:
    assert plain_login("  Marie@Syndicat.Example ") == "marie@syndicat.example"
    assert plain_login("m.ngbokoto-2") == "m.ngbokoto-2"
    for junk in ("", "ab", "a b c", "@x.example", "x@y", "a" * 121, "né", "-abc", "abc.", "a\nbc"):
        with pytest.raises(Invalid):
            plain_login(junk)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/cases", "cases.read"),
        ("GET", "/v1/cases/{reference}", "cases.read"),
        ("GET", "/v1/cases/{reference}/words", "cases.words"),
        ("POST", "/v1/cases/{reference}/{command}", "cases.command"),
        ("DELETE", "/v1/cases/{reference}", "cases.command"),
        ("GET", "/v1/casesque", None),
        ("POST", "/v1/accounts", None),
        ("GET", "/v1/credentials", None),
        ("GET", "/internal/verify", None),
    ],
)
def test_what_a_request_needs(method: str, path: str, scope: str | None) -> None:
    assert scope_needed(method, path) == scope
