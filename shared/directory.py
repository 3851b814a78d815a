"""The directory of sites and organisations, as the policy files say."""

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
        return _match(text, {i: (s.name, *s.aliases) for i, s in self.sites.items()})


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
        """Return the id of the organisation that a free text names, if exactly one."""
        return _match(text, {i: (o.name, *o.aliases) for i, o in self.organisations.items()})

    def serving(self, site: str | None, kind: OrganisationKind) -> list[str]:
        """Return the ids of a kind that are responsible at a site: local ones first, in file order."""
        found = [i for i, o in self.organisations.items() if o.kind == kind and o.serves(site)]
        return sorted(found, key=lambda i: self.organisations[i].national)


def _match(text: str | None, names: dict[str, tuple[str, ...]]) -> str | None:
    """Return the one id among whose names a name stands in the text, as whole words."""
    if not text:
        return None
    wanted = plain(text)
    if not wanted:
        return None
    hits = {i for i, known in names.items() if wanted == plain(i)}
    hits = hits or {
        i for i, known in names.items() if any(contains_words(wanted, plain(n)) for n in known)
    }
    return hits.pop() if len(hits) == 1 else None
