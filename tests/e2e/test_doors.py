"""Every endpoint of every service, tried by everybody: who may call it stands in the policy."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.embedded.layout import SERVICES
from shared.roles import ROLES
from tests.support.submissions import POLICY_DIR
from tests.support.system import System

DOORS: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(
    (POLICY_DIR / "access.yaml").read_text("utf-8")
)["endpoints"]
_ORGANISATIONS = {
    "representative": "syndicat-demo",
    "csr": "societe-demo",
    "authority": "commune-demo",
    "protection": "protection-demo",
}
_REFUSED = {401, 403}
_HIDDEN = {401, 403, 404}


def rows() -> Iterator[tuple[str, str, Any]]:
    """Yield service, endpoint and who may call it."""
    for service in SERVICES:
        for endpoint, who in (DOORS["every"] | DOORS[service]).items():
            yield service, endpoint, who


def call(system: System, service: str, endpoint: str, headers: dict[str, str] | None = None) -> int:
    """Call an endpoint about things that do not exist; return the status."""
    method, path = endpoint.split()
    path = re.sub(
        r"{[^}]+}", "nothing", path.replace("{day}", "2026-12-28").replace("{table}", "flow")
    )
    body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT") else {}
    if endpoint == "POST /v1/imports":
        body = {"files": {"file": ("registre.csv", b"texte\n", "text/csv")}}
    at = f"{getattr(system, service)}{path}"
    return system.client.request(method, at, headers=headers, **body).status_code


def signed_in(system: System, role: str) -> dict[str, str]:
    """Return the header of somebody with a role."""
    return system.person(role, _ORGANISATIONS.get(role))


@pytest.mark.parametrize("service", SERVICES)
def test_every_endpoint_has_its_row(system: System, service: str) -> None:
    """A new endpoint without a row fails here, and so does a row whose endpoint has gone."""
    described = system.client.get(f"{getattr(system, service)}/openapi.json").json()["paths"]
    there = {f"{method.upper()} {path}" for path, ways in described.items() for method in ways}
    assert there == DOORS["every"].keys() | DOORS[service].keys()


@pytest.mark.parametrize(("service", "endpoint", "who"), list(rows()))
def test_nobody_enters_who_is_not_named(
    system: System, service: str, endpoint: str, who: Any
) -> None:
    status = call(system, service, endpoint)
    match who:
        case "open" | "gateway":
            assert who == "gateway" or status not in _REFUSED
        case "code":
            assert status in _HIDDEN
        case _:
            assert status == 401


@pytest.mark.parametrize(("service", "endpoint", "who"), list(rows()))
def test_each_role_enters_where_it_is_named(
    system: System, service: str, endpoint: str, who: Any
) -> None:
    if who in ("open", "gateway", "code"):
        return
    answers = {
        role: call(system, service, endpoint, signed_in(system, role)) for role in sorted(ROLES)
    }
    let_in = {role for role, status in answers.items() if status not in _REFUSED}
    match who:
        case "service" | "operator" | "session":
            assert let_in == set(), answers
        case "signed-in":
            assert let_in == set(ROLES), answers
        case "cases":
            assert {answers[role] for role in ROLES} == {404}, answers
        case "managers":
            assert let_in == {"administrator"}, answers
        case roles:
            assert let_in == set(roles), answers
