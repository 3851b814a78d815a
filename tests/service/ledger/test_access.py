"""The table of who may see and do what, each cell tried from the outside.

What is expected is read from the file itself, not by the code that decides.
"""

from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from services.ledger.commands import COMMANDS
from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from tests.service.ledger.people import bearer
from tests.service.ledger.standings import Standing, standings
from tests.unit.ledger.cases import POLICY

TABLE = YAML(typ="safe", pure=True).load((POLICY / "access.yaml").read_text("utf-8"))
STANDINGS = list(standings())
_NOT_THERE = "/v1/cases/TEST-9999"
_NOT_YOURS = "is not yours to do in this case"
#: A body with which each command comes as far as the question whether it is allowed.
_BODY: dict[str, Any] = {
    "text": "t",
    "reason": "r",
    "until": "2026-12-10",
    "deliver_by": "2026-12-10",
    "as": "inadmissible",
    "how": "phone",
    "outcome": "dismissed",
    "question": "q",
    "service": "medical",
    "contact": "allowed",
    "consent": "spoken",
    "to": "commune-demo",
}


def allowed(row: dict[str, Any], standing: Standing) -> bool:
    """Tell what a row of the file says."""
    if standing.relations & set(row.get("never", ())):
        return False
    cells = [row[relation] for relation in standing.relations if relation in row]
    return any(cell == "all" or standing.role in cell for cell in cells)


def body_of(command: str) -> dict[str, Any]:
    """Return a body that the command can read."""
    return _BODY | ({"to": ["company"]} if command == "release-statement" else {})


async def opened(ledger: Ledger, http: httpx.AsyncClient, standing: Standing, number: int) -> str:
    """Return the path of a new case to which somebody stands so."""
    reference = f"TEST-1{number:03}"
    await take_in(ledger, standing.events(reference))
    path = f"/v1/cases/{reference}"
    advocate = bearer("representative", "syndicat-demo")
    if "release" in standing.acts:
        told = await http.post(f"{path}/record-statement", headers=advocate, json=_BODY)
        side = "company" if standing.role == "csr" else "authority"
        body: dict[str, Any] = {"consent": "spoken", "to": [side]}
        given = await http.post(f"{path}/release-statement", headers=advocate, json=body)
        assert (told.status_code, given.status_code) == (200, 200), given.text
    if "ask" in standing.acts:
        body = {"text": "t", "to": standing.organisation}
        asker = bearer("csr", "societe-demo")
        assert (await http.post(f"{path}/ask-party", headers=asker, json=body)).is_success
    return path


def same_as_nothing(answer: httpx.Response, nothing: httpx.Response) -> bool:
    """Tell whether an answer is the one for a case that does not exist."""
    told = [(one.status_code, one.content, one.headers.multi_items()) for one in (answer, nothing)]
    return told[0] == told[1] and answer.status_code == 404


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda standing: standing.name)
async def test_each_command_is_for_those_whom_the_table_names(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any, standing: Standing
) -> None:
    who = bearer(standing.role, standing.organisation)
    wrong = []
    for number, command in enumerate(COMMANDS):
        path = await opened(ledger, http, standing, number)
        answer, nothing = [
            await http.post(f"{at}/{command}", headers=who, json=body_of(command))
            for at in (path, _NOT_THERE)
        ]
        if not standing.relations:
            as_told = same_as_nothing(answer, nothing)
        else:
            refused = answer.status_code == 409 and _NOT_YOURS in answer.text
            assert answer.status_code in (200, 409, 422), f"{command}: {answer.text}"
            as_told = refused != allowed(TABLE["commands"][command], standing)
        if not as_told:
            wrong.append(f"{command}: {answer.status_code} {answer.text}")
    assert wrong == []


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda standing: standing.name)
async def test_each_view_is_for_those_whom_the_table_names(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any, standing: Standing
) -> None:
    who = bearer(standing.role, standing.organisation)
    path = await opened(ledger, http, standing, 0)
    vault.get(url__regex=r"/internal/vault/[^/]+/words").respond(200, json={"texts": []})
    case, words = [await http.get(f"{path}{end}", headers=who) for end in ("", "/words")]
    listed = await http.get("/v1/cases", headers=who)
    rows = listed.json()["cases"] if listed.is_success else []
    seen = {"case": any(path.endswith(row["reference"]) for row in rows)}
    if not standing.relations:
        assert seen == {"case": False}
        nothing = await http.get(_NOT_THERE, headers=who)
        assert same_as_nothing(case, nothing)
        assert same_as_nothing(words, nothing)
        return
    told = case.json()
    seen |= {
        "record": told["route"] is not None,
        "facts": told["category"] is not None,
        "words": words.status_code == 200,
        "accused": told["accused"] != [],
        "safety": told["protection"] is not None,
    }
    assert seen == {name: allowed(row, standing) for name, row in TABLE["views"].items()}
    if not seen["words"]:
        assert same_as_nothing(words, await http.get(f"{_NOT_THERE}/words", headers=who))


def test_every_cell_of_the_table_is_tried() -> None:
    """A role or relation that a row names and nobody here has would never be tried."""
    had = {(relation, one.role) for one in STANDINGS for relation in one.relations}
    rows = [*TABLE["views"].values(), *TABLE["commands"].values()]
    named = {
        (relation, role)
        for row in rows
        for relation, cell in row.items()
        if relation != "never" and cell != "all"
        for role in cell
    }
    assert named <= had
    assert {relation for relation, _ in had} == {relation for row in rows for relation in row} - {
        "never"
    }
