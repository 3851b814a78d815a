"""The directory of sites and organisations, as the policy files say."""

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.text import contains_words, plain

OrganisationKind = Literal[
    "syndicate", "company", "cooperative", "authority", "security_force", "protection"
]
Function = Literal[
    "commune", "labour", "mines", "environment", "social-security", "central", "health"
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(_Strict):
    """A place where people mine; nothing finer is ever published."""

    name: str = Field(min_length=1)
    prefecture: str | None = None
    commune: str | None = None
    aliases: tuple[str, ...] = ()
    invented: bool = False


class Organisation(_Strict):
    """A body that can hold, answer or be complained about.

    Without an open contact it never holds a case (CRAFT module 1: a complaints point of contact).
    `sites` empty means the whole country. `emails` are addresses of the office, not of a person.
    """

    name: str = Field(min_length=1)
    kind: OrganisationKind
    functions: tuple[Function, ...] = ()
    sites: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    open: bool = True
    national: bool = False
    invented: bool = False

    @property
    def can_hold(self) -> bool:
        """Whether a case may be given to it: open, and somebody reads its mail."""
        return self.open and bool(self.emails) and self.kind != "security_force"

    def serves(self, site: str | None) -> bool:
        """Whether it is responsible at a site."""
        return self.national or not self.sites or site in self.sites


class Sites(_Strict):
    """The file of sites, by id."""

    sites: dict[str, Site] = Field(min_length=1)

    def match(self, text: str | None) -> str | None:
        """Return the id of the site that a free text names, if exactly one."""
        return _only(_hits(text, self._names))

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {i: _plain_names(i, s.name, *s.aliases) for i, s in self.sites.items()}


class Organisations(_Strict):
    """The file of organisations, by id."""

    organisations: dict[str, Organisation] = Field(min_length=1)

    def find(self, organisation: str | None) -> Organisation | None:
        """Return an organisation by its id."""
        return self.organisations.get(organisation) if organisation else None

    def name_of(self, organisation: str) -> str:
        """Return the name to show for an id; the id itself when it is not known (any more)."""
        found = self.organisations.get(organisation)
        return found.name if found else organisation

    def match(self, text: str | None) -> str | None:
        """Return the id of the organisation that a free text names, if exactly one.

        Security forces win over others named beside them: naming them protects the complainant.
        """
        hits = _hits(text, self._names)
        armed = {i for i in hits if self.organisations[i].kind == "security_force"}
        return _only(armed or hits)

    def serving(self, site: str | None, kind: OrganisationKind) -> list[str]:
        """Return the ids of a kind that are responsible at a site: local ones first, as filed."""
        return [i for i in self._by_kind.get(kind, ()) if self.organisations[i].serves(site)]

    @cached_property
    def _by_kind(self) -> dict[OrganisationKind, list[str]]:
        found: dict[OrganisationKind, list[str]] = {}
        for name, body in sorted(self.organisations.items(), key=lambda item: item[1].national):
            found.setdefault(body.kind, []).append(name)
        return found

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {i: _plain_names(i, o.name, *o.aliases) for i, o in self.organisations.items()}


def _plain_names(*names: str) -> tuple[str, ...]:
    """Return id, name and aliases as they are compared."""
    return tuple(plain(name) for name in names if plain(name))


def _hits(text: str | None, names: dict[str, tuple[str, ...]]) -> set[str]:
    """Return the ids that a text is, or else those whose name stands in it as whole words."""
    wanted = plain(text) if text else ""
    if not wanted:
        return set()
    exact = {i for i, (ident, *_) in names.items() if wanted == ident}
    return exact or {
        i for i, known in names.items() if any(contains_words(wanted, name) for name in known[1:])
    }


def _only(hits: set[str]) -> str | None:
    return next(iter(hits)) if len(hits) == 1 else None
