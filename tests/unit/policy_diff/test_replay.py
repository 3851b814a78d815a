"""What is played again under the same policy goes as it went; under another, as that one says."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.policy_diff.compare import rulebook_of, without_warnings
from deploy.policy_diff.histories import decisive
from deploy.policy_diff.replay import History, Rulebook, history_of, replay
from services.ledger import decisions
from services.ledger.case import NOT_ROUTED
from services.ledger.drafts import Draft
from services.routing.domain import fold, react
from shared.event_store import to_document
from shared.events import Event
from shared.events.intake import AnswerGiven, AppealLodged, GrievanceWithdrawn
from shared.events.ledger import (
    CaseClosed,
    Deadline,
    DeadlineApproaching,
    RemedyDelivered,
    RemedyProposed,
)
from tests.unit.policy_diff.folders import bundle
from tests.unit.policy_diff.lives import BOOK, REFERENCE, Life

_FROM_PEOPLE: dict[str, Any] = {"reference": REFERENCE, "channel": "sms", "message_id": None}
AGREED = AnswerGiven(agreed=True, **_FROM_PEOPLE)
APPEAL = AppealLodged(**_FROM_PEOPLE)
WITHDRAWN = GrievanceWithdrawn(pressured=False, **_FROM_PEOPLE)


def other(*edits: tuple[str, str, str]) -> Rulebook:
    """Return an edited policy."""
    return rulebook_of(bundle(*edits))


def acknowledged() -> Life:
    """Return a case that was acknowledged in time and is looked into."""
    life = Life().wait(hours=5).act(decisions.decide_acknowledge)
    return life.wait(hours=5).act(decisions.decide_start_inquiry)


def extended(life: Life) -> Life:
    """Return the case after the proposal was given ten days more."""
    clock = life.case.clock("propose")
    assert clock is not None
    until = clock.due_at + timedelta(days=10)
    return life.act(lambda c, by: decisions.decide_extend(c, by, until, "t", life.now, BOOK.ledger))


def asked(life: Life) -> Life:
    """Return the case after a question to the complainant."""
    return life.act(lambda c, by: decisions.decide_ask(c, by, "t", life.now, BOOK.ledger))


def proposed(life: Life) -> Life:
    """Return the case after a proposal, to be done in twenty days."""
    clock = BOOK.ledger.clock("answer", decisions.route_of(life.case), life.now)
    return life.act(
        lambda c, by: RemedyProposed(
            case=NOT_ROUTED,
            by=by,
            text_id="t",
            deliver_by=life.now + timedelta(days=20),
            deadlines=(clock,),
        )
    )


def closed(life: Life) -> Life:
    """Return the case after its holder has closed it."""
    return life.act(
        lambda c, by: CaseClosed(
            case=NOT_ROUTED, closed_as="resolved-not-agreed", by=by, text_id="t"
        )
    )


def escalated(life: Life) -> Life:
    """Return the case after the next holder was asked for."""
    return life.act(lambda c, by: decisions.decide_escalate(c, by, "t"))


LIVES = {
    "silence for three months": lambda: Life().wait(days=90),
    "protected": lambda: Life(category="CORRUPTION").wait(days=20),
    "for triage": lambda: Life(category=None).wait(days=20),
    "asked and answered": lambda: asked(acknowledged()).wait(days=3).write().wait(days=60),
    "asked and silent": lambda: asked(acknowledged()).wait(days=60),
    "extended": lambda: extended(acknowledged()).wait(days=90),
    "escalated by a person": lambda: escalated(acknowledged()).wait(days=60),
    "agreed and not delivered": lambda: (
        proposed(acknowledged()).wait(days=2).say(AGREED).wait(days=90)
    ),
    "closed": lambda: closed(acknowledged().wait(days=4)),
    "closed and appealed": lambda: closed(acknowledged()).wait(days=9).say(APPEAL).wait(days=9),
    "withdrawn": lambda: acknowledged().say(WITHDRAWN).wait(days=9),
}


def _said(events: list[Event]) -> list[tuple[Any, ...]]:
    """Return what matters of a ledger's stream."""
    return [(event.type, event.time, getattr(event.data, "deadlines", None)) for event in events]


