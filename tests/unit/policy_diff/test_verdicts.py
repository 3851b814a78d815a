"""Each way in which a case may go otherwise is told, and who would be left with nobody."""

import json
from dataclasses import replace
from typing import Any

from deploy.policy_diff.compare import rulebook_of
from deploy.policy_diff.replay import History, Rulebook, replay
from deploy.policy_diff.report import Comparison, lines, only_changes
from deploy.policy_diff.verdicts import Difference, Verdict, judge, lacks
from shared.directory import Organisations
from shared.policy_changes import Change
from tests.support.policies import with_body
from tests.unit.policy_diff.folders import bundle
from tests.unit.policy_diff.lives import BOOK, REFERENCE, Life
from tests.unit.policy_diff.test_replay import acknowledged, closed, extended

_CROPS = "ladder: [company, authority:commune, central]"
_INQUIRY = "    extend: {most: 1, by: {S4: 15 d, S3: 15 d, S2: 2 d, S1: 1 d}}\n"
_PROPOSE = "    extend: {most: 1, by: {S4: 30 d, S3: 30 d, S2: 15 d, S1: 7 d}}\n  answer"


def verdict(life: Life, new: Rulebook, old: Rulebook = BOOK) -> Verdict:
    """Return what another policy means for a case as it stands."""
    return judge(life.history, old, new, life.now)


def kinds(told: Verdict) -> list[tuple[str, str]]:
    """Return kind and place of the differences."""
    return [(one.kind, one.what) for one in told.differences]


def other(*edits: tuple[str, str, str]) -> Rulebook:
    """Return an edited policy."""
    return rulebook_of(bundle(*edits))


def test_the_same_policy_says_nothing_of_a_case() -> None:
    assert not verdict(Life().wait(days=40), BOOK).told


def test_routed_otherwise() -> None:
    told = verdict(Life(), other(("taxonomy.yaml", _CROPS, "ladder: [syndicate, central]")))
    assert kinds(told) == [("routed", "holder"), ("routed", "responder"), ("dated", "inquiry")]
    assert told.differences[0] == Difference("routed", "holder", "societe-demo", "syndicat-demo")
    assert (told.reference, told.open, told.lacks) == (REFERENCE, True, ())


def test_more_severe_and_protected() -> None:
    edits = (
        "taxonomy.yaml",
        f"severity: S3\n    lane: open\n    {_CROPS}",
        "severity: S1\n    lane: protected",
    )
    told = verdict(Life(), other(edits))
    assert ("routed", "lane") in kinds(told)
    assert Difference("routed", "severity", "S3", "S1") in told.differences


def test_dated_otherwise() -> None:
    told = verdict(
        acknowledged(),
        other(("stages.yaml", "time: {S4: 15 d, S3: 10 d", "time: {S4: 15 d, S3: 11 d")),
    )
    assert kinds(told) == [("dated", "inquiry")]
    (difference,) = told.differences
    assert str(difference.before) < str(difference.after)
    assert str(difference.after).startswith("inquiry 2026-12-04T")


def test_escalated_otherwise() -> None:
    """The first holder and its dates are the same, the second is not."""
    life = Life().wait(days=4)
    edit = ("taxonomy.yaml", _CROPS, "ladder: [company, authority:environment, central]")
    told = verdict(life, other(edit))
    assert kinds(told) == [("escalated", "1")]
    (difference,) = told.differences
    assert str(difference.before).startswith("commune-demo 2026-11-25T")
    assert str(difference.after).startswith("environnement-demo 2026-11-25T")


def test_not_escalated_at_all() -> None:
    edit = (
        "stages.yaml",
        "S2: 24 h, S1: 4 h}\n    on_missed: escalate",
        "S2: 24 h, S1: 4 h}\n    on_missed: renew",
    )
    told = verdict(Life().wait(days=4), other(edit))
    move = next(one for one in told.differences if one.kind == "escalated")
    assert (move.what, move.after) == ("1", None)


def test_an_act_that_is_no_longer_possible_and_one_that_is_only_then() -> None:
    stricter = other(("stages.yaml", _PROPOSE, "  answer"), ("stages.yaml", _INQUIRY, ""))
    life = extended(acknowledged())
    refused = verdict(life, stricter).differences[-1]
    assert (refused.kind, refused.what, refused.before) == ("refused", "case.extended", None)
    allowed = verdict(life, BOOK, stricter).differences[-1]
    assert (allowed.kind, allowed.what, allowed.after) == ("refused", "case.extended", None)


def _closed_company() -> Rulebook:
    return replace(BOOK, routing=with_body(BOOK.routing, "societe-demo", open=False))


def test_an_open_case_whose_holder_is_closed_is_left_without_one() -> None:
    assert verdict(acknowledged(), _closed_company()).lacks == ("holder",)
    assert verdict(closed(acknowledged()), _closed_company()).lacks == ()


def test_a_holder_without_an_address_and_one_that_is_gone_hold_nothing() -> None:
    silent = replace(BOOK, routing=with_body(BOOK.routing, "societe-demo", emails=()))
    assert verdict(Life(), silent).lacks == ("holder",)
    known = BOOK.routing.organisations.organisations
    left = {name: body for name, body in known.items() if name != "societe-demo"}
    directory = Organisations(organisations=left)
    gone = replace(BOOK, routing=replace(BOOK.routing, organisations=directory))
    assert verdict(Life(), gone).lacks == ("holder",)


