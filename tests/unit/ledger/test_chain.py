"""The seal of an entry, as anybody can compute it, and what each kind of damage is called."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from services.ledger.chain import GENESIS, Entry, Fault, canonical, chained, check, entry_of, seal
from tests.support.events import message


def entry(sequence: int, **changes: object) -> Entry:
    """Return an entry that is not sealed yet."""
    plain = Entry(
        id=f"id-{sequence}",
        subject="g1",
        sequence=sequence,
        type="cf.recours.case.opened.v1",
        time="2026-11-23T07:00:00.000Z",
        data={"stage": "acknowledge"},
        cause="cause",
        chain=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def record(length: int) -> list[Entry]:
    """Return the record of a case with so many entries, each sealed onto the one before."""
    entries: list[Entry] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        entries.append(sealed(entry(sequence), previous))
        previous = entries[-1].chain or ""
    return entries


def sealed(unsealed: Entry, previous: str | None) -> Entry:
    """Return an entry sealed onto another one."""
    return replace(unsealed, chain=seal(unsealed, previous or ""))


def test_a_seal_is_the_hash_of_a_text_that_anybody_can_write() -> None:
    text = (
        '{"cause":null,"data":{"a":[1,2],"état":"prêt"},"id":"i","previous":"p","sequence":3,'
        '"subject":"s","time":"2026-11-23T07:00:00.000Z","type":"t"}'
    )
    given = Entry(
        id="i",
        subject="s",
        sequence=3,
        type="t",
        time="2026-11-23T07:00:00.000Z",
        data={"état": "prêt", "a": [1, 2]},
        cause=None,
        chain="not part of it",
    )
    assert seal(given, "p") == sha256(text.encode()).hexdigest()


def test_a_value_without_one_written_form_is_refused() -> None:
    with pytest.raises(ValueError, match="float"):
        canonical({"share": float("nan")})


def test_an_event_is_sealed_as_the_store_writes_it() -> None:
    event = message("g1", 2)
    written = Entry(
        id=event.id,
        subject="g1",
        sequence=2,
        type="cf.recours.message.received.v1",
        time="2026-11-23T07:00:00.000Z",
        data={"reference": "K", "channel": "web", "message_id": "m", "danger_signs": []},
        cause="cause-2",
        chain=None,
    )
    assert entry_of(event) == written
    assert entry_of(replace(event, chain="seal")) == replace(written, chain="seal")
    assert chained(event, "head") == replace(event, chain=seal(written, "head"))
    assert chained(event, None).chain == seal(written, GENESIS)


@pytest.mark.parametrize("length", [0, 1, 4])
def test_a_whole_record_has_no_fault_in_whatever_order_it_is_read(length: int) -> None:
    assert check("g1", record(length)) == []
    assert check("g1", record(length)[::-1], length) == []


def found(entries: Sequence[Entry], length: int = 4) -> list[tuple[int, str, str]]:
    """Return place, kind and detail of each fault of the case."""
    faults = check("g1", entries, length)
    assert all(fault == Fault("g1", fault.sequence, fault.kind, fault.detail) for fault in faults)
    return [(fault.sequence, fault.kind, fault.detail) for fault in faults]


GONE = "the entry is gone"
CHANGED = "the content does not match its seal"
SECOND = "a second entry stands at this place"
ELSEWHERE = "the entry is sealed onto another one than the one before it"


def test_entries_that_are_gone_are_named_one_by_one() -> None:
    first, _, _, last = record(4)
    assert found([last]) == [(1, "missing", GONE), (2, "missing", GONE), (3, "missing", GONE)]
    assert found([first], 3) == [(2, "missing", GONE), (3, "missing", GONE)]


def test_an_entry_behind_a_gap_is_not_doubted_but_what_follows_it_is_checked() -> None:
    first, _, third, last = record(4)
    assert found([first, third, replace(last, time="later")]) == [
        (2, "missing", GONE),
        (4, "changed", CHANGED),
    ]


def test_a_changed_entry_is_told_from_one_that_was_sealed_elsewhere() -> None:
    entries = record(4)
    assert found([entries[0], replace(entries[1], cause="other"), *entries[2:]]) == [
        (2, "changed", CHANGED)
    ]


@pytest.mark.parametrize("onto", ["the first", "the beginning"])
def test_an_entry_sealed_onto_another_than_the_one_before_is_out_of_order(onto: str) -> None:
    first, second, third, _ = record(4)
    moved = sealed(third, first.chain if onto == "the first" else GENESIS)
    assert found([first, second, moved], 3) == [(3, "reordered", ELSEWHERE)]


def test_a_second_entry_at_a_place_is_invented_and_the_rest_is_still_checked() -> None:
    first, second, third, last = record(4)
    again = replace(second, id="id-x")
    assert found([first, second, again, third, replace(last, type="other")]) == [
        (2, "invented", SECOND),
        (4, "changed", CHANGED),
    ]


def test_an_entry_of_another_case_is_invented_here() -> None:
    first, second, third, last = record(4)
    foreign = sealed(replace(third, subject="g2"), second.chain)
    assert (3, "invented", "the entry belongs to another case") in found(
        [first, second, foreign, last]
    )


def test_an_entry_without_a_seal_is_invented_and_nothing_is_sealed_onto_it() -> None:
    first, second, third, last = record(4)
    assert found([first, second, replace(third, chain=None), last]) == [
        (3, "invented", "the entry carries no seal"),
        (4, "changed", CHANGED),
    ]


def test_faults_before_a_gap_are_told_too() -> None:
    first, second, _, last = record(4)
    assert found([replace(first, id="other"), second, last]) == [
        (1, "changed", CHANGED),
        (3, "missing", GONE),
    ]
