"""Words that tell something: looked for at intake, because words never leave the vault.

Signs of danger (domain rules, immediate risk) and, where nobody chose one, the category.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from shared.text import plain


class Words(BaseModel):
    """The words and phrases that show one thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    words: tuple[str, ...] = Field(min_length=1)


class SignWords(Words):
    """The words of a danger sign; `alert` opens a protected case when they come in a message."""

    alert: bool = False


class DangerWords(BaseModel):
    """The policy file of danger signs: code of the sign to its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    signs: Mapping[str, SignWords]

    @cached_property
    def _searches(self) -> "_Searches":
        return _Searches(self.signs)

    def find(self, *texts: str | None) -> tuple[str, ...]:
        """Return the codes of the signs whose words stand in the texts, as whole words."""
        return self._searches.found(texts)

    def alerts(self, signs: Iterable[str]) -> bool:
        """Tell whether one of the signs must reach the protection focal point."""
        return any(self.signs[sign].alert for sign in signs)


class CategoryWords(BaseModel):
    """The policy file of words that tell a category when nobody chose one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    categories: Mapping[str, Words]

    @cached_property
    def _searches(self) -> "_Searches":
        return _Searches(self.categories)

    def only(self, *texts: str | None) -> str | None:
        """Return the one category whose words stand in the texts; None for none or several."""
        found = self._searches.found(texts)
        return found[0] if len(found) == 1 else None


class _Searches:
    """The phrases of all codes by their first word, so that a text is gone through once."""

    def __init__(self, lists: Mapping[str, Words]) -> None:
        self._codes = tuple(lists)
        self._phrases: dict[str, list[tuple[str, list[str]]]] = {}
        for code, known in lists.items():
            for phrase in sorted({plain(word) for word in known.words} - {""}):
                first, *rest = phrase.split()
                self._phrases.setdefault(first, []).append((code, rest))

    def found(self, texts: Iterable[str | None]) -> tuple[str, ...]:
        """Return the codes whose phrases stand in the texts, in the order of the file."""
        hits: set[str] = set()
        for text in filter(None, texts):
            words = plain(text).split()
            for place, word in enumerate(words, start=1):
                for code, rest in self._phrases.get(word, ()):
                    if words[place : place + len(rest)] == rest:
                        hits.add(code)
        return tuple(code for code in self._codes if code in hits)
