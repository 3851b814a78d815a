"""The taxonomy: what a grievance can be about, as the policy files say."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.directory import OrganisationKind
from shared.events.codes import Lane, Severity

Group = Literal["land", "work", "water", "accident", "money", "papers", "violence", "other"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Strict):
    """A name in the languages it is certain in."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        """Return the name in a language, French where there is none."""
        return self.en if language == "en" else self.fr


class Category(_Strict):
    """One kind of grievance: its tile on the form, severity, lane, ladder and SDG targets.

    `ladder` names who holds it first and who comes next; the steps are those of responders.yaml.
    `raises` makes it more severe when a sign of danger is found; `recuses` keeps whole kinds of
    organisation away from it, whoever is named.
    """

    label: Label
    group: Group
    severity: Severity
    lane: Lane = "open"
    ladder: tuple[str, ...] = ()
    raises: dict[str, Severity] = {}
    recuses: tuple[OrganisationKind, ...] = ()
    sdg: tuple[str, ...] = ()
    oecd_annex2: bool = False


class Taxonomy(_Strict):
    """All categories and the groups (tiles) they are shown under."""

    groups: dict[Group, Label]
    categories: dict[str, Category] = Field(min_length=1)

    def find(self, code: str | None) -> Category | None:
        """Return a category by its code, however it is written."""
        known = self.code(code)
        return self.categories[known] if known else None

    def code(self, written: str | None) -> str | None:
        """Return the code that is meant, None when there is no such category."""
        code = written.strip().upper() if written else ""
        return code if code in self.categories else None
