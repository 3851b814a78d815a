"""The hash chain of a case: every entry seals itself and all entries before it. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, Literal

from shared.events.envelope import Event, format_time

#: What the first entry of a case is chained to.
GENESIS: Final = "0" * 64

Kind = Literal["changed", "missing", "reordered", "invented"]


@dataclass(frozen=True)
class Entry:
    """One entry of a case's record, as it is stored."""

    id: str
    subject: str
    sequence: int
    type: str
    time: str
    data: Mapping[str, Any]
    cause: str | None
    chain: str | None


@dataclass(frozen=True)
class Fault:
    """One place where a record does not hold: which case, which entry, and what is wrong."""

    case: str
    sequence: int
    kind: Kind
    detail: str


_CANONICAL: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
)


def canonical(value: Any) -> bytes:
    """Write JSON values in their one canonical form: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def seal(entry: Entry, previous: str) -> str:
    """Return the hash of an entry over its content and the hash of the entry before it."""
    return sha256(sealed_content(entry, previous)).hexdigest()


def sealed_content(entry: Entry, previous: str) -> bytes:
    """Return the bytes that the seal of an entry is the hash of."""
    content = {
        "cause": entry.cause,
        "data": entry.data,
        "id": entry.id,
        "previous": previous,
        "sequence": entry.sequence,
        "subject": entry.subject,
        "time": entry.time,
        "type": entry.type,
    }
    return canonical(content)


def entry_of(event: Event) -> Entry:
    """Return the entry of an event, as the store writes it."""
    return Entry(
        id=event.id,
        subject=event.subject,
        sequence=event.sequence,
        type=event.type,
        time=format_time(event.time),
        data=event.data.model_dump(mode="json"),
        cause=event.cause,
        chain=event.chain,
    )


def chained(event: Event, previous: str | None) -> Event:
    """Return an event sealed onto the chain whose head is `previous`."""
    return replace(event, chain=seal(entry_of(event), previous or GENESIS))


def check(case: str, entries: Sequence[Entry], length: int = 0) -> list[Fault]:
    """Return every fault in the record of a case, whose last known length was `length`.

    Entries may come in any order of storage; their sequence numbers say where they belong.
    """
    ordered = sorted(entries, key=lambda entry: entry.sequence)
    seals = {entry.chain for entry in ordered if entry.chain}
    faults: list[Fault] = []
    expected, previous, linked = 1, GENESIS, True
    for entry in ordered:
        if entry.sequence < expected:
            detail = "a second entry stands at this place"
            faults.append(Fault(case, entry.sequence, "invented", detail))
            continue
        if entry.sequence > expected:
            faults += _gone(case, expected, entry.sequence)
            linked = False
        # After a gap the entry before is unknown, so the first seal behind it cannot be checked.
        if linked and (fault := _fault(case, entry, previous, seals)):
            faults.append(fault)
        previous, expected, linked = entry.chain or "", entry.sequence + 1, True
    return faults + _gone(case, expected, length + 1)


def _gone(case: str, first: int, end: int) -> list[Fault]:
    return [Fault(case, at, "missing", "the entry is gone") for at in range(first, end)]


def _fault(case: str, entry: Entry, previous: str, seals: set[str]) -> Fault | None:
    if entry.subject != case:
        return Fault(case, entry.sequence, "invented", "the entry belongs to another case")
    if not entry.chain:
        return Fault(case, entry.sequence, "invented", "the entry carries no seal")
    if seal(entry, previous) == entry.chain:
        return None
    if any(seal(entry, other) == entry.chain for other in seals | {GENESIS}):
        detail = "the entry is sealed onto another one than the one before it"
        return Fault(case, entry.sequence, "reordered", detail)
    return Fault(case, entry.sequence, "changed", "the content does not match its seal")