@pytest.mark.parametrize("name", LIVES)
def test_under_the_same_policy_it_goes_as_it_went(name: str) -> None:
    """Holder, dates and clocks are those of the record, to the millisecond."""
    life = LIVES[name]()
    outcome = replay(life.history, BOOK, life.now)
    assert not outcome.refused
    assert outcome.case == life.case
    silent = replay(life.history, without_warnings(BOOK), life.now)
    assert (silent.routes, silent.dates) == (outcome.routes, outcome.dates)
    assert silent.case.clocks == outcome.case.clocks


def test_what_people_did_is_played_at_the_time_they_did_it() -> None:
    life = asked(acknowledged()).wait(days=3).write()
    acts = [(act.event.data.type.split(".", 2)[2], act.at) for act in life.history.acts]
    opened = life.draft.new[0].time
    hours = [(name, round((at - opened) / timedelta(hours=1))) for name, at in acts]
    assert hours == [
        ("case.acknowledged.v1", 5),
        ("inquiry.started.v1", 10),
        ("complainant.asked.v1", 10),
        ("message.received.v1", 82),
    ]


def test_another_ladder_gives_the_case_to_another_holder() -> None:
    edit = (
        "taxonomy.yaml",
        "ladder: [company, authority:commune, central]",
        "ladder: [syndicate, central]",
    )
    outcome = replay(Life().history, other(edit), Life().now)
    assert [route.holder for _, route in outcome.routes] == ["syndicat-demo"]


def test_a_shorter_time_escalates_earlier() -> None:
    life = Life().wait(days=9)
    edit = ("stages.yaml", "time: {S4: 5 d, S3: 2 d", "time: {S4: 5 d, S3: 1 d")
    (_, (before, _), *_), (_, (after, _), *_) = (
        replay(life.history, book, life.now).routes for book in (BOOK, other(edit))
    )
    assert before - after == timedelta(days=1)


def test_an_extension_that_the_policy_no_longer_has_is_refused() -> None:
    life = extended(acknowledged()).wait(days=1)
    edit = (
        "stages.yaml",
        "    extend: {most: 1, by: {S4: 30 d, S3: 30 d, S2: 15 d, S1: 7 d}}\n  answer",
        "  answer",
    )
    inquiry = (
        "stages.yaml",
        "    extend: {most: 1, by: {S4: 15 d, S3: 15 d, S2: 2 d, S1: 1 d}}\n",
        "",
    )
    outcome = replay(life.history, other(edit, inquiry), life.now)
    assert [name for name, _ in outcome.refused] == ["case.extended"]


def test_who_holds_the_case_by_then_does_what_was_done() -> None:
    """Under the other policy it has gone up meanwhile: its next holder looks into it."""
    life = Life().wait(days=1, hours=20).act(decisions.decide_acknowledge).wait(hours=1)
    life.act(decisions.decide_start_inquiry).wait(hours=1)
    edit = ("stages.yaml", "S3: 2 d, S2: 24 h, S1: 24 h}", "S3: 1 d, S2: 24 h, S1: 24 h}")
    outcome = replay(life.history, other(edit), life.now)
    assert [route.holder for _, route in outcome.routes] == ["societe-demo", "commune-demo"]
    assert not outcome.refused
    assert outcome.case.state == "in_inquiry"


def test_the_dates_of_a_proposal_are_those_of_the_other_policy() -> None:
    life = proposed(acknowledged())
    edit = (
        "stages.yaml",
        "time: {S4: 14 d, S3: 14 d, S2: 14 d, S1: 14 d}",
        "time: {S4: 14 d, S3: 7 d, S2: 14 d, S1: 14 d}",
    )
    before, after = (replay(life.history, book, life.now) for book in (BOOK, other(edit)))
    assert before.dates[-1][0] == after.dates[-1][0] == "answer"
    assert before.dates[-1][1] - after.dates[-1][1] == timedelta(days=7)


