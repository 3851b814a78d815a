"""The table of who may see and do what, as a page that people can check. Pure."""

from collections.abc import Iterator
from typing import Final

from services.ledger.access import RELATIONS, ROLES_OF, Access, Relation, Row

_TITLES: Final[dict[Relation, str]] = {
    "holder": "holder",
    "past_holder": "past holder",
    "advocate": "advocate",
    "monitor": "monitor",
    "released": "statement released to them",
    "asked": "asked a question",
    "debtor": "owes the remedy",
}


def table(access: Access) -> str:
    """Return the table as Markdown: what is seen, then the commands, a column for each relation."""
    views = {name: getattr(access.views, name) for name in type(access.views).model_fields}
    head = ["", *(_TITLES[relation] for relation in RELATIONS), "in a protected case"]
    lines = [head, ["---"] * len(head), *_rows("sees", views), *_rows("may", access.commands)]
    lines += [[], ["", "who may call it"], ["---", "---"], *_endpoints(access)]
    return "".join(f"| {' | '.join(line)} |\n" if line else "\n" for line in lines)


def _endpoints(access: Access) -> Iterator[list[str]]:
    for service, doors in access.endpoints.items():
        for endpoint, who in doors.items():
            yield [f"{service}: `{endpoint}`", who if isinstance(who, str) else ", ".join(who)]


def _rows(verb: str, rows: dict[str, Row]) -> Iterator[list[str]]:
    for name, row in rows.items():
        cells = [_cell(row, relation) for relation in RELATIONS]
        protected = [_TITLES[one] for one in RELATIONS if "protection" in row.roles(one)]
        yield [f"{verb} `{name}`", *cells, f"{', '.join(protected)}" if protected else "nobody"]


def _cell(row: Row, relation: Relation) -> str:
    if relation in row.never:
        return "**never**"
    roles = row.roles(relation)
    if roles and set(roles) == set(ROLES_OF[relation]):
        return "yes" if len(roles) == 1 else "all"
    return ", ".join(roles)
