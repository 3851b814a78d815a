"""The ledger's HTTP on a real store; the vault is answered at its HTTP edge."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.ledger.consumers import take_in, work_due
from services.ledger.store import Ledger
from shared.events.routing import RuleHit
from shared.ids import grievance_id
from shared.mongo import Database
from tests.service.ledger.people import ADMIN, CSR, MONITOR, PATH, SYNDICATE, bearer
from tests.support.clock import FrozenClock
from tests.support.waiting import eventually
from tests.unit.ledger import cases
from tests.unit.ledger.cases import REFERENCE

HOLDERS = ["acknowledge", "extend", "escalate", "close", "take", "link-case", "ask-party"]
STRANGERS = [
    bearer("csr", "cooperative-demo"),
    bearer("authority", "commune-demo"),
    bearer("protection", "protection-demo"),
    bearer("administrator", None),
    bearer("representative", "societe-demo"),
]


async def test_a_case_is_cut_to_what_its_reader_may_see(http: httpx.AsyncClient) -> None:
    """The holder sees it in full, a monitor its timeline, all others nothing at all."""
    mine = await http.get(PATH, headers=CSR)
    assert mine.status_code == 200
    body = mine.json()
    assert mine.headers["etag"] == f'"{body["version"]}"'
    assert body["chain"]["verified"]
    assert body["due_at"] == "2026-11-25T22:59:00Z"
    assert body["possible"] == HOLDERS
    watched = (await http.get(PATH, headers=MONITOR)).json()
    assert watched["route"] is None
    assert watched["possible"] == []
    assert "by" in watched["timeline"][0]
    unknown = await http.get("/v1/cases/NOT-THERE", headers=CSR)
    for stranger in STRANGERS:
        answer = await http.get(PATH, headers=stranger)
        assert (answer.status_code, answer.json()) == (404, unknown.json())
        listed = await http.get("/v1/cases", headers=stranger)
        assert listed.json() == {"cases": [], "next": None}
        refused = await http.post(f"{PATH}/acknowledge", headers=stranger)
        assert refused.status_code == 404
    assert (await http.get(PATH)).status_code == 401


async def test_a_command_that_comes_before_its_case_waits_for_it(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    early = CSR | {"Prefer": "wait=20"}
    path = "/v1/cases/TEST-0002"
    unseen = asyncio.create_task(http.get(path, headers=STRANGERS[1] | {"Prefer": "wait=1"}))
    opened = asyncio.create_task(http.post(f"{path}/acknowledge", headers=early))

    async def awaited() -> bool:
        return ledger.changes.awaited == 1

    await eventually(awaited, what="somebody who waits for the case")
    await take_in(ledger, [cases.routed("r2", reference="TEST-0002")])
    assert (await opened).json()["state"] == "acknowledged"
    delivered = asyncio.create_task(http.post(f"{path}/record-delivery", headers=early))
    remedy = {"text": "Vingt sacs de manioc", "deliver_by": "2026-12-10"}
    assert (await http.post(f"{path}/propose-remedy", headers=CSR, json=remedy)).is_success
    await take_in(ledger, [replace(cases.answer(agreed=True), subject=grievance_id("TEST-0002"))])
    assert (await delivered).json()["state"] == "remedy_delivered"
    assert (await unseen).status_code == 404


async def test_the_story_of_a_case(
    http: httpx.AsyncClient, vault: Any, ledger: Ledger, database: Database
) -> None:
    """Acknowledged, proposed, agreed, delivered, verified by the other side, closed."""
    remedy = {"text": "Vingt sacs de manioc", "deliver_by": "2026-12-10"}
    ending = {"as": "resolved-agreed", "reason": "Fait"}
    assert (await http.post(f"{PATH}/acknowledge", headers=CSR)).json()["version"] == 2
    proposed = await http.post(f"{PATH}/propose-remedy", headers=CSR, json=remedy)
    assert (proposed.json()["state"], proposed.json()["stage"]) == ("remedy_proposed", "answer")
    await take_in(ledger, [cases.answer(agreed=True)])
    assert (await http.post(f"{PATH}/record-delivery", headers=CSR)).status_code == 200
    own = await http.post(f"{PATH}/verify-delivery", headers=CSR)
    assert own.status_code == 409
    verified = await http.post(f"{PATH}/verify-delivery", headers=SYNDICATE)
    assert verified.json()["state"] == "verified"
    closed = await http.post(f"{PATH}/close", headers=CSR, json=ending)
    assert closed.json()["state"] == "closed"
    stored = json.dumps(await database["events"].find({}).to_list(None), default=str)
    assert "manioc" not in stored
    assert "manioc" in vault["keep"].calls[0].request.content.decode()
    checked = await http.get("/internal/verify", headers={"Authorization": f"Bearer {ADMIN}"})
    assert checked.json()["ok"]


async def test_a_stale_version_is_refused(http: httpx.AsyncClient) -> None:
    """412, and nothing is stored."""
    first = await http.post(f"{PATH}/acknowledge", headers={**CSR, "If-Match": '"1"'})
    assert first.status_code == 200
    stale = await http.post(f"{PATH}/start-inquiry", headers={**CSR, "If-Match": '"1"'})
    assert stale.status_code == 412
    wrong = await http.post(f"{PATH}/start-inquiry", headers={**CSR, "If-Match": "x"})
    assert wrong.status_code == 400
    assert (await http.get(PATH, headers=CSR)).json()["version"] == 2


async def test_a_late_command_does_not_hide_that_its_date_was_missed(
    http: httpx.AsyncClient, clock: FrozenClock
) -> None:
    """The miss is recorded before the command, also when nobody has looked at the clocks."""
    clock.move(days=3)
    late = await http.post(f"{PATH}/acknowledge", headers={**CSR, "If-Match": '"1"'})
    assert late.status_code == 200
    timeline = (await http.get(PATH, headers=CSR)).json()["timeline"]
    assert [item["type"].split(".", 2)[2] for item in timeline][-2:] == [
        "deadline.missed.v1",
        "case.acknowledged.v1",
    ]
    assert timeline[-2]["details"]["stage"] == "acknowledge"


async def test_a_command_and_the_clock_at_once_both_take_effect(
    http: httpx.AsyncClient, ledger: Ledger, clock: FrozenClock
) -> None:
    """Whoever stores the miss first, the answer means that the command is stored."""
    clock.move(days=3)
    claimed = await ledger.queue.claim()
    late, _ = await asyncio.gather(
        http.post(f"{PATH}/acknowledge", headers=CSR), work_due(ledger, claimed)
    )
    assert late.status_code == 200
    types = [item["type"] for item in (await http.get(PATH, headers=CSR)).json()["timeline"]]
    assert types.count("cf.recours.deadline.missed.v1") == 1
    assert types.count("cf.recours.case.acknowledged.v1") == 1


async def test_the_same_request_is_carried_out_once(http: httpx.AsyncClient, vault: Any) -> None:
    """Same key and body: the same answer again, also later; another body: 422."""
    headers = {**SYNDICATE, "Idempotency-Key": "once"}
    body = {"reason": "Trop long"}
    first = await http.post(f"{PATH}/escalate", headers=headers, json=body)
    await http.post(f"{PATH}/acknowledge", headers=CSR)
    again = await http.post(f"{PATH}/escalate", headers=headers, json=body)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await http.post(f"{PATH}/escalate", headers=headers, json={"reason": "Autre"})
    assert other.status_code == 422
    twice = await http.post(f"{PATH}/escalate", headers=SYNDICATE, json=body)
    assert twice.status_code == 409


async def test_a_wrong_state_says_what_is_possible(http: httpx.AsyncClient, vault: Any) -> None:
    """409 with the state and what this caller may do."""
    refused = await http.post(f"{PATH}/record-delivery", headers=CSR)
    assert refused.status_code == 409
    assert refused.json()["state"] == "routed"
    assert refused.json()["possible"] == HOLDERS
    theirs = await http.post(f"{PATH}/acknowledge", headers=SYNDICATE)
    assert theirs.json()["possible"] == [
        "escalate",
        "correct-triage",
        "link-case",
        "ask-party",
        "record-statement",
    ]


@pytest.mark.parametrize(
    ("command", "body", "status"),
    [
        ("extend", b"{}", 422),
        ("extend", b'{"reason":"r","until":"demain"}', 422),
        ("extend", b'{"reason":"r","until":"2020-01-01"}', 422),
        ("extend", b'{"reason":"r","until":"2026-12-01T10:00:00"}', 422),
        ("extend", b'{"reason":"r","until":7}', 422),
        ("extend", b"{", 400),
        ("extend", b"\xff\xfe", 400),
        ("extend", b"[]", 422),
        ("escalate", b'{"reason":"a\\u0000b"}', 422),
        ("escalate", b'{"reason":"   "}', 422),
        ("escalate", b'{"reason":"\\ud800"}', 422),
        ("close", b'{"as":"because","reason":"r"}', 422),
        ("close", b'{"as":"withdrawn","reason":"r"}', 409),
        ("close", b'{"as":"referred","reason":"r"}', 422),
        ("close", b'{"as":"referred","reason":"r","to":"nobody","consent":"spoken"}', 422),
        ("close", b'{"as":"referred","reason":"r","to":"commune-demo"}', 422),
        ("reopen", b'{"reason":"r"}', 409),
        ("decide-appeal", b'{"outcome":"maybe","text":"t"}', 422),
        ("record-contact-try", b'{"how":"by owl"}', 422),
        ("dance", b"{}", 404),
    ],
)
async def test_bad_bodies_are_answered(
    http: httpx.AsyncClient, vault: Any, command: str, body: bytes, status: int
) -> None:
    """A clear 4xx, and the case stays as it was."""
    answer = await http.post(f"{PATH}/{command}", headers=CSR, content=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not vault["keep"].called
    assert (await http.get(PATH, headers=CSR)).json()["version"] == 1


async def test_nothing_is_stored_while_the_vault_is_away(
    http: httpx.AsyncClient, vault: Any
) -> None:
    """503 with Retry-After; words never go anywhere else."""
    vault["keep"].mock(side_effect=httpx.ConnectError("away"))
    answer = await http.post(f"{PATH}/escalate", headers=SYNDICATE, json={"reason": "r"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert (await http.get(PATH, headers=CSR)).json()["version"] == 1


async def test_words_are_for_the_complainants_side(http: httpx.AsyncClient, vault: Any) -> None:
    """The company gets 404, the advocate the words, and the read has a purpose."""
    assert (await http.get(f"{PATH}/words", headers=CSR)).status_code == 404
    assert (await http.get(f"{PATH}/words", headers=MONITOR)).status_code == 404
    words = await http.get(f"{PATH}/words", headers=SYNDICATE)
    assert words.json()["texts"]
    assert vault["words"].calls[0].request.url.params["purpose"] == "case-work"


async def test_lists_take_filters_and_refuse_nonsense(http: httpx.AsyncClient) -> None:
    """Clear answers to wrong filters."""
    listed = await http.get("/v1/cases?queue=company&state=routed", headers=CSR)
    assert [row["reference"] for row in listed.json()["cases"]] == [REFERENCE]
    assert (await http.get("/v1/cases?queue=triage", headers=CSR)).json()["cases"] == []
    for query in ("state=odd", "limit=0", "due_before=soon"):
        assert (await http.get(f"/v1/cases?{query}", headers=CSR)).status_code == 422
    assert (await http.get("/v1/cases?cursor=%00", headers=CSR)).status_code == 400


async def test_operators_need_their_credential(http: httpx.AsyncClient) -> None:
    """A person's token opens no operator's door."""
    assert (await http.get("/internal/verify", headers=CSR)).status_code == 401
    rebuilt = await http.post(
        "/internal/views/rebuild", headers={"Authorization": f"Bearer {ADMIN}"}
    )
    assert rebuilt.json() == {"rebuilt": 1}


async def test_the_other_side_learns_neither_who_is_accused_nor_how_to_reach_anybody(
    http: httpx.AsyncClient, ledger: Ledger, vault: Any
) -> None:
    """Rules that name the accused or come from the words, and notices to the complainant."""
    hits = (
        RuleHit(rule="recusal", why="mis en cause, donc écartés : Mairie"),
        RuleHit(rule="sign.illness", why="personnes malades"),
        RuleHit(rule="category.LAND_CROP_DAMAGE", why="cultures"),
    )
    other = cases.routed("other", reference="TEST-0002", rules=hits, accused=("commune-demo",))
    await take_in(ledger, [other, cases.told()])
    path = "/v1/cases/TEST-0002"
    assert (await http.get(path, headers=CSR)).json()["route"]["rules"] == []
    for command, body in (
        ("record-statement", {"text": "Champ"}),
        ("release-statement", {"consent": "spoken", "to": ["company"]}),
    ):
        given = await http.post(f"{path}/{command}", headers=SYNDICATE, json=body)
        assert given.status_code == 200
    seen = (await http.get(path, headers=CSR)).json()
    assert [rule["rule"] for rule in seen["route"]["rules"]] == ["category.LAND_CROP_DAMAGE"]
    assert seen["accused"] == []
    advocate = (await http.get("/v1/cases/TEST-0002", headers=SYNDICATE)).json()
    assert len(advocate["route"]["rules"]) == 3
    told = "cf.recours.parties.informed.v1"
    for who, expected in ((CSR, False), (SYNDICATE, True)):
        types = [e["type"] for e in (await http.get(PATH, headers=who)).json()["timeline"]]
        assert (told in types) is expected


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_date_at_the_end_of_time_is_refused(http: httpx.AsyncClient, time: str) -> None:
    """These cannot be turned into UTC."""
    answer = await http.get("/v1/cases", headers=CSR, params={"due_before": time})
    assert answer.status_code == 422


async def test_what_a_caller_calls_its_request_is_not_kept(
    http: httpx.AsyncClient, ledger: Ledger
) -> None:
    """The key is part of the event's cause, which is published: it may be a name."""
    key = {"Idempotency-Key": "Aminata Modele"}
    for replayed in (False, True):
        answer = await http.post(f"{PATH}/acknowledge", headers=CSR | key)
        assert answer.status_code == 200
        assert ("idempotency-replayed" in answer.headers) is replayed
    stored = await ledger.events.collection.find({}).to_list(None)
    assert "Aminata" not in str(stored)
