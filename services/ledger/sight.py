"""Who may see a case, how much of it, and what they may do: the one place that says so. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from services.ledger.access import Access, Relation
from services.ledger.case import Case
from services.ledger.decisions import possible_in
from shared.events.codes import OtherSide, Responder
from shared.events.routing import GrievanceRouted
from shared.roles import Role

_PARTIES: Final[frozenset[Relation]] = frozenset({"holder", "past_holder", "advocate"})


class Caller(Protocol):
    """Who looks: a role in an organisation (directory id)."""

    @property
    def role(self) -> Role:
        """The role."""

    @property
    def organisation(self) -> str | None:
        """The organisation, if any."""


@dataclass(frozen=True)
class _Viewer:
    role: Role
    organisation: str | None


#: As which responders a role acts for its organisation.
_ROLES: Final[dict[Responder, tuple[Role, ...]]] = {
    "syndicate": ("representative",),
    "triage": ("representative", "protection"),
    "company": ("csr",),
    "authority": ("authority",),
    "protection": ("protection",),
}
#: Roles that a `kind:…` mark bars when the complainant named only a kind of party.
_BARRED: Final[dict[Role, tuple[str, ...]]] = {
    "representative": ("kind:syndicate",),
    "csr": ("kind:company", "kind:cooperative"),
    "authority": ("kind:authority", "kind:security_force"),
    "protection": (),
    "monitor": (),
    "administrator": (),
}
#: The roles of the other side, and as what they read a statement.
_OTHER_SIDE: Final[dict[Role, OtherSide]] = {"csr": "company", "authority": "authority"}


@dataclass(frozen=True)
class Sight:
    """What one caller sees of one case; the fields are the rows of `access.yaml`.

    `full` (the row `record`) shows who acted and why; without it there is a timeline alone.
    `words` are the complainant's own: no company and no authority reads them. `facts` is what
    the grievance is about and where: the other side learns it with the statement, before that
    only that there is a case and its date.
    """

    relations: frozenset[Relation]
    full: bool
    words: bool
    accused: bool
    facts: bool
    safety: bool
    commands: frozenset[str]

    @property
    def visible(self) -> bool:
        """Whether the case exists for this caller."""
        return bool(self.relations)


UNSEEN: Final = Sight(
    frozenset(),
    full=False,
    words=False,
    accused=False,
    facts=False,
    safety=False,
    commands=frozenset(),
)


def sight_of(case: Case, caller: Caller, access: Access) -> Sight:
    """Return what a caller sees of a case; nothing unless the table says otherwise."""
    relations = relations_of(case, caller)
    if not relations:
        return UNSEEN
    role, views = caller.role, access.views
    return Sight(
        relations=relations,
        full=views.record.allows(role, relations),
        words=views.words.allows(role, relations),
        accused=views.accused.allows(role, relations),
        facts=views.facts.allows(role, relations),
        safety=views.safety.allows(role, relations),
        commands=access.commands_of(role, relations),
    )


def relations_of(case: Case, caller: Caller) -> frozenset[Relation]:
    """Return how a caller stands to a case; none at all when it does not exist for them.

    This guard is no part of the table: whatever that says, the accused see nothing, a protected
    case is there for its protection focal points alone, and administrators read no case.
    """
    route = case.route
    if route is None or caller.role == "administrator" or _is_accused(route, caller):
        return frozenset()
    if route.lane == "protected" and caller.role != "protection":
        return frozenset()
    relations = _seats(case, route, caller)
    return relations | _beside(case, caller, relations) if relations else relations


def _beside(case: Case, caller: Caller, relations: frozenset[Relation]) -> frozenset[Relation]:
    """Return what else an organisation is to a case that it has to do with."""
    found: set[Relation] = set()
    if knows_statement(caller.role, case.statement.to):
        found.add("released")
    if relations & _PARTIES:
        if any(one.to == caller.organisation and one.answer_id is None for one in case.questions):
            found.add("asked")
        if caller.organisation in case.debtors:
            found.add("debtor")
    return frozenset(found)


def knows_statement(role: Role, released_to: Sequence[str]) -> bool:
    """Tell whether the statement was released to the side that a role belongs to."""
    return _OTHER_SIDE.get(role) in released_to


def knows_facts(role: Role, released_to: Sequence[str]) -> bool:
    """Tell whether a role that sees a case in a list may know what it is about."""
    return role not in _OTHER_SIDE or knows_statement(role, released_to)


#: Who reads a text: the complainant's side alone, the two parties of a question as well, or also
#: those to whom the statement was released.
Readers = Literal["side", "parties", "released"]


def readers_of(case: Case, text_id: str) -> Readers:
    """Return who may read a text of the vault as the case stands."""
    if text_id == case.statement.released_id:
        return "released"
    asked = any(text_id in (one.text_id, one.answer_id) for one in case.questions)
    return "parties" if asked else "side"


def may_read(case: Case, sight: Sight, organisation: str | None, text_id: str) -> bool:
    """Tell whether somebody who sees the case may read a text that is not for one side alone."""
    if not sight.full or organisation is None:
        return False
    if readers_of(case, text_id) == "released":
        return sight.facts
    return any(
        text_id in (one.text_id, one.answer_id) and organisation in (one.asker, one.to)
        for one in case.questions
    )


def _seats(case: Case, route: GrievanceRouted, caller: Caller) -> frozenset[Relation]:
    if caller.role == "monitor":
        return frozenset({"monitor"})
    found: set[Relation] = set()
    if caller.organisation is None:
        return frozenset()
    for seat in case.seats:
        if seat.organisation == caller.organisation and caller.role in _ROLES[seat.responder]:
            found.add("past_holder")
    if route.holder == caller.organisation and caller.role in _ROLES[route.responder]:
        found.add("holder")
    if route.advocate == caller.organisation and caller.role == "representative":
        found.add("advocate")
    return frozenset(found - {"past_holder"} if "holder" in found else found)


def _is_accused(route: GrievanceRouted, caller: Caller) -> bool:
    if caller.organisation is not None and caller.organisation in route.accused:
        return True
    if caller.organisation == route.holder:
        return False  # routing has recused whoever the kind stands for
    return any(mark in route.accused for mark in _BARRED[caller.role])


def possible(case: Case, sight: Sight) -> list[str]:
    """Return the commands that a caller may give now."""
    return [name for name in possible_in(case) if name in sight.commands]


def key_of(caller: Caller) -> str | None:
    """Return the key under which a caller finds cases in the list view."""
    if caller.role == "monitor":
        return "monitor"
    if caller.role == "administrator" or caller.organisation is None:
        return None
    return f"{caller.role}:{caller.organisation}"


def seen_by(case: Case) -> list[str]:
    """Return the keys of all callers that see a case: the same rules, turned round."""
    route = case.route
    if route is None:
        return []
    callers = [_Viewer("monitor", None)]
    for seat in case.seats:
        callers += [_Viewer(role, seat.organisation) for role in _ROLES[seat.responder]]
    if route.advocate:
        callers.append(_Viewer("representative", route.advocate))
    keys = {key_of(caller) for caller in callers if relations_of(case, caller)}
    return sorted(key for key in keys if key is not None)
