"""The table of the policy that says who may see and do what in a case. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.ledger.decisions import POSSIBLE
from shared.roles import Role

#: How an organisation stands to a case; several may hold at once.
Relation = Literal["holder", "past_holder", "advocate", "monitor", "released", "asked", "debtor"]
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
#: Those by which a case exists for somebody; the others add to one of these.
SEES: Final[frozenset[Relation]] = frozenset({"holder", "past_holder", "advocate", "monitor"})

_OFFICERS: Final[tuple[Role, ...]] = ("representative", "csr", "authority", "protection")
#: The roles that a relation can have at all.
ROLES_OF: Final[Mapping[Relation, tuple[Role, ...]]] = {
    "holder": _OFFICERS,
    "past_holder": _OFFICERS,
    "advocate": ("representative",),
    "monitor": ("monitor",),
    "released": ("csr", "authority"),
    "asked": _OFFICERS,
    "debtor": _OFFICERS,
}
#: Who may learn the complainant's words and whom they accuse (design: words stay with their side).
_INNER: Final = frozenset({"representative", "protection"})
#: Every command that a case takes in some state.
COMMANDS: Final = frozenset(name for names in POSSIBLE.values() for name in names)

Roles = tuple[Role, ...]


class Row(BaseModel):
    """Who is allowed one thing: for each relation the roles, and which relations bar it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    holder: Roles = ()
    past_holder: Roles = ()
    advocate: Roles = ()
    monitor: Roles = ()
    released: Roles = ()
    asked: Roles = ()
    debtor: Roles = ()
    never: tuple[Relation, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {
            name: ROLES_OF[name] if value == "all" and name in ROLES_OF else value
            for name, value in given.items()
        }

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        for relation in RELATIONS:
            for role in self.roles(relation):
                if role not in ROLES_OF[relation]:
                    raise ValueError(f"a {role} is never {relation}")
        if not any(self.roles(relation) for relation in RELATIONS if relation not in self.never):
            raise ValueError("nobody is allowed this")
        return self

    def roles(self, relation: Relation) -> tuple[Role, ...]:
        """Return the roles that are allowed this by a relation."""
        found: tuple[Role, ...] = getattr(self, relation)
        return found

    def allows(self, role: Role, relations: Collection[Relation]) -> bool:
        """Tell whether a role that stands so to a case is allowed this."""
        if any(relation in self.never for relation in relations):
            return False
        return any(role in self.roles(relation) for relation in relations)


class Views(BaseModel):
    """What there is to see of a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    case: Row
    record: Row
    facts: Row
    words: Row
    accused: Row
    safety: Row


#: The lists are kept by these two, so that no version of the table may say otherwise.
_CASE: Final = Row.model_validate(dict.fromkeys(SEES, "all"))
_FACTS: Final = Row.model_validate(
    {
        "holder": ["representative", "protection"],
        "past_holder": ["representative", "protection"],
        "advocate": "all",
        "monitor": "all",
        "released": "all",
    }
)


#: Who may call an endpoint that is not about one case.
Door = Literal[
    "open",
    "code",
    "gateway",
    "signed-in",
    "cases",
    "session",
    "managers",
    "service",
    "operator",
]


class Access(BaseModel):
    """The whole table (`access.yaml`).

    `endpoints` are those of every service; each service guards its own, and the suite compares.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    views: Views
    commands: dict[str, Row] = Field(min_length=1)
    endpoints: dict[str, dict[str, Door | tuple[Role, ...]]]

    @model_validator(mode="after")
    def _holds(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        if unknown := sorted(self.commands.keys() - COMMANDS):
            yield f"there is no command {', '.join(unknown)}"
        if missing := sorted(COMMANDS - self.commands.keys()):
            yield f"nobody may give {', '.join(missing)}: each command needs a row"
        if self.views.case != _CASE:
            yield "that a case exists is for holders, advocate and monitors; no table changes it"
        if self.views.facts != _FACTS:
            yield "what a case is about reaches the other side with the statement alone"
        for name in ("words", "accused", "safety"):
            if others := _roles_in(getattr(self.views, name)) - _INNER:
                yield f"{name} are never for {', '.join(sorted(others))}"
        if _roles_in(self.views.safety) != {"protection"}:
            yield "safety is for protection focal points alone"
        for name, row in self.commands.items():
            if "monitor" in _roles_in(row):
                yield f"a monitor only looks, and may not {name}"

    def commands_of(self, role: Role, relations: Collection[Relation]) -> frozenset[str]:
        """Return the commands that a role which stands so to a case may give."""
        return frozenset(name for name, row in self.commands.items() if row.allows(role, relations))


def _roles_in(row: Row) -> frozenset[Role]:
    return frozenset(role for relation in RELATIONS for role in row.roles(relation))
