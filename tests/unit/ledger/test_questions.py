"""Questions between the parties: who may ask whom, who reads, and that each is answered once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.ledger import questions
from services.ledger.case import Question
from services.ledger.drafts import Draft
from services.ledger.questions import awaited
from services.ledger.sight import may_read, readers_of
from services.ledger.timeline import sees
from services.ledger.web.filled import choices
from services.ledger.web.forms import FORMS
from services.ledger.web.texts import Words
from shared.access import Caller
from shared.errors import Conflict, Invalid
from shared.events import Event
from shared.events.ledger import Actor, QuestionMissed
from tests.unit.ledger import cases
from tests.unit.ledger.cases import CSR, MONDAY, RULES, SYNDICATE, hours, opened, sight_of

COMPANY = Caller("c", "csr", "societe-demo")
COMMUNE = Caller("a", "authority", "commune-demo")
ADVOCATE = Caller("r", "representative", "syndicat-demo")


def asked(by: Actor = CSR, to: str = "syndicat-demo", **route: Any) -> Draft:
    """Return a case in which one party asked another."""
    draft = opened(**route)
    told = questions.decide_ask_party(draft.case, by, to, "q", MONDAY, RULES)
    draft.add(told, cause="ask", now=MONDAY)
    return draft


def fired(draft: Draft, at: datetime) -> list[Event]:
    """Return what the passing of time leads to until then."""
    before = len(draft.new)
    draft.fire(at, RULES)
    return draft.new[before:]


def answer(draft: Draft, by: Actor = SYNDICATE, question: str = "q") -> None:
    """Answer a question."""
    told = questions.decide_answer_question(draft.case, by, question, "a")
    draft.add(told, cause="answer", now=MONDAY)


def reads(draft: Draft, caller: Caller, text_id: str) -> bool:
    """Tell whether a caller may read a text."""
    return may_read(draft.case, sight_of(draft.case, caller), caller.organisation, text_id)


def test_the_two_parties_read_question_and_answer_and_no_third_one() -> None:
    draft = asked()
    answer(draft)
    draft.react(cases.escalated(), MONDAY, RULES)
    assert {readers_of(draft.case, text_id) for text_id in ("q", "a")} == {"parties"}
    for text_id in ("q", "a"):
        assert reads(draft, COMPANY, text_id)
        assert reads(draft, ADVOCATE, text_id)
        assert not reads(draft, COMMUNE, text_id)
        assert not reads(draft, Caller("m", "monitor", "societe-demo"), text_id)
    assert not reads(draft, COMPANY, "another")


def test_no_clock_waits_for_an_answer() -> None:
    before = opened().case.clocks
    draft = asked()
    assert draft.case.clocks == before
    assert draft.case.state == "routed"


def test_an_answer_that_does_not_come_is_missed_once_by_whoever_looks() -> None:
    """Two workers, one of them a day late, derive the same entry; the case's own date stays."""
    one, two = asked(severity="S2"), asked(severity="S2")
    clock = one.case.next_clock
    for draft, late in ((one, 48.5), (two, 60.0)):
        told = [e for e in fired(draft, MONDAY + hours(late)) if e.type == QuestionMissed.type]
        assert len(told) == 1
        assert told[0].data.due_at == MONDAY + hours(48)  # type: ignore[attr-defined]
    missed = [e.id for d in (one, two) for e in d.new if e.type == QuestionMissed.type]
    assert missed[0] == missed[1]
    assert clock is not None
    assert one.case.questions[0].due_at == MONDAY + hours(48.5 + 24)


def test_who_is_accused_since_owes_no_answer_and_no_clock_wakes_for_it() -> None:
    draft = asked()
    draft.react(cases.routed("up", reason="corrected", accused=("syndicat-demo",)), MONDAY, RULES)
    assert awaited(draft.case, RULES) == []
    late = fired(draft, MONDAY + timedelta(days=20))
    assert not [event for event in late if event.type == QuestionMissed.type]


def test_a_miss_is_read_by_those_who_read_the_question() -> None:
    draft = asked()
    [told] = [e for e in fired(draft, MONDAY + timedelta(days=8)) if e.type == QuestionMissed.type]
    readers = {
        caller.organisation: sees(told, sight_of(draft.case, caller), caller)
        for caller in (COMPANY, ADVOCATE, Caller("m", "monitor", None))
    }
    assert readers == {"societe-demo": True, "syndicat-demo": True, None: False}


def test_an_answer_goes_back_to_who_asked_and_is_given_once() -> None:
    draft = asked()
    assert "answer-question" in sight_of(draft.case, ADVOCATE).commands
    assert "answer-question" not in sight_of(draft.case, COMPANY).commands
    answer(draft)
    assert draft.case.questions[0].answer_id == "a"
    assert draft.new[-1].data.to == "societe-demo"  # type: ignore[attr-defined]
    assert "answer-question" not in sight_of(draft.case, ADVOCATE).commands
    with pytest.raises(Conflict):
        answer(draft)


def test_only_who_was_asked_answers() -> None:
    draft = asked()
    for by, question in ((CSR, "q"), (SYNDICATE, "other")):
        with pytest.raises(Invalid):
            answer(draft, by, question)


def test_a_past_holder_answers_though_it_can_do_nothing_else() -> None:
    draft = opened()
    draft.react(cases.escalated(), MONDAY, RULES)
    ours = Actor(sub="a", role="authority", organisation="commune-demo")
    told = questions.decide_ask_party(draft.case, ours, "societe-demo", "q", MONDAY, RULES)
    draft.add(told, cause="ask", now=MONDAY)
    assert sight_of(draft.case, COMPANY).commands == {"answer-question"}
    answer(draft, CSR)


@pytest.mark.parametrize(
    ("to", "route"),
    [
        ("societe-demo", {}),
        ("commune-demo", {}),
        ("nobody", {}),
        ("syndicat-demo", {"accused": ("syndicat-demo",)}),
        ("syndicat-demo", {"accused": ("kind:syndicate",)}),
        ("syndicat-demo", {"lane": "protected"}),
        ("complainant", {}),
    ],
)
def test_nobody_is_asked_who_may_not_see_the_case(to: str, route: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        asked(to=to, **route)


def test_the_page_offers_ones_own_questions_and_the_other_parties() -> None:
    questions_of = (Question("q1", "commune-demo", "societe-demo"), Question("q2", "x", "y"))
    case = replace(opened().case, questions=questions_of)

    def offered(command: str) -> list[str]:
        [field] = [one for one in FORMS[command].fields if one.kind == "choice"]
        return [value for value, _ in choices(field, case, RULES, Words("fr"), "societe-demo")]

    assert offered("answer-question") == ["q1"]
    assert offered("ask-party") == ["syndicat-demo"]


def test_the_other_roles_ask_nothing() -> None:
    case = opened().case
    assert "ask-party" in sight_of(case, COMPANY).commands
    assert "ask-party" in sight_of(case, ADVOCATE).commands
    assert "ask-party" not in sight_of(case, Caller("m", "monitor", None)).commands


def test_a_question_is_not_answered_twice_while_another_one_waits() -> None:
    draft = asked()
    answer(draft)
    again = questions.decide_ask_party(draft.case, CSR, "syndicat-demo", "q2", MONDAY, RULES)
    draft.add(again, cause="again", now=MONDAY)
    with pytest.raises(Conflict):
        answer(draft)
