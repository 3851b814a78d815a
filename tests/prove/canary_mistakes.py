"""Requests that are refused, each with planted words where they do not belong."""

from collections.abc import Iterator
from typing import Any

import httpx

from shared.settings import development_secret
from tests.prove.canary_forms import NUMBERS, name, sentence
from tests.prove.canary_planting import COMPANY, HEADERS, Planted
from tests.support.system import System

Request = tuple[str, str, dict[str, Any]]
_BY, _SAID = name("wrong"), sentence("wrong")
_JSON = {"Content-Type": "application/json"}


def mistakes(system: System, planted: Planted) -> Iterator[tuple[str, httpx.Response]]:
    """Yield what was asked and how it was answered: never below 400, but for callbacks."""
    admin = _bearer(system, "ADMIN_CREDENTIAL")
    asked = [
        *_filing(f"{system.intake}/v1/grievances", planted),
        *_channels(system.intake),
        *_registers(f"{system.intake}/v1/imports", admin),
        *_vault(f"{system.intake}/internal/vault", _bearer(system, "LEDGER_VAULT_CREDENTIAL")),
        *_desk(f"{system.ledger}/v1/cases", system.person("csr", COMPANY), planted),
        *_others(system, admin),
    ]
    for method, url, options in asked:
        sent = {**options, "headers": HEADERS | options.get("headers", {})}
        yield f"{method} {httpx.URL(url).path}", system.client.request(method, url, **sent)


def _bearer(system: System, credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {development_secret(system.data_dir, credential)}"}


def _filing(url: str, planted: Planted) -> Iterator[Request]:
    code, case = {"X-Recours-Code": planted.code}, f"{url}/{planted.references['rest']}"
    yield "POST", url, {"content": f'{{"text": "{_SAID}'.encode()}
    bodies: tuple[Any, ...] = (
        {"text": [_SAID], "contact": {"name": [_BY]}},
        {"text": "x", "consents": {_BY: _SAID}},
        {"danger": _SAID, "attachments": [{"data": _SAID}]},
        {"text": _SAID * 400},
        [_SAID],
    )
    for body in bodies:
        yield "POST", url, {"json": body}
    yield "GET", f"{url}/{_BY}", {"headers": code}
    yield "GET", case, {"headers": {"X-Recours-Code": NUMBERS["rest"]}}
    yield "POST", f"{case}/{_BY}", {"json": {"text": _SAID}}
    yield "PATCH", case, {"json": {_BY: _SAID}}
    yield "POST", f"{case}/messages", {"json": {"text": {_BY: _SAID}}, "headers": code}
    for agreed in (_BY, True):
        body = {"agreed": agreed, "text": _SAID}
        yield "POST", f"{case}/answer", {"json": body, "headers": code}


def _channels(intake: str) -> Iterator[Request]:
    yield "GET", f"{intake}/channels/kannel", {"params": {"sender": _BY, _BY: _SAID}}
    yield "POST", f"{intake}/channels/twilio", {"data": {"Body": _SAID, "From": _BY}}


def _registers(url: str, admin: dict[str, str]) -> Iterator[Request]:
    files = (_SAID, f"{_BY};{_SAID}\n{_SAID};x", f'Objet\n"{_SAID}', "")
    for content in files:
        file = {"file": (_BY, content.encode())}
        yield "POST", url, {"files": file, "headers": admin}
        yield "POST", url, {"files": file, "headers": admin, "data": {"encoding": _BY}}
        yield "POST", url, {"files": file, "headers": admin, "data": {"mapping": _SAID}}
    yield "POST", url, {"data": {"file": _SAID}, "headers": admin}
    yield "GET", f"{url}/{_BY}", {"headers": admin}


def _vault(url: str, service: dict[str, str]) -> Iterator[Request]:
    body = {"purpose": _BY, "grievances": [_SAID * 3]}
    yield "POST", f"{url}/contacts", {"json": body, "headers": service}
    yield "GET", f"{url}/{_BY}/words", {"params": {"purpose": _SAID}, "headers": service}
    yield "POST", f"{url}/{_BY}/texts", {"json": {"id": _BY, "text": [_SAID]}, "headers": service}
    yield "GET", f"{url}/{_BY}/words", {"headers": {"Authorization": "Bearer Zephirine Kanaris"}}


def _desk(url: str, csr: dict[str, str], planted: Planted) -> Iterator[Request]:
    case = f"{url}/{planted.references['rest']}"
    queries = {"state": _BY, "limit": _SAID, "due_before": _BY}
    yield "GET", f"{url}/{_BY}", {"headers": csr}
    yield "GET", url, {"headers": csr, "params": queries}
    yield "GET", url, {"headers": csr, "params": {"cursor": _BY}}
    yield "GET", url, {"headers": {"Authorization": "Bearer Zephirine Kanaris"}}
    for command, body in (
        (_BY, {_BY: _SAID}),
        ("acknowledge", {_BY: _SAID}),
        ("close", {"as": _BY, "reason": [_SAID]}),
        ("extend", {"reason": _SAID, "until": _BY}),
        ("close", {"as": "withdrawn", "reason": _SAID}),
    ):
        yield "POST", f"{case}/{command}", {"json": body, "headers": csr}
    stale = csr | {"If-Match": "Zephirine Kanaris"}
    yield "POST", f"{case}/acknowledge", {"headers": stale}
    cut = f'{{"{_BY}": "{_SAID}'.encode()
    yield "POST", f"{case}/close", {"content": cut, "headers": csr | _JSON}


def _others(system: System, admin: dict[str, str]) -> Iterator[Request]:
    codes = {"danger": _BY, "accused": [{"kind": _SAID}]}
    yield "POST", f"{system.routing}/v1/explain", {"json": codes}
    yield "GET", f"{system.routing}/v1/explain/{_BY}", {"headers": admin}
    csr = system.person("csr", COMPANY)
    yield "GET", f"{system.notify}/v1/cases/{_BY}/deliveries", {"headers": csr}
    receipt = {"mid": _SAID * 9, "type": _BY * 3}
    yield "POST", f"{system.notify}/receipts/kannel", {"params": receipt}
    yield "POST", f"{system.ledger}/internal/dead-letters/{_BY}/replay", {"headers": admin}
