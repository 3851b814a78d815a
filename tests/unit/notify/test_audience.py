"""Who is told what: the table, and that the accused and the unprotected never hear."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.audience import COMPLAINANT, Audiences, notices
from services.notify.templates import MODELS, check
from shared.directory import Organisations
from shared.policy_file import PolicyError, load_bundle
from tests.unit.notify.cases import NAMES, POLICY, bundle, event

TABLE = bundle().get(Audiences)
DIRECTORY = bundle().get(Organisations)
BODIES = sorted(DIRECTORY.organisations)


def told(name: str, **changes: Any) -> dict[str, str]:
    """Return recipient → notice of an event."""
    return {n.recipient: n.notice for n in notices(event(name, **changes), TABLE, DIRECTORY)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "case.opened",
            {COMPLAINANT: "receipt", "societe-demo": "new-case", "syndicat-demo": "case-followed"},
        ),
        (
            "case.acknowledged",
            {COMPLAINANT: "acknowledged", "syndicat-demo": "step-acknowledged"},
        ),
        ("inquiry.started", {}),
        ("case.extended", {COMPLAINANT: "extended", "syndicat-demo": "step-extended"}),
        ("complainant.asked", {COMPLAINANT: "asked", "syndicat-demo": "step-asked"}),
        ("complainant.wrote", {"societe-demo": "complainant-wrote"}),
        ("remedy.proposed", {COMPLAINANT: "proposed", "syndicat-demo": "step-proposed"}),
        ("remedy.agreed", {"societe-demo": "remedy-agreed", "syndicat-demo": "remedy-agreed"}),
        ("remedy.refused", {"societe-demo": "remedy-refused", "syndicat-demo": "remedy-refused"}),
        ("remedy.delivered", {COMPLAINANT: "delivered", "syndicat-demo": "step-delivered"}),
        ("delivery.verified", {"societe-demo": "delivery-verified"}),
        (
            "case.escalated",
            {
                COMPLAINANT: "escalated",
                "societe-demo": "new-case-escalated",
                "cooperative-demo": "case-passed-on",
                "syndicat-demo": "case-passed-on",
            },
        ),
        (
            "appeal.decided",
            {
                COMPLAINANT: "appeal-decided",
                "cooperative-demo": "appeal-decided-office",
                "syndicat-demo": "appeal-decided-office",
            },
        ),
        (
            "case.reopened",
            {
                COMPLAINANT: "reopened",
                "societe-demo": "case-reopened",
                "syndicat-demo": "case-reopened",
            },
        ),
        ("contact.tried", {}),
        ("followup.asked", {COMPLAINANT: "follow-up", "syndicat-demo": "follow-up-office"}),
        ("followup.recorded", {}),
        ("case.linked", {}),
        ("case.taken", {}),
        ("case.handed-over", {"societe-demo": "case-handed-over"}),
        ("question.asked", {"syndicat-demo": "question-asked"}),
        ("question.answered", {"cooperative-demo": "question-answered"}),
        (
            "question.missed",
            {
                "commune-demo": "question-late",
                "societe-demo": "question-unanswered",
                "syndicat-demo": "question-unanswered",
            },
        ),
        ("triage.corrected", {}),
        (
            "case.rerouted",
            {
                COMPLAINANT: "rerouted",
                "societe-demo": "case-rerouted",
                "cooperative-demo": "case-passed-on",
                "syndicat-demo": "case-rerouted",
            },
        ),
        (
            "case.closed",
            {COMPLAINANT: "closed", "societe-demo": "case-closed", "syndicat-demo": "case-closed"},
        ),
        ("deadline.approaching", {"societe-demo": "deadline-near"}),
        (
            "deadline.missed",
            {
                COMPLAINANT: "missed",
                "societe-demo": "deadline-missed",
                "syndicat-demo": "deadline-missed",
            },
        ),
        ("statement.recorded", {COMPLAINANT: "statement-recorded"}),
        (
            "statement.released",
            {COMPLAINANT: "statement-passed-on", "societe-demo": "statement-released"},
        ),
        ("statement.withdrawn", {"syndicat-demo": "statement-withdrawn"}),
        ("escalation.requested", {}),
    ],
)
def test_open_lane(name: str, expected: dict[str, str]) -> None:
    assert told(name) == expected


@pytest.mark.parametrize(
    ("name", "complainant"),
    [
        ("case.opened", "receipt-safe"),
        ("case.escalated", "news-safe"),
        ("remedy.proposed", "news-safe"),
        ("deadline.missed", None),
    ],
)
def test_protected_lane_tells_protection_and_the_complainant_without_content(
    name: str, complainant: str | None
) -> None:
    found = told(name, lane="protected", holder="protection-demo", severity="S1")
    assert found.get(COMPLAINANT) == complainant
    assert set(found) <= {COMPLAINANT, "protection-demo"}
    assert "protection-demo" in found or name == "remedy.proposed"


def test_a_holder_does_not_hear_of_a_statement_released_to_others() -> None:
    found = told("statement.released", responder="authority", holder="commune-demo")
    assert found == {COMPLAINANT: "statement-passed-on"}


def test_a_holder_does_not_hear_of_what_two_others_ask_each_other() -> None:
    found = told("question.missed", holder="cooperative-demo")
    assert set(found) == {"commune-demo", "syndicat-demo"}


def test_a_case_that_stayed_with_its_holder_was_not_passed_on() -> None:
    found = told("case.rerouted", holder="cooperative-demo")
    assert found["cooperative-demo"] == "case-rerouted"


@pytest.mark.parametrize(
    "name",
    ["safetyplan.recorded", "safecontact.recorded", "service.referred", "release.agreed"],
)
def test_what_keeps_a_person_safe_is_told_to_nobody(name: str) -> None:
    assert told(name) == {}
    assert told(name, lane="protected", holder="protection-demo", severity="S1") == {}


def test_the_second_person_hears_of_a_release() -> None:
    found = told("release.requested", lane="protected", holder="protection-demo", severity="S1")
    assert found == {"protection-demo": "release-requested"}


def test_nobody_writes_to_a_person_whom_that_would_endanger() -> None:
    for name in NAMES:
        assert COMPLAINANT not in told(name, contact="none")


def test_a_holder_that_is_the_advocate_hears_once() -> None:
    found = notices(event("case.opened", holder="syndicat-demo"), TABLE, DIRECTORY)
    assert [n.recipient for n in found] == [COMPLAINANT, "syndicat-demo"]


def test_the_accused_holder_hears_nothing() -> None:
    assert "societe-demo" not in told("deadline.missed", accused=("societe-demo",))
    assert "societe-demo" not in told("case.opened", accused=("kind:company",))


@pytest.mark.parametrize(("severity", "grouped"), [("S1", False), ("S2", False), ("S3", True)])
def test_warnings_are_grouped_unless_they_are_grave(severity: str, grouped: bool) -> None:
    [notice] = notices(event("deadline.approaching", severity=severity), TABLE, DIRECTORY)
    assert notice.grouped is grouped


@pytest.mark.parametrize(
    ("channel", "severity", "exempt"),
    [("web", "S3", True), ("sms", "S3", True), ("csv", "S3", False), ("csv", "S1", True)],
)
def test_only_the_answer_to_a_message_just_sent_may_break_the_quiet_hours(
    channel: str, severity: str, exempt: bool
) -> None:
    found = notices(event("case.opened", channel=channel, severity=severity), TABLE, DIRECTORY)
    assert found[0].quiet_exempt is exempt


ANY_CASE = st.fixed_dictionaries(
    {
        "lane": st.sampled_from(["open", "protected"]),
        "holder": st.sampled_from([*BODIES, "not-in-the-directory"]),
        "advocate": st.none() | st.sampled_from(BODIES),
        "accused": st.lists(
            st.sampled_from([*BODIES, "kind:authority", "kind:company", "kind:person"]), max_size=6
        ).map(tuple),
        "severity": st.sampled_from(["S1", "S2", "S3", "S4"]),
    }
)


@given(name=st.sampled_from(NAMES), case=ANY_CASE)
def test_the_accused_never_hear(name: str, case: dict[str, Any]) -> None:
    accused = case["accused"]
    assert isinstance(accused, tuple)
    for recipient in told(name, **case):
        body = DIRECTORY.find(recipient)
        assert recipient not in accused
        assert body is None or f"kind:{body.kind}" not in accused


@given(name=st.sampled_from(NAMES), case=ANY_CASE)
def test_the_protected_lane_reaches_protection_only(name: str, case: dict[str, Any]) -> None:
    for recipient in told(name, **(case | {"lane": "protected"})):
        body = DIRECTORY.find(recipient)
        assert recipient == COMPLAINANT or (body is not None and body.kind == "protection")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("templates/complainant.yaml", "  closed:\n", "  closed-x:\n", "notice closed lacks"),
        ("templates/complainant.yaml", "Bien recu. Ref", "Plainte recue. Ref", "'plainte'"),
        ("templates/complainant.yaml", "il y a du nouveau.", "il y a {stage}.", "not known here"),
        ("templates/complainant.yaml", "[[ Reponse avant le {date}.]]", " {date}", "inside"),
        ("templates/complainant.yaml", "Bien recu. Ref", "Bien recu. " * 9 + "Ref", "160"),
        ("audiences.yaml", "audience: advocate", "audience: everybody", "audiences.yaml:"),
    ],
)
def test_a_policy_with_a_mistake_is_refused(
    tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    folder = tmp_path / "policy"
    copytree(POLICY, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(PolicyError, match=problem):
        load_bundle(folder, MODELS, [check])
