"""Words that tell something: looked for at intake, because words never leave the vault.

Signs of danger (domain rules, immediate risk) and, where nobody chose one, the category.
"""

import re
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
        return _searches(self.signs)

    def find(self, *texts: str | None) -> tuple[str, ...]:
        """Return the codes of the signs whose words stand in the texts, as whole words."""
        return _found(self._searches, texts)

    def alerts(self, signs: Iterable[str]) -> bool:
        """Tell whether one of the signs must reach the protection focal point."""
        return any(self.signs[sign].alert for sign in signs)


class CategoryWords(BaseModel):
    """The policy file of words that tell a category when nobody chose one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    categories: Mapping[str, Words]

    @cached_property
    def _searches(self) -> "_Searches":
        return _searches(self.categories)

    def only(self, *texts: str | None) -> str | None:
        """Return the one category whose words stand in the texts; None for none or several."""
        found = _found(self._searches, texts)
        return found[0] if len(found) == 1 else None


_Searches = tuple[tuple[str, re.Pattern[str]], ...]


def _searches(lists: Mapping[str, Words]) -> _Searches:
    # One alternation per code: a word boundary is not needed, as plain text has single spaces only.
    searches = []
    for code, known in lists.items():
        words = sorted({plain(word) for word in known.words} - {""}, key=len, reverse=True)
        pattern = "|".join(re.escape(word) for word in words)
        searches.append((code, re.compile(f"(?:^| )(?:{pattern})(?= |$)")))
    return tuple(searches)


def _found(searches: _Searches, texts: Iterable[str | None]) -> tuple[str, ...]:
    searched = [plain(text) for text in texts if text]
    return tuple(
        code for code, pattern in searches if any(pattern.search(text) for text in searched)
    )
