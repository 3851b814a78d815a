"""Consents, reopening and what is told after the end, over HTTP and the real store."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.intake.domain import PURPOSES
from shared.ids import grievance_id
from tests.service.intake.conftest import Intake

RECORDED = {"type": "cf.recours.statement.recorded.v1", "text_id": "t1"}
PROPOSED = "cf.recours.remedy.proposed.v1"


class Person:
    """A complainant with their code."""

    def __init__(self, intake: Intake, filed: dict[str, Any]) -> None:
        self.intake, self.reference = intake, filed["reference"]
        self.gid = grievance_id(self.reference)
        self.headers = {"X-Recours-Code": filed["code"]}

    async def send(self, what: str, body: Any, key: str | None = None) -> Any:
        """Send something and return the answer."""
        more = {"Idempotency-Key": key} if key else {}
        url = f"/v1/grievances/{self.reference}/{what}"
        return await self.intake.http.post(url, json=body, headers=self.headers | more)

    async def stands(self, state: str, *until: datetime | None) -> None:
        """Let the status view say how the case stands, and how long after each end it may go on."""
        steps = {f"{at:08d}": {"appeal_until": one} for at, one in enumerate(until)}
        view = {"_id": self.gid, "sequence": 1, "state": state, "steps": steps}
        await self.intake.parts.handlers.store.status.insert_one(
            {"holder": "societe-demo", "due_at": None, "closed_as": None} | view
        )

    async def told(self) -> list[dict[str, Any]]:
        """Return the data of the events after the submission."""
        events = await self.intake.events()
        return [e["data"] for e in events if e["subject"] == self.gid and e["sequence"] > 1]


@pytest.fixture
async def person(intake: Intake) -> Person:
    """Somebody who has filed."""
    return Person(intake, (await intake.file({"text": "x"})).json())


async def test_a_consent_is_recorded_once(person: Person) -> None:
    body = {"purpose": "statement", "given": False}
    first = await person.send("consents", body, key="k")
    again = await person.send("consents", body, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    other = await person.send("consents", body | {"given": True}, key="k")
    assert other.status_code == 422
    told = await person.told()
    assert [(data["purpose"], data["given"]) for data in told] == [("statement", False)]


async def test_a_repeat_is_known_by_its_cause_whatever_the_id_of_its_event(
    person: Person, intake: Intake
) -> None:
    """As with an event of a version that derived ids in another way."""
    body = {"purpose": "statement", "given": False}
    await person.send("consents", body, key="k")
    events = intake.parts.handlers.store.events.collection
    [event] = [e for e in await intake.events() if e["subject"] == person.gid and e["sequence"] > 1]
    await events.delete_one({"_id": event["_id"]})
    await events.insert_one(event | {"_id": "another"})
    again = await person.send("consents", body, key="k")
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await person.told()) == 1


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
async def test_each_purpose_that_is_asked_at_filing_is_given_and_taken_back(
    person: Person, purpose: str
) -> None:
    for given in (True, False):
        answer = await person.send("consents", {"purpose": purpose, "given": given})
        assert answer.status_code == 201, answer.text
    told = await person.told()
    assert [(data["purpose"], data["given"]) for data in told] == [
        (purpose, True),
        (purpose, False),
    ]


async def test_a_yes_to_a_statement_names_the_text_and_who_may_read_it(
    person: Person, intake: Intake
) -> None:
    yes = {"purpose": "statement", "given": True}
    assert (await person.send("consents", yes | {"statement": 1})).status_code == 409
    await person.stands("in_inquiry")
    await intake.parts.handlers.store.status.update_one(
        {"_id": person.gid}, {"$set": {"steps": {"00000002": RECORDED}}}
    )
    other = await person.send("consents", yes | {"statement": 2})
    assert (other.status_code, other.json()["statement"]) == (409, 1)
    wrong: list[dict[str, Any]] = [
        {"to": []},
        {"to": ["police"]},
        {"statement": 0},
        {"statement": "1"},
    ]
    for body in wrong:
        assert (await person.send("consents", yes | body)).status_code == 422
    first = await person.send("consents", yes | {"statement": 1, "to": ["company"]}, key="k")
    again = await person.send("consents", yes | {"statement": 1, "to": ["company"]}, key="k")
    assert (first.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert (await person.send("consents", yes, key="k")).status_code == 422
    [told] = await person.told()
    assert (told["text_id"], told["to"]) == ("t1", ["company"])


async def test_a_complainant_releases_their_own_statement(person: Person, intake: Intake) -> None:
    early = await person.send("statement", {"text": "Mon champ"})
    assert early.status_code == 409
    await person.stands("routed")
    assert (await person.send("statement", {"text": " "})).status_code == 422
    assert (await person.send("statement", {"text": "x", "to": ["police"]})).status_code == 422
    first = await person.send("statement", {"text": "Mon champ"}, key="k")
    again = await person.send("statement", {"text": "Mon champ"}, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    [told] = await person.told()
    assert told["to"] == ["authority", "company"]
    params = {"purpose": "released-text"}
    path = f"/{person.gid}/texts/{told['message_id']}"
    assert (await intake.vault("GET", path, params=params)).json()["text"] == "Mon champ"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"purpose": "statement"},
        {"purpose": "A B", "given": True},
        {"given": "oui"},
        {"purpose": "share_everything", "given": True},
    ],
)
async def test_a_consent_that_says_nothing_clear_is_refused(person: Person, body: Any) -> None:
    assert (await person.send("consents", body)).status_code == 422
    assert await person.told() == []


async def test_a_case_is_reopened_only_when_it_is_closed_and_in_its_window(
    person: Person, intake: Intake
) -> None:
    assert (await person.send("reopening", {})).status_code == 409
    now = intake.parts.handlers.clock.now()
    await person.stands("closed", now - timedelta(days=40), now + timedelta(days=1))
    assert (await person.send("reopening", {"text": "Rien n'est fait"})).status_code == 201
    assert len(await person.told()) == 1


@pytest.mark.parametrize("what", ["appeal", "reopening"])
async def test_after_the_window_the_answer_says_until_when_and_what_else(
    person: Person, intake: Intake, what: str
) -> None:
    until = intake.parts.handlers.clock.now() - timedelta(days=1)
    await person.stands("closed", None, until)
    late = await person.send(what, {})
    assert late.status_code == 409
    assert late.json()["until"][:10] == until.date().isoformat()
    assert "new grievance" in late.json()["detail"]
    assert late.json()["possible"] == ["messages", "follow-up"]
    assert await person.told() == []


async def test_where_nobody_is_left_to_appeal_to_the_answer_says_what_else(
    person: Person, intake: Intake
) -> None:
    await person.stands("closed", None)
    status = intake.parts.handlers.store.status
    await status.update_one({"_id": person.gid}, {"$set": {"final": True}})
    refused = await person.send("appeal", {"text": "Encore"})
    assert refused.status_code == 409
    assert "court" in refused.json()["detail"]
    assert refused.json()["possible"] == ["messages", "reopening", "follow-up"]
    assert (await person.send("reopening", {"text": "Encore"})).status_code == 201


async def test_revenge_told_after_the_end_is_a_protected_case_and_stands_in_no_event(
    person: Person, intake: Intake
) -> None:
    await person.stands("closed")
    body = {"retaliation": True, "satisfied": False}
    for _ in range(2):
        assert (await person.send("follow-up", body, key="k")).status_code == 201
    assert await person.told() == [
        {
            "reference": person.reference,
            "channel": "rest",
            "satisfied": False,
            "remedy_holds": None,
            "message_id": None,
        }
    ]
    events = await intake.events()
    alerts = [e["data"]["category"] for e in events if e["subject"] != person.gid]
    assert alerts == ["RETALIATION"]


@pytest.mark.parametrize("body", [{}, {"satisfied": None}, {"satisfied": "oui"}])
async def test_a_follow_up_says_at_least_one_thing(person: Person, body: Any) -> None:
    await person.stands("closed")
    assert (await person.send("follow-up", body)).status_code == 422


async def test_an_alert_of_an_advocate_is_filed_once(person: Person, intake: Intake) -> None:
    for _ in range(2):
        path = f"/{person.gid}/alerts"
        assert (await intake.vault("POST", path, json={"cause": "c"})).status_code == 201
    submitted = [e for e in await intake.events() if "submitted" in e["type"]]
    assert len(submitted) == 2


async def test_one_text_is_given_and_no_other(person: Person, intake: Intake) -> None:
    text = {"id": "t1", "text": "L'exposé", "author": "representative"}
    await intake.vault("POST", f"/{person.gid}/texts", json=text)
    params = {"purpose": "released-text"}
    given = await intake.vault("GET", f"/{person.gid}/texts/t1", params=params)
    assert given.json()["text"] == "L'exposé"
    other = (await intake.file({"text": "y"})).json()
    path = f"/{grievance_id(other['reference'])}/texts/t1"
    assert (await intake.vault("GET", path, params=params)).status_code == 404
    reads = await intake.parts.db["vault_reads"].find({}).to_list(None)
    assert [read["purpose"] for read in reads] == ["released-text", "released-text"]
    assert (await intake.http.get(f"/internal/vault{path}", params=params)).status_code == 401


async def test_items_are_agreed_by_their_numbers(person: Person) -> None:
    await person.stands("remedy_proposed")
    assert (await person.send("answer", {"agreed": True, "items": []})).status_code == 422
    assert (await person.send("answer", {"agreed": True, "items": ["1"]})).status_code == 422
    assert (await person.send("answer", {"agreed": True, "items": [1, 3]})).status_code == 201
    assert (await person.told())[0]["items"] == [1, 3]


async def test_what_is_said_to_be_delivered_is_answered_too(person: Person) -> None:
    await person.stands("remedy_delivered")
    assert (await person.send("answer", {"agreed": False})).status_code == 201


async def test_an_answer_to_what_was_replaced_is_refused_with_what_waits(
    person: Person, intake: Intake
) -> None:
    await person.stands("remedy_proposed")
    now = intake.parts.handlers.clock.now()
    steps = {f"{at:08d}": {"type": PROPOSED, "at": now} for at in (3, 7)}
    store = intake.parts.handlers.store.status
    await store.update_one({"_id": person.gid}, {"$set": {"steps": steps}})
    url = f"/v1/grievances/{person.reference}"
    seen = (await intake.http.get(url, headers=person.headers)).json()
    assert seen["question"]["number"] == 2
    old = await person.send("answer", {"agreed": True, "question": 1}, key="k")
    assert (old.status_code, old.json()["question"]) == (409, 2)
    assert await person.told() == []
    for _ in range(2):
        new = await person.send("answer", {"agreed": True, "question": 2}, key="n")
        assert new.status_code == 201
    assert [told["question"] for told in await person.told()] == [7]
