"""The table of who may see and do what: what it says, and the tables that are refused."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from services.ledger.access import Access, Row
from services.ledger.commands import COMMANDS
from tests.unit.ledger.cases import ACCESS, POLICY

Table = dict[str, Any]
SHIPPED: Table = YAML(typ="safe", pure=True).load((POLICY / "access.yaml").read_text("utf-8"))


def test_each_command_has_its_row() -> None:
    assert ACCESS.commands.keys() == COMMANDS.keys()


def test_one_relation_is_enough_and_never_takes_all() -> None:
    row = Row.model_validate({"holder": ["csr"], "advocate": "all", "never": ["debtor"]})
    assert row.allows("csr", {"holder"})
    assert row.allows("representative", {"past_holder", "advocate"})
    assert not row.allows("authority", {"holder"})
    assert not row.allows("csr", {"past_holder"})
    assert not row.allows("csr", set())
    assert not row.allows("csr", {"holder", "debtor"})


def _set(*place: Any) -> Callable[[Table], None]:
    *path, last, value = place

    def change(table: Table) -> None:
        for step in path:
            table = table[step]
        table[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_set("commands", "extend", {}), "nobody is allowed this"),
        (_set("commands", "extend", {"debtor": "all", "never": ["debtor"]}), "nobody"),
        (lambda table: table["commands"].pop("extend"), "nobody may give extend"),
        (_set("commands", "steal", {"holder": "all"}), "there is no command steal"),
        (_set("commands", "extend", {"owner": "all"}), "owner"),
        (_set("commands", "extend", {"holder": ["clerk"]}), "holder"),
        (_set("commands", "extend", {"holder": ["monitor"]}), "a monitor is never holder"),
        (_set("commands", "extend", {"monitor": "all"}), "a monitor only looks"),
        (_set("views", "case", {"holder": "all"}), "no table changes it"),
        (_set("views", "facts", {"holder": "all", "advocate": "all"}), "the statement alone"),
        (_set("views", "words", {"holder": "all"}), "words are never for authority, csr"),
        (_set("views", "words", {"monitor": "all"}), "words are never for monitor"),
        (_set("views", "accused", {"released": "all"}), "accused are never for authority, csr"),
        (_set("views", "safety", {"advocate": "all"}), "safety is for protection"),
        (_set("endpoints", "ledger", "GET /v1/cases", "nobody"), "endpoints"),
    ],
)
def test_a_table_that_breaks_an_invariant_is_refused(
    change: Callable[[Table], None], told: str
) -> None:
    table = copy.deepcopy(SHIPPED)
    assert Access.model_validate(table)
    change(table)
    with pytest.raises(ValidationError, match=told):
        Access.model_validate(table)
