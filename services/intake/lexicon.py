"""Danger words: looked for at intake, because words never leave the vault (domain rules 2.1)."""

import re
from collections.abc import Mapping
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from shared.text import plain


class SignWords(BaseModel):
    """The words and phrases that show one sign."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    words: tuple[str, ...] = Field(min_length=1)


class DangerWords(BaseModel):
    """The policy file of danger signs: code of the sign to its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    signs: Mapping[str, SignWords]

    @cached_property
    def _searches(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        # One alternation per sign: `\b` is not needed, as plain text has single spaces only.
        searches = []
        for code, sign in self.signs.items():
            words = sorted({plain(word) for word in sign.words} - {""}, key=len, reverse=True)
            pattern = "|".join(re.escape(word) for word in words)
            searches.append((code, re.compile(f"(?:^| )(?:{pattern})(?= |$)")))
        return tuple(searches)

    def find(self, *texts: str | None) -> tuple[str, ...]:
        """Return the codes of the signs whose words stand in the texts, as whole words."""
        searched = [plain(text) for text in texts if text]
        return tuple(
            code
            for code, pattern in self._searches
            if any(pattern.search(text) for text in searched)
        )
