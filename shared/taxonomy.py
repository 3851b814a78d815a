"""The taxonomy: what a grievance can be about, as the policy files say."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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
    """

    label: Label
    group: Group
    severity: Severity
    lane: Lane = "open"
    ladder: tuple[str, ...] = ()
    sdg: tuple[str, ...] = ()
    oecd_annex2: bool = False


class Taxonomy(_Strict):
    """All categories and the groups (tiles) they are shown under."""

    groups: dict[Group, Label]
    categories: dict[str, Category] = Field(min_length=1)

    def find(self, code: str | None) -> Category | None:
        """Return a category by its code, however it is written."""
        return self.categories.get(code.strip().upper()) if code else None
