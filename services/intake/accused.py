"""Who is complained about, as codes: so that the accused never hold, see or hear; pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.intake.submission import AccusedGiven
from shared.directory import Organisations
from shared.events.codes import AccusedKind
from shared.events.intake import Accused
from shared.text import contains_words, plain

#: Kinds of accused that are recognised in free words when no organisation of the directory is.
_KIND_WORDS: Final[tuple[tuple[AccusedKind, tuple[str, ...]], ...]] = (
    (
        "armed_group",
        ("groupe arme", "hommes armes", "rebelle", "rebelles", "milice", "mercenaires"),
    ),
    (
        "security_force",
        (
            *("police", "policier", "policiers", "gendarme", "gendarmes", "gendarmerie", "soldat"),
            *("soldats", "militaire", "militaires", "faca", "usaf", "garde", "gardes"),
        ),
    ),
    ("syndicate", ("syndicat", "syndicaliste", "delegue syndical")),
    ("cooperative", ("cooperative",)),
    ("company", ("societe", "compagnie", "entreprise", "patron", "company")),
    ("authority", ("maire", "mairie", "commune", "prefet", "sous prefet", "ministere", "ministre")),
)
_ORGANISATION_KINDS: Final[Mapping[str, AccusedKind | None]] = {
    "company": "company",
    "cooperative": "cooperative",
    "syndicate": "syndicate",
    "authority": "authority",
    "security_force": "security_force",
}


def named_accused(given: Sequence[AccusedGiven], known: Organisations) -> tuple[Accused, ...]:
    """Return each accused party as a directory organisation, or as a kind found in the words."""
    named = []
    for accused in given:
        words = " ".join(filter(None, (accused.organisation, accused.person_text)))
        organisation = (
            accused.organisation if known.find(accused.organisation) else known.match(words)
        )
        found = known.find(organisation)
        kind = _ORGANISATION_KINDS.get(found.kind) if found else _kind_in(words)
        named.append(Accused(organisation=organisation, kind=kind))
    return tuple(dict.fromkeys(named))


def _kind_in(words: str) -> AccusedKind | None:
    text = plain(words)
    for kind, known in _KIND_WORDS:
        if any(contains_words(text, word) for word in known):
            return kind
    return "person" if text else None
