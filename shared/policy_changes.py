"""What differs between two versions of the policy files, each change with a name. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML

from shared.policy_bundle import Bundle
from shared.policy_names import NAMES, Path


@dataclass(frozen=True)
class Change:
    """One change: a code for it, its file and place, and both values as they are written."""

    name: str
    file: str
    place: Path
    before: str | None
    after: str | None
    fr: str
    en: str

    def in_words(self, language: str = "fr") -> str:
        """Return the change as a sentence."""
        french = language == "fr"
        subject = self.fr if french else self.en
        colon = " : " if french else ": "
        if self.before is None and self.after is None:
            return f"{subject}{colon}{'modifié' if french else 'changed'}"
        if self.before is None:
            told = f"{'ajouté' if french else 'added'}"
            return f"{subject}{colon}{told}{f' ({self.after})' if self.after else ''}"
        if self.after is None:
            told = f"{'supprimé' if french else 'removed'}"
            return f"{subject}{colon}{told}{f' ({self.before})' if self.before else ''}"
        return f"{subject}{colon}{self.before or '∅'} → {self.after or '∅'}"


def changes(old: Bundle, new: Bundle) -> list[Change]:
    """Return every difference in what two versions say; comments and layout are none."""
    found: list[Change] = []
    for file in sorted(old.files.keys() | new.files.keys()):
        if old.files.get(file) == new.files.get(file):
            continue
        before, after = _content(old, file), _content(new, file)
        if before is None or after is None:
            told = (None if before is None else "", None if after is None else "")
            found.append(_change(file, (), *told))
        else:
            found += [_change(file, *one) for one in _differences((), before, after)]
    return found


def _content(bundle: Bundle, file: str) -> Any:
    if file not in bundle.files:
        return None
    return YAML(typ="safe", pure=True).load(StringIO(bundle.files[file])) or {}


def _differences(
    place: Path, before: Any, after: Any
) -> Iterator[tuple[Path, str | None, str | None]]:
    if before == after:
        return
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        yield place, *_shown(before, after)
        return
    for key in [*before, *(key for key in after if key not in before)]:
        here = (*place, str(key))
        if key not in after:
            yield here, _text(before[key]), None
        elif key not in before:
            yield here, None, _text(after[key])
        else:
            yield from _differences(here, before[key], after[key])


def _shown(before: Any, after: Any) -> tuple[str, str]:
    """Return both values; of a long list or one of rules only what the other has not, after `…`."""
    if not isinstance(before, list) or not isinstance(after, list) or not (before and after):
        return _text(before), _text(after)
    gone = [item for item in before if item not in after]
    come = [item for item in after if item not in before]
    both = [*before, *after]
    short = len(both) <= _SHORT and not any(isinstance(item, Mapping) for item in both)
    if short or not (gone or come):
        return _text(before), _text(after)
    one, other = (f"…, {_text(items)}" if items else "…" for items in (gone, come))
    return one, other


#: How many items two lists may have together to be shown whole.
_SHORT: Final = 16


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(item, Mapping | list) for item in value):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _change(file: str, place: Path, before: str | None, after: str | None) -> Change:
    for named in NAMES:
        stars = named.stars(file, place)
        if stars is None or not place:
            continue
        if named.private:
            before, after = _hidden(before, after)
        words = named.fr.format(*stars), named.en.format(*stars)
        return Change(named.name, file, place, before, after, *words)
    told = f"{file}, {'.'.join(place)}" if place else file
    return Change("other", file, place, before, after, told, told)


def _hidden(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Return what tells that a value came, went or changed, and nothing of it."""
    if before is not None and after is not None:
        return None, None
    return (None, "") if before is None else ("", None)
