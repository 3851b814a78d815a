"""What must always hold for a case, whatever happens to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger import endings, remedies
from services.ledger.chain import GENESIS, Entry, check, entry_of, seal
from services.ledger.domain import fold
from services.ledger.drafts import Draft
from services.ledger.due import wake_at
from services.ledger.remedies import Wanted
from services.ledger.sight import key_of, seen_by
from shared.access import Caller
from shared.errors import DomainError
from shared.events.codes import Lane, Severity
from shared.events.ledger import CaseEvent
from shared.roles import Role
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, GID, MONDAY, RULES, SYNDICATE, sight_of
from tests.unit.ledger.test_decisions import GIVE

ORGANISATIONS = ("societe-demo", "syndicat-demo", "commune-demo", "protection-demo", "police-demo")
ROLES: tuple[Role, ...] = (
    "representative",
    "csr",
    "authority",
    "protection",
    "monitor",
    "administrator",
)
IN_ITEMS = ("propose items", "deliver the first", "verify the first", "uphold")
STEPS = (
    *GIVE,
    *IN_ITEMS,
    "yes to the second",
    *(
        "yes",
        "no",
        "write",
        "withdraw",
        "lodge",
        "ask again",
        "consent",
        "state",
        "after",
        "route",
        "reroute",
        "told",
        "time",
    ),
)
Step = tuple[str, int]
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 500)), max_size=14)
lanes: st.SearchStrategy[Lane] = st.sampled_from(("open", "protected"))
severities: st.SearchStrategy[Severity] = st.sampled_from(("S1", "S2", "S3", "S4"))


def take(draft: Draft, step: Step, number: int, now: datetime) -> None:
    """Let one thing happen to a case; a refused command changes nothing."""
    name = step[0]
    cause = f"{name}-{number}"
    happenings = {
        "yes to the second": lambda: cases.answer(agreed=True, cause=cause, items=(2,)),
        "yes": lambda: cases.answer(agreed=True, cause=cause),
        "no": lambda: cases.answer(agreed=False, cause=cause),
        "write": lambda: cases.message(cause),
        "withdraw": lambda: cases.withdrawn(cause),
        "lodge": lambda: cases.appeal(cause),
        "ask again": lambda: cases.reopening(cause),
        "consent": lambda: cases.consent(given=False, cause=cause),
        "state": lambda: cases.statement("company", cause=cause),
        "after": lambda: cases.follow_up(remedy_holds=False, cause=cause),
        "route": lambda: cases.escalated(cause),
        "reroute": lambda: cases.escalated(cause, reason="corrected"),
        "told": lambda: cases.told(cause),
    }
    if name in happenings:
        draft.react(happenings[name](), now, RULES)
    elif name == "time":
        draft.fire(now, RULES)
    else:
        try:
            draft.catch_up(now, RULES)
            told = GIVE[name](draft.case, now) if name in GIVE else in_items(draft, name, now)
            draft.add(told, cause=cause, now=now)
        except DomainError:
            return


def in_items(draft: Draft, name: str, now: datetime) -> CaseEvent:
    """Return what is done to a remedy of several items."""
    wanted = [
        Wanted("crop-compensation", 5, None, (now + timedelta(days=days)).date())
        for days in (10, 40)
    ]
    match name:
        case "propose items":
            return remedies.decide_propose(draft.case, CSR, None, "t", now, RULES, wanted)
        case "deliver the first":
            return remedies.decide_record_delivery(draft.case, CSR, "e", now, RULES, (1,))
        case "verify the first":
            return remedies.decide_verify_delivery(draft.case, SYNDICATE, now, RULES, (1,))
        case _:
            return endings.decide_appeal_outcome(draft.case, CSR, "upheld", "t", now, RULES, wanted)


def played(severity: Severity, story: list[Step], lane: Lane = "open") -> Draft:
    """Return the case after a story, with a few hours between its steps."""
    draft, now = cases.opened(severity, lane=lane), MONDAY
    for number, step in enumerate(story):
        now += timedelta(hours=step[1])
        take(draft, step, number, now)
    return draft


@given(severities, steps, lanes)
def test_an_open_case_always_has_a_holder_and_a_date(
    severity: Severity, story: list[Step], lane: Lane
) -> None:
    """Invariant 6, in the case and in every event of it."""
    draft = played(severity, story, lane)
    for event in draft.new:
        summary = event.data.case  # type: ignore[attr-defined]
        assert summary.holder
        assert (summary.due_at is not None) == (summary.state != "closed")
    # Also after the end, to ask how things are, until all was asked.
    asked_all = not draft.case.open and len(draft.case.asked) == len(RULES.stages.follow_up)
    assert (wake_at(draft.case, RULES) is None) == asked_all


@given(severities, steps, lanes)
def test_the_record_verifies_and_tells_the_whole_case(
    severity: Severity, story: list[Step], lane: Lane
) -> None:
    """The case is what its events say, and nothing due is left behind in the past."""
    draft = played(severity, story, lane)
    assert fold(GID, draft.new) == draft.case
    assert not check(GID, [entry_of(event) for event in draft.new], len(draft.new))
    assert len({event.id for event in draft.new}) == len(draft.new)
    later = MONDAY + timedelta(days=400)
    draft.fire(later, RULES)
    assert all(clock.due_at > later for clock in draft.case.clocks)


def record() -> list[Entry]:
    """Return the record of a case with several entries."""
    story = [("acknowledge", 1), ("write", 1), ("propose-remedy", 1), ("yes", 1), ("told", 1)]
    return [entry_of(event) for event in played("S3", story).new]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5), st.sampled_from(("time", "type", "id", "cause", "data", "chain")))
def test_a_changed_entry_is_found(place: int, field: str) -> None:
    """Whatever is changed in whichever entry."""
    entries = record()
    old = entries[place]
    changed = dict(old.data) | {"case": {**old.data["case"], "holder": "somebody-else"}}
    value: Any = changed if field == "data" else f"{getattr(old, field) or ''}x"
    entries[place] = replace(old, **{field: value})
    assert place + 1 in {fault.sequence for fault in check(GID, entries, 6)}


@pytest.mark.parametrize("place", range(6))
def test_a_missing_entry_is_found(place: int) -> None:
    """The last one too, since the length is known."""
    entries = record()
    del entries[place]
    faults = check(GID, entries, 6)
    assert [(fault.sequence, fault.kind) for fault in faults] == [(place + 1, "missing")]


@pytest.mark.parametrize("place", range(6))
def test_an_entry_taken_out_with_the_rest_moved_up_is_found(place: int) -> None:
    """Renumbering does not hide it."""
    entries = record()
    del entries[place]
    renumbered = [replace(e, sequence=i) for i, e in enumerate(entries, 1)]
    assert check(GID, renumbered, 6)


@pytest.mark.parametrize("place", range(5))
def test_two_entries_that_changed_places_are_found(place: int) -> None:
    """The sequence is sealed as well."""
    entries = record()
    first, second = entries[place], entries[place + 1]
    entries[place] = replace(first, sequence=second.sequence)
    entries[place + 1] = replace(second, sequence=first.sequence)
    assert check(GID, entries, 6)


@pytest.mark.parametrize("place", range(5))
def test_an_entry_changed_and_sealed_anew_is_found_behind_it(place: int) -> None:
    """Each seal holds the one before: who changes an entry must rewrite all that follow."""
    entries = record()
    previous = entries[place - 1].chain if place else GENESIS
    changed = replace(entries[place], time="2020-01-01T00:00:00.000Z")
    entries[place] = replace(changed, chain=seal(changed, previous or ""))
    assert place + 2 in {fault.sequence for fault in check(GID, entries, 6)}


def test_an_invented_entry_is_found() -> None:
    """In the middle of a record, or without a seal at its end."""
    entries = record()
    assert check(GID, [*entries, replace(entries[2], id="invented")], 6)
    assert check(GID, [*entries, replace(entries[5], sequence=7, chain=None)], 6)
    assert check(GID, [*entries, replace(entries[5], sequence=7)], 6)


callers = st.builds(
    Caller,
    sub=st.just("x"),
    role=st.sampled_from(ROLES),
    organisation=st.sampled_from((*ORGANISATIONS, None)),
)


@given(
    caller=callers,
    accused=st.sets(st.sampled_from(ORGANISATIONS)),
    holder=st.sampled_from(
        (("company", "societe-demo"), ("syndicate", "syndicat-demo"), ("triage", "syndicat-demo"))
    ),
)
def test_the_accused_never_see(caller: Caller, accused: set[str], holder: tuple[str, str]) -> None:
    """Invariant 4: not even when they held the case or speak for the complainant."""
    draft = cases.opened(responder=holder[0], holder=holder[1], accused=tuple(sorted(accused)))
    if caller.organisation in accused:
        sight = sight_of(draft.case, caller)
        assert not sight.visible
        assert not sight.commands
        if caller.role != "monitor":
            assert key_of(caller) not in seen_by(draft.case)


@given(caller=callers)
def test_protected_cases_exist_for_protection_alone(caller: Caller) -> None:
    """Invariant 4, lists and single cases alike."""
    draft = cases.opened("S1", lane="protected", responder="protection", holder="protection-demo")
    rightful = caller.role == "protection" and caller.organisation == "protection-demo"
    assert sight_of(draft.case, caller).visible == rightful
    assert seen_by(draft.case) == ["protection:protection-demo"]


@given(caller=callers, story=steps)
def test_lists_and_single_cases_agree(caller: Caller, story: list[Step]) -> None:
    """Whoever sees a case finds it in the list, and nobody else does."""
    case = played("S3", story[:4]).case
    assert sight_of(case, caller).visible == (key_of(caller) in seen_by(case))


@given(caller=callers)
def test_roles_do_not_reach_beyond_their_part(caller: Caller) -> None:
    """Administrators see no case; monitors read; company and authority read no words."""
    sight = sight_of(cases.opened().case, caller)
    if caller.role == "administrator":
        assert not sight.visible
    if caller.role == "monitor":
        assert sight.visible
        assert not sight.commands
        assert not any((sight.full, sight.words, sight.accused))
    if caller.role in ("csr", "authority"):
        assert not sight.words
    if sight.commands and caller.role == "csr":
        assert "verify-delivery" not in sight.commands
