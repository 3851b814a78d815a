"""What a comparison found, told in words or as JSON: codes, references and dates, nothing else."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from deploy.policy_diff.verdicts import Difference, Kind, Verdict
from shared.policy_changes import Change

_Words = tuple[str, str]
_KINDS: Final[dict[Kind, _Words]] = {
    "routed": ("confiés autrement", "routed otherwise"),
    "dated": ("datés autrement", "dated otherwise"),
    "escalated": ("montés autrement", "escalated otherwise"),
    "refused": (
        "avec un acte devenu impossible ou possible",
        "with an act that became impossible or possible",
    ),
}
_FIELDS: Final[dict[str, _Words]] = {
    "holder": ("confié à", "held by"),
    "responder": ("file", "queue"),
    "lane": ("voie", "lane"),
    "severity": ("gravité", "severity"),
    "category": ("catégorie", "category"),
    "site": ("site", "site"),
    "organisation": ("organisme visé", "respondent"),
    "accused": ("mis en cause", "accused"),
    "advocate": ("accompagné par", "advocate"),
}
_LACKS: Final[dict[str, _Words]] = {
    "holder": ("sans responsable", "without a holder"),
    "date": ("sans date", "without a date"),
}
#: Files whose changes no replay can show: the words of a case are in the vault, notices follow it.
_NOT_REPLAYED: Final = ("danger.yaml", "keywords.yaml", "imports/", "templates/", "audiences.yaml")
_SILENT: Final = "warnings"


@dataclass(frozen=True)
class Comparison:
    """The versions, what changes between them, and every case that would have gone otherwise."""

    old: str
    new: str
    changes: tuple[Change, ...]
    verdicts: tuple[Verdict, ...] = ()
    cases: int = 0
    unread: int = 0
    seconds: float = 0.0
    replayed: bool = True

    @property
    def refused(self) -> list[Verdict]:
        """The open cases that the new policy would leave without a holder or a date."""
        return [verdict for verdict in self.verdicts if verdict.lacks]

    def to_json(self) -> dict[str, Any]:
        """Return the whole comparison as JSON values."""
        return {
            "old": self.old,
            "new": self.new,
            "changes": [
                asdict(change) | {"place": list(change.place), "words": change.in_words("fr")}
                for change in self.changes
            ],
            "cases": [asdict(verdict) for verdict in self.verdicts],
            "refused": [verdict.reference for verdict in self.refused],
            "replayed": self.cases if self.replayed else None,
            "unread": self.unread,
            "seconds": round(self.seconds, 3),
        }


def lines(told: Comparison, language: str, most: int) -> Iterator[str]:
    """Yield the comparison in words; of so many cases, those left alone first."""
    french = language == "fr"
    yield from _changes(told, french, language)
    if told.replayed:
        yield from _cases(told, french, most)
        yield from _refusal(told, french)
        yield _summary(told, french)


def _changes(told: Comparison, french: bool, language: str) -> Iterator[str]:
    if not told.changes:
        yield (
            f"Rien ne change entre {told.old} et {told.new}."
            if french
            else f"Nothing changes between {told.old} and {told.new}."
        )
        return
    count = len(told.changes)
    yield (
        f"{count} changement{'s' if count > 1 else ''} de {told.old} à {told.new} :"
        if french
        else f"{count} change{'s' if count > 1 else ''} from {told.old} to {told.new}:"
    )
    for change in told.changes:
        yield f"  {change.in_words(language)}"
    files = {c.file for c in told.changes if c.file.startswith(_NOT_REPLAYED)}
    if aside := sorted(files | {_SILENT for c in told.changes if c.name == _SILENT}):
        names = ", ".join(aside)
        yield (
            f"  (sans effet dans ce qui est rejoué : {names})"
            if french
            else f"  (no effect in what is replayed: {names})"
        )


def _cases(told: Comparison, french: bool, most: int) -> Iterator[str]:
    shown = sorted(told.verdicts, key=lambda v: (not v.lacks, not v.open, v.reference))
    for verdict in shown[:most]:
        state = ("ouvert" if verdict.open else "clos") if french else _state(verdict)
        what = [_difference(one, french) for one in verdict.differences]
        what += [_pick(_LACKS[lack], french).upper() for lack in verdict.lacks]
        what += [_already(_pick(_LACKS[lack], french), french) for lack in verdict.lacked]
        yield f"{verdict.reference} ({state}){' :' if french else ':'} {' ; '.join(what)}"
    if len(shown) > most:
        more = len(shown) - most
        yield f"… et {more} autres dossiers" if french else f"… and {more} more cases"


def _state(verdict: Verdict) -> str:
    return "open" if verdict.open else "closed"


def _already(lack: str, french: bool) -> str:
    return f"{lack}, comme déjà maintenant" if french else f"{lack}, as it is already"


def _difference(one: Difference, french: bool) -> str:
    before, after = one.before or "∅", one.after or "∅"
    if one.kind == "routed":
        return f"{_pick(_FIELDS[one.what], french)} {before} → {after}"
    if one.kind == "dated":
        return f"{'date' if not french else 'échéance'} {before} → {after}"
    if one.kind == "escalated":
        level = f"passage {one.what}" if french else f"move {one.what}"
        return f"{level} {before} → {after}"
    could = one.after is not None
    if french:
        return f"{one.what} du {one.after or one.before} {'refusé' if could else 'enfin possible'}"
    return f"{one.what} of {one.after or one.before} {'refused' if could else 'possible only then'}"


def _refusal(told: Comparison, french: bool) -> Iterator[str]:
    if not told.refused:
        return
    names = ", ".join(verdict.reference for verdict in told.refused)
    yield (
        f"REFUSÉE : cette politique laisserait sans responsable ou sans date : {names}"
        if french
        else f"REFUSED: this policy would leave without a holder or a date: {names}"
    )


def _summary(told: Comparison, french: bool) -> str:
    counts = Counter(kind for v in told.verdicts for kind in {d.kind for d in v.differences})
    parts = [f"{counts[kind]} {_pick(words, french)}" for kind, words in _KINDS.items()]
    unread = ""
    if told.unread:
        unread = f" ; {told.unread} illisibles" if french else f"; {told.unread} not readable"
    seconds = f"{told.seconds:.1f}"
    if french:
        return (
            f"{told.cases} dossiers rejoués en {seconds.replace('.', ',')} s : "
            f"{', '.join(parts)}{unread}"
        )
    return f"{told.cases} cases replayed in {seconds} s: {', '.join(parts)}{unread}"


def _pick(words: _Words, french: bool) -> str:
    return words[0] if french else words[1]


def only_changes(old: str, new: str, found: Sequence[Change]) -> Comparison:
    """Return a comparison of the files alone."""
    return Comparison(old, new, tuple(found), replayed=False)
