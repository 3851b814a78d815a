"""Filing and following a grievance over HTTP: repeats, bad input, code and limits."""

import asyncio
import json
from typing import Any

import pytest

from shared.ids import grievance_id
from shared.mongo import connect
from tests.service.intake.conftest import Intake


async def test_a_grievance_is_stored_and_its_event_waits_for_kafka(intake: Intake) -> None:
    answer = await intake.file({"text": "Ils ont détruit mon champ", "site": "doungoubou-demo"})
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/v1/grievances/{body['reference']}"
    (event,) = await intake.events()
    assert event["subject"] == grievance_id(body["reference"])
    assert event["type"] == "cf.recours.grievance.submitted.v1"
    assert "outbox" in event


async def test_the_same_key_twice_at_once_takes_effect_once(intake: Intake) -> None:
    body = {"text": "mon champ", "contact": {"phone": "70000001"}}
    answers = await asyncio.gather(*(intake.file(body, key="a") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    fresh = [a for a in answers if "idempotency-replayed" not in a.headers]
    assert len(fresh) == 1
    assert len(await intake.events()) == 1
    later = await intake.file(body, key="a")
    assert later.headers["idempotency-replayed"] == "true"
    assert later.text == answers[0].text


async def test_the_same_key_with_another_body_is_refused(intake: Intake) -> None:
    await intake.file({"text": "a"}, key="a")
    other = await intake.file({"text": "b"}, key="a")
    assert other.status_code == 422
    assert other.headers["content-type"] == "application/problem+json"
    assert len(await intake.events()) == 1


async def test_without_a_key_each_request_is_its_own(intake: Intake) -> None:
    answers = [await intake.file({"text": "a"}) for _ in range(2)]
    assert len({answer.json()["reference"] for answer in answers}) == 2


async def test_a_retry_completes_what_a_crash_left_half_done(intake: Intake) -> None:
    first = await intake.file({"text": "a", "attachments": [{"data": "QQ=="}]}, key="a")
    await intake.parts.db["events"].delete_many({})
    await intake.parts.db["attachments"].delete_many({})
    again = await intake.file({"text": "a", "attachments": [{"data": "QQ=="}]}, key="a")
    assert again.json() == first.json()
    (event,) = await intake.events()
    assert event["sequence"] == 1
    assert len(await intake.parts.db["attachments"].find({}).to_list(None)) == 1


async def test_a_reference_taken_by_another_grievance_is_not_used_again(intake: Intake) -> None:
    taken = intake.parts.ids.identity("rest", "a")
    await intake.parts.db["vault"].insert_one(
        {"_id": taken.grievance, "key": "other", "fingerprint": "x", "code": "y"}
    )
    answer = await intake.file({"text": "a"}, key="a")
    assert answer.status_code == 201
    assert answer.json()["reference"] == intake.parts.ids.identity("rest", "a", 1).reference


async def test_many_are_filed_in_one_write_each_with_its_own_outcome(intake: Intake) -> None:
    answers = await asyncio.gather(
        *(intake.file({"text": "a" if n % 3 else ""}, key=str(n)) for n in range(60))
    )
    assert [a.status_code for a in answers] == [201 if n % 3 else 422 for n in range(60)]
    assert len(await intake.events()) == 40


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{",
        b'{"text": 5}',
        b'{"text": "\\ud800"}',
        b'{"danger": "maybe", "text": "x"}',
        b'{"text": "' + b"a" * 5001 + b'"}',
        b'{"text": ' + b"9" * 5000 + b"}",
        b'{"contact": {"phone": 70000001}, "text": "x"}',
        b'{"attachments": [{"data": "%%%"}]}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"text": NaN}',
    ],
    ids=lambda body: body[:20],
)
async def test_bad_bodies_get_a_clear_answer(intake: Intake, body: bytes) -> None:
    answer = await intake.http.post("/v1/grievances", content=body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await intake.events() == []


async def test_a_body_of_10_mb_is_refused(intake: Intake) -> None:
    answer = await intake.http.post("/v1/grievances", content=b'{"text":"' + b"a" * 10_000_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a" * 5000},
        {"text": "nul \0 ici"},
        {"text": "😟 مرحبا e\u0301"},
        {"text": "x", "contact": {"phone": "pas un numéro"}},
        {"text": "x", "contact": None, "danger": None, "accused": None},
        {"text": "x", "category": "NO_SUCH", "site": "nowhere"},
        {"text": "x", "occurred_on": "2090-01-01"},
        {"text": "x", "new_field": {"deep": [1, 2]}, "language": "tlh"},
        {"category": "WAGES"},
        {"text": "x", "contact": {"name": "\0\x07", "email": "@@"}},
    ],
    ids=lambda body: str(body)[:30],
)
async def test_odd_input_is_taken(intake: Intake, body: dict[str, Any]) -> None:
    answer = await intake.file(body, key="a")
    assert answer.status_code == 201, answer.text
    assert (await intake.file(body, key="a")).json() == answer.json()


async def test_the_tracking_answer_before_and_without_the_ledger(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    answer = await intake.http.get(
        f"/v1/grievances/{filed['reference']}", headers={"X-Recours-Code": filed["code_grouped"]}
    )
    body = answer.json()
    assert (body["state"], body["holder"], body["due_at"]) == ("received", None, None)
    assert [step["type"] for step in body["timeline"]] == ["received"]


async def test_wrong_code_and_unknown_reference_look_the_same(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    unknown = intake.parts.ids.identity("rest", "nobody").reference
    wrong = {"X-Recours-Code": "0000000000"}
    answers = [
        await intake.http.get(f"/v1/grievances/{filed['reference']}", headers=wrong),
        await intake.http.get(f"/v1/grievances/{unknown}", headers=wrong),
        await intake.http.get("/v1/grievances/nonsense", headers=wrong),
        await intake.http.get(f"/v1/grievances/{filed['reference']}"),
        await intake.http.post(f"/v1/grievances/{unknown}/messages", json={}, headers=wrong),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_guessing_codes_is_stopped_even_for_the_right_one(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    url = f"/v1/grievances/{filed['reference']}"
    codes = [f"{n:010d}" for n in range(10)]
    for code in codes:
        assert (await intake.http.get(url, headers={"X-Recours-Code": code})).status_code == 404
    answer = await intake.http.get(url, headers={"X-Recours-Code": filed["code"]})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


async def test_follow_ups_are_appended_once_in_order(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    url = f"/v1/grievances/{filed['reference']}"
    headers = {"X-Recours-Code": filed["code"], "Idempotency-Key": "k"}
    for path, body in (
        ("messages", {"text": "on m’a menacé"}),
        ("withdrawal", {"pressured": True}),
    ):
        first = await intake.http.post(f"{url}/{path}", json=body, headers=headers)
        again = await intake.http.post(f"{url}/{path}", json=body, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == first.json()
    other = await intake.http.post(f"{url}/messages", json={"text": "y"}, headers=headers)
    assert other.status_code == 422
    everything = await intake.events()
    events = [e for e in everything if e["data"]["reference"] == filed["reference"]]
    assert [event["sequence"] for event in events] == [1, 2, 3]
    assert events[1]["data"]["danger_signs"] == ["reprisal"]
    assert events[2]["data"]["pressured"] is True
    # A threat and the pressure have a protected case each, however often they are sent.
    alerts = [e["data"]["category"] for e in everything if e not in events]
    assert alerts == ["RETALIATION", "RETALIATION"]


async def test_an_alert_writes_to_nobody_and_no_text_message_tells_of_it(intake: Intake) -> None:
    filed = (await intake.file({"text": "x", "contact": {"phone": "70 00 00 01"}})).json()
    url = f"/v1/grievances/{filed['reference']}/withdrawal"
    headers = {"X-Recours-Code": filed["code"]}
    done = await intake.http.post(url, json={"pressured": True}, headers=headers)
    assert done.status_code == 201
    submitted = [e["data"] for e in await intake.events() if "submitted" in e["type"]]
    assert sorted(len(data["contactable"]) for data in submitted) == [0, 1]
    [alert] = [data["reference"] for data in submitted if not data["contactable"]]
    params = {"sender": "+23670000001", "text": "STATUT", "id": "status-1"}
    told = await intake.http.get("/channels/kannel", params=params)
    assert filed["reference"] in told.text
    assert alert not in told.text


async def test_messages_at_the_same_moment_all_find_a_place(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    url = f"/v1/grievances/{filed['reference']}/messages"
    headers = {"X-Recours-Code": filed["code"]}
    answers = await asyncio.gather(
        *(intake.http.post(url, json={"text": str(n)}, headers=headers) for n in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert [event["sequence"] for event in await intake.events()] == [1, 2, 3, 4, 5]


async def test_an_answer_where_none_is_asked_for_is_a_conflict(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    url = f"/v1/grievances/{filed['reference']}"
    headers = {"X-Recours-Code": filed["code"]}
    answer = await intake.http.post(f"{url}/answer", json={"agreed": True}, headers=headers)
    assert answer.status_code == 409
    assert (answer.json()["state"], answer.json()["possible"]) == (
        "received",
        ["messages", "withdrawal"],
    )
    wrong = await intake.http.post(f"{url}/answer", json={"agreed": "oui"}, headers=headers)
    assert wrong.status_code == 422


async def test_when_the_store_is_away_the_answer_is_503(intake: Intake) -> None:
    away = connect("mongodb://127.0.0.1:9/?directConnection=true&serverSelectionTimeoutMS=200")
    store = intake.parts.handlers.store
    store.keys._keys = away["recours"]["keys"]
    answer = await intake.file({"text": "x"}, key="a")
    away.close()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


def test_the_openapi_document_tells_the_fields(intake: Intake) -> None:
    document = json.dumps(intake.app.openapi())
    assert all(word in document for word in ("site_text", "occurred_on", "safe_times"))