def test_a_closed_case_is_played_to_its_end_and_not_to_today() -> None:
    """Else one whose closing is refused would miss its dates for years."""
    life = proposed(acknowledged()).wait(days=2).say(AGREED).wait(days=30)
    assert life.case.state == "routed"  # what was agreed was not done in time
    life = closed(life)
    deliver = "time: {S4: 14 d, S3: 14 d, S2: 7 d, S1: 3 d}\n    on_missed: "
    book = other(("stages.yaml", f"{deliver}escalate", f"{deliver}renew"))
    outcome = replay(life.history, book, life.now + timedelta(days=4_000))
    assert [name for name, _ in outcome.refused] == ["case.closed"]
    assert outcome.case.state == "agreed"
    assert outcome.case.updated_at is not None
    assert outcome.case.updated_at <= life.now


def test_a_date_that_a_person_promised_stays() -> None:
    """What begins with the same act by the policy begins anew."""
    life = proposed(acknowledged()).wait(days=2).say(AGREED)
    promised = Deadline(stage="deliver", started_at=life.now, due_at=life.now + timedelta(days=11))
    rest = Deadline(stage="verify", started_at=life.now, due_at=life.now + timedelta(days=1))
    life.act(
        lambda c, by: RemedyDelivered(
            case=NOT_ROUTED, by=by, text_id=None, deadlines=(promised, rest)
        )
    )
    outcome = replay(life.history, BOOK, life.now)
    assert outcome.dates[-2] == ("deliver", promised.due_at)
    assert outcome.dates[-1][1] - rest.due_at > timedelta(days=20)


def late(life: Life, *early: Event, after: timedelta) -> History:
    """Return the history of a case whose route came to the ledger so much later."""
    opened = life.draft.new[0]
    draft = Draft(opened.subject, [])
    for event in early:
        draft.react(event, opened.time, BOOK.ledger)
    routed = react(fold([]), life.intake[0], BOOK.routing, opened.time)
    assert routed is not None
    draft.react(routed, opened.time + after, BOOK.ledger)
    history = history_of([life.intake[0], *early], draft.new)
    assert history is not None
    return history


def test_a_case_that_came_late_to_its_holder_begins_then() -> None:
    history = late(Life(), after=timedelta(days=3))
    opened_at = history.submitted.time + timedelta(days=3)
    outcome = replay(history, BOOK, opened_at)
    assert outcome.case.opened_at == opened_at
    assert {clock.started_at for clock in outcome.case.clocks} == {opened_at}


def test_a_case_that_was_withdrawn_before_it_had_a_holder() -> None:
    """The withdrawal comes first, is kept, and takes effect when the case opens."""
    life = Life()
    opened = life.draft.new[0]
    withdrawal = Event.derived(
        WITHDRAWN, subject=opened.subject, sequence=2, time=opened.time, cause="k2"
    )
    history = late(life, withdrawal, after=timedelta(minutes=1))
    assert len(history.acts) == 1
    outcome = replay(history, BOOK, opened.time + timedelta(days=1))
    assert (outcome.case.state, outcome.case.closed_as) == ("closed", "withdrawn")


def test_what_is_decided_anew_is_read_only_where_it_is_the_last() -> None:
    """The last entry tells how the case stands, whatever it is."""
    life = Life().wait(hours=60)
    read = decisive([to_document(event) for event in life.draft.new])
    last = life.draft.new[-1]
    assert isinstance(last.data, DeadlineApproaching)
    assert len(read) < len(life.draft.new)
    history = history_of(life.intake, read)
    assert history is not None
    assert history.recorded == last.data.case
    assert history.last_at == last.time


def test_what_was_never_filed_has_no_history() -> None:
    assert history_of([], Life().draft.new) is None
