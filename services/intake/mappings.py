"""Mapping files: how the columns of a register become grievances, as validated data.

A mapping is found by its headers, compared without accents, case and signs.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.events.codes import Language

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class MappingError(ValueError):
    """A mapping file is not valid; the text names the file."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """A column by its header and the other headers it is known under."""

    header: str
    aliases: tuple[str, ...] = ()
    required: bool = False


class WordsPart(_Part):
    """A column that goes into the words, after its label when there are several."""

    column: Key
    label: str = ""


class DateRule(_Part):
    """How the date of the facts is read; formats are tried in their order."""

    column: Key
    formats: tuple[str, ...]


class LanguageRule(_Part):
    """The language of the row, by the values that the column may hold."""

    column: Key | None = None
    default: Language = "fr"
    values: dict[str, Language] = {}


class CategoryRule(_Part):
    """The category of the row: whole value first, then beginning of the value, else default."""

    column: Key
    exact: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    default: str | None = None

    def codes(self) -> set[str]:
        """Return every category that the rule can give."""
        codes = set(self.exact.values()) | set(self.prefixes.values())
        return codes | ({self.default} if self.default else set())


class ImportMapping(_Part):
    """One mapping file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    title: dict[Literal["fr", "en"], str]
    columns: dict[Key, Column]
    number: Key | None = None
    repeated_number: Literal["refuse", "warn"] = "warn"
    words: Annotated[tuple[WordsPart, ...], Field(min_length=1)]
    words_required: Annotated[tuple[Key, ...], Field(min_length=1)]
    date: DateRule | None = None
    site: tuple[Key, ...] = ()
    organisation: Key | None = None
    name_column: Key | None = None
    phone: Key | None = None
    email: Key | None = None
    language: LanguageRule = LanguageRule()
    category: CategoryRule | None = None

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        used = {part.column for part in self.words} | set(self.words_required) | set(self.site)
        singles = (self.number, self.organisation, self.name_column, self.phone, self.email)
        used |= {key for key in singles if key}
        for rule in (self.date, self.language, self.category):
            if rule and rule.column:
                used.add(rule.column)
        if unknown := sorted(used - set(self.columns)):
            raise ValueError(f"columns that are not defined: {', '.join(unknown)}")
        return self

    def locate(self, header: Iterable[str]) -> dict[str, int]:
        """Return the place of each known column in a header."""
        places: dict[str, int] = {}
        for place, title in enumerate(header):
            places.setdefault(fold(title), place)
        found: dict[str, int] = {}
        for key, column in self.columns.items():
            for name in (column.header, *column.aliases):
                if fold(name) in places:
                    found[key] = places[fold(name)]
                    break
        return found

    def missing(self, header: Iterable[str]) -> list[str]:
        """Return the headers of required columns that are not there."""
        found = self.locate(header)
        return [
            column.header
            for key, column in self.columns.items()
            if column.required and key not in found
        ]


def fold(text: str) -> str:
    """Return a text without accents, case, signs and spaces, for comparing headers."""
    plain = unicodedata.normalize("NFKD", text.replace("°", "o").replace("º", "o"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    return re.sub(r"[\W_]+", " ", letters).strip()


def load_mappings(directory: Path, categories: Iterable[str] = ()) -> dict[str, ImportMapping]:
    """Read every mapping file of a directory; raises MappingError that names file and fault.

    `categories` are the codes of the taxonomy; when given, a mapping may use no other.
    """
    known = set(categories)
    mappings: dict[str, ImportMapping] = {}
    for path in sorted(directory.glob("*.yaml")):
        try:
            mapping = ImportMapping.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (yaml.YAMLError, ValidationError) as error:
            raise MappingError(f"{path}: {error}") from None
        unknown = mapping.category.codes() - known if mapping.category and known else set()
        if unknown:
            raise MappingError(f"{path}: unknown categories: {', '.join(sorted(unknown))}")
        if mapping.name in mappings:
            raise MappingError(f"{path}: the name {mapping.name} is used twice")
        mappings[mapping.name] = mapping
    return mappings


def choose(mappings: Mapping[str, ImportMapping], header: Iterable[str]) -> ImportMapping | None:
    """Return the mapping whose required columns are all there and that knows most columns."""
    titles = list(header)
    fitting = [mapping for mapping in mappings.values() if not mapping.missing(titles)]
    return max(fitting, key=lambda mapping: len(mapping.locate(titles)), default=None)


def nearest(mappings: Mapping[str, ImportMapping], header: Iterable[str]) -> ImportMapping | None:
    """Return the mapping that knows most of a header and lacks least, for naming what it lacks."""
    titles = list(header)
    return max(
        mappings.values(),
        key=lambda mapping: (len(mapping.locate(titles)), -len(mapping.missing(titles))),
        default=None,
    )