def test_what_was_so_before_is_told_and_not_held_against_the_new_policy() -> None:
    told = verdict(acknowledged(), _closed_company(), _closed_company())
    assert (told.lacks, told.lacked, told.told) == ((), ("holder",), True)


def test_a_last_resort_that_is_accused_is_nobody() -> None:
    """It holds the case in name only, and sees nothing of it."""
    protection = ("protection-demo", "protection-nationale-demo", "mediation-demo")
    life = Life(category="CORRUPTION", accused=(*protection[:1], protection[2]))
    assert life.case.route is not None
    assert life.case.route.holder == "protection-nationale-demo"
    closed_ = replace(BOOK, routing=with_body(BOOK.routing, protection[1], open=False))
    unopened = replace(life.history, recorded=None)
    assert judge(unopened, BOOK, closed_, life.now).lacks == ("holder",)


def test_a_stage_that_the_new_policy_does_not_know_leaves_the_case_without_a_date() -> None:
    rules = {k: v for k, v in BOOK.ledger.stages.stages.items() if k != "inquiry"}
    history = _recorded(acknowledged().history, stage="inquiry")
    stages = BOOK.ledger.stages.model_copy(update={"stages": rules})
    # What is compared is how the case stands today; the replay itself needs all its stages.
    outcome = replay(history, BOOK, history.last_at)
    new = replace(BOOK, ledger=replace(BOOK.ledger, stages=stages))
    assert lacks(history, outcome, new) == {"date"}
    assert lacks(history, outcome, BOOK) == frozenset()


def _recorded(history: History, **changed: Any) -> History:
    assert history.recorded is not None
    return replace(history, recorded=history.recorded.model_copy(update=changed))


def test_a_case_without_any_clock_is_without_a_date() -> None:
    life = acknowledged()
    outcome = replay(life.history, BOOK, life.now)
    dateless = replace(outcome, case=replace(outcome.case, clocks=()))
    assert lacks(life.history, dateless, BOOK) == {"date"}
    assert lacks(_recorded(life.history, due_at=None), outcome, BOOK) == {"date"}


def _told(*verdicts: Verdict, language: str = "fr", most: int = 50) -> list[str]:
    change = Change("elapsed", "stages.yaml", ("elapsed",), "S1", "S2", "Heures", "Hours")
    told = Comparison("p-1", "p-2", (change,), verdicts, 12_345, 0, 1.25)
    return list(lines(told, language, most))


def test_the_report_names_what_is_refused_and_ends_with_count_and_time() -> None:
    left = Verdict("AAAA2222", True, (), ("holder", "date"), ())
    late = Verdict("BBBB2222", False, (Difference("dated", "x", "x 1", "x 2"),), (), ())
    assert _told(late, left) == [
        "1 changement de p-1 à p-2 :",
        "  Heures : S1 → S2",
        "AAAA2222 (ouvert) : SANS RESPONSABLE ; SANS DATE",
        "BBBB2222 (clos) : échéance x 1 → x 2",
        "REFUSÉE : cette politique laisserait sans responsable ou sans date : AAAA2222",
        "12345 dossiers rejoués en 1,2 s : 0 confiés autrement, "
        "1 datés autrement, 0 montés autrement, 0 avec un acte devenu impossible ou possible",
    ]


def test_the_report_in_english_shows_so_many_cases() -> None:
    late = [
        Verdict(f"BBBB222{n}", False, (Difference("routed", "holder", "a", None),), (), ())
        for n in range(4)
    ]
    assert _told(*late, language="en", most=1)[2:] == [
        "BBBB2220 (closed): held by a → ∅",
        "… and 3 more cases",
        "12345 cases replayed in 1.2 s: 4 routed otherwise, "
        "0 dated otherwise, 0 escalated otherwise, "
        "0 with an act that became impossible or possible",
    ]


def test_the_json_form_has_every_case_and_change() -> None:
    change = Change("elapsed", "stages.yaml", ("elapsed",), "S1", "S2", "Heures", "Hours")
    told = Comparison("p-1", "p-2", (change,), (verdict(Life(), _closed_company()),), 9, 1, 0.5)
    given = json.loads(json.dumps(told.to_json()))
    assert given["refused"] == [REFERENCE]
    assert (given["replayed"], given["unread"], given["seconds"]) == (9, 1, 0.5)
    assert given["changes"][0]["words"] == "Heures : S1 → S2"
    assert given["cases"][0]["lacks"] == ["holder"]
    assert given["cases"][0]["differences"][0] == {
        "kind": "routed",
        "what": "holder",
        "before": "societe-demo",
        "after": "commune-demo",
    }


def test_files_alone_are_compared_without_a_word_of_cases() -> None:
    assert list(lines(only_changes("p-1", "p-1", ()), "fr", 9)) == [
        "Rien ne change entre p-1 et p-1."
    ]


def test_what_no_replay_can_show_is_told() -> None:
    changed = [
        Change(name, file, (), None, None, name, name)
        for name, file in (("danger.words", "danger.yaml"), ("warnings", "stages.yaml"))
    ]
    told = list(lines(only_changes("p-1", "p-2", changed), "fr", 9))
    assert told[-1] == "  (sans effet dans ce qui est rejoué : danger.yaml, warnings)"
