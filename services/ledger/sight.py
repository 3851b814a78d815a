"""Who may see a case, how much of it, and what they may do: the one place that says so. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from services.ledger.case import Case
from services.ledger.decisions import possible_in
from shared.events.codes import OtherSide, Responder
from shared.events.routing import GrievanceRouted

Relation = Literal["none", "holder", "past_holder", "advocate", "monitor"]

Role = Literal["representative", "csr", "authority", "protection", "monitor", "administrator"]


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
_HOLDER: Final = frozenset(
    {
        "acknowledge",
        "start-inquiry",
        "ask-complainant",
        "extend",
        "propose-remedy",
        "record-delivery",
        "escalate",
        "close",
        "decide-appeal",
        "ask-party",
        "link-case",
        "take",
        "hand-over",
    }
)
#: What only the complainant's side does, whether it holds the case or speaks for them.
_FOR_COMPLAINANT: Final = frozenset(
    {
        "record-statement",
        "release-statement",
        "withdraw-statement",
        "record-contact-try",
        "verify-delivery",
        "appeal",
        "reopen",
        "record-follow-up",
        "correct-triage",
    }
)
#: What keeps a person safe is done by the protection focal point that holds the case.
_PROTECTION: Final = frozenset(
    {
        "record-safety-plan",
        "record-safe-contact",
        "refer-service",
        "request-release",
        "agree-release",
    }
)
_COMMANDS: Final[dict[Relation, frozenset[str]]] = {
    "none": frozenset(),
    "holder": _HOLDER,
    "past_holder": frozenset(),
    "advocate": frozenset({"escalate", "verify-delivery", "ask-party", "link-case"})
    | _FOR_COMPLAINANT,
    "monitor": frozenset(),
}
_PARTIES: Final[frozenset[Relation]] = frozenset({"holder", "past_holder", "advocate"})
COMMANDS: Final = _HOLDER | {"verify-delivery", "answer-question"} | _FOR_COMPLAINANT | _PROTECTION
#: The roles of the other side, and as what they read a statement.
_OTHER_SIDE: Final[dict[Role, OtherSide]] = {"csr": "company", "authority": "authority"}


@dataclass(frozen=True)
class Sight:
    """What one caller sees of one case.

    `full` shows who acted and why; without it there is a timeline alone. `words` are the
    complainant's own words: no company and no authority reads them. `accused` shows the parties
    that are named. `facts` is what the grievance is about and where: the other side learns it
    with the statement, before that only that there is a case and its date.
    """

    relations: frozenset[Relation]
    full: bool
    words: bool
    accused: bool
    facts: bool
    commands: frozenset[str]

    @property
    def visible(self) -> bool:
        """Whether the case exists for this caller."""
        return bool(self.relations)


UNSEEN: Final = Sight(
    frozenset(), full=False, words=False, accused=False, facts=False, commands=frozenset()
)


def sight_of(case: Case, caller: Caller) -> Sight:
    """Return what a caller sees of a case; nothing unless a rule here says otherwise."""
    route = case.route
    if route is None or caller.role == "administrator" or _is_accused(route, caller):
        return UNSEEN
    if route.lane == "protected" and caller.role != "protection":
        return UNSEEN
    relations = _relations(case, route, caller)
    if not relations:
        return UNSEEN
    working = bool(relations & {"holder", "advocate"})
    inner = caller.role in ("representative", "protection")
    return Sight(
        relations=relations,
        full="monitor" not in relations,
        words=working and inner,
        accused=working and inner,
        facts=knows_facts(caller.role, case.statement.to),
        commands=_commands_of(case, caller, relations),
    )


def _commands_of(case: Case, caller: Caller, relations: frozenset[Relation]) -> frozenset[str]:
    """Return what somebody may do, as far as it does not depend on the state of the case."""
    commands = frozenset(name for relation in relations for name in _COMMANDS[relation])
    inner = caller.role in ("representative", "protection")
    if inner and relations & {"holder", "advocate"}:
        commands |= _FOR_COMPLAINANT
    if "holder" in relations and caller.role == "protection":
        commands |= _PROTECTION
    if relations & _PARTIES and any(
        one.to == caller.organisation and one.answer_id is None for one in case.questions
    ):
        commands |= {"answer-question"}
    if caller.organisation in case.debtors:
        commands -= {"verify-delivery"}
        if relations & {"holder", "past_holder"}:
            commands |= {"record-delivery"}
    return commands


def knows_facts(role: Role, released_to: Sequence[str]) -> bool:
    """Tell whether a role that sees a case may know what it is about."""
    side = _OTHER_SIDE.get(role)
    return side is None or side in released_to


def may_read(case: Case, sight: Sight, organisation: str | None, text_id: str) -> bool:
    """Tell whether somebody who sees the case may read a text of the vault.

    The statement when it was released to them, and questions and answers of their own.
    """
    if not sight.full or organisation is None:
        return False
    if sight.facts and text_id == case.statement.released_id:
        return True
    return any(
        text_id in (one.text_id, one.answer_id) and organisation in (one.asker, one.to)
        for one in case.questions
    )


def _relations(case: Case, route: GrievanceRouted, caller: Caller) -> frozenset[Relation]:
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
    keys = {key_of(caller) for caller in callers if sight_of(case, caller).visible}
    return sorted(key for key in keys if key is not None)
