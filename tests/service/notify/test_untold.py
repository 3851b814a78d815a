"""What could not be told: whom the operator sees named, and what leaves when it is tried again."""

from typing import Any

import pytest

from tests.service.notify.world import ADMIN, NUMBER, Notify, Outside
from tests.support.clock import FrozenClock
from tests.unit.notify.cases import REFERENCE, event

PATH = "/internal/undelivered"
OPERATOR = {"Authorization": f"Bearer {ADMIN}"}


async def listed(service: Notify) -> list[dict[str, Any]]:
    """Return what could not be told, as the operator sees it."""
    answer = await service.http.get(PATH, headers=OPERATOR)
    assert answer.status_code == 200, answer.text
    assert REFERENCE not in answer.text
    assert NUMBER[4:] not in answer.text
    found: list[dict[str, Any]] = answer.json()["undelivered"]
    assert answer.json()["total"] == len(found)
    return found


async def again(service: Notify, ident: str) -> int:
    """Let a notice leave again; return the status of the answer."""
    answer = await service.http.post(f"{PATH}/{ident}/retry", headers=OPERATOR)
    return answer.status_code


async def refused(service: Notify, world: Outside) -> str:
    """Let the gateway refuse a text for good; return the id of its notice."""
    world.sms_status.append(400)
    await service.tell(event("case.acknowledged", advocate=None))
    [one] = await listed(service)
    assert (one["audience"], one["recipient"], one["attempts"]) == ("complainant", None, 1)
    assert one["reason"] == "kannel-400"
    return str(one["id"])


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
async def test_nobody_but_the_operator_sees_or_tries_it(
    service: Notify, headers: dict[str, str]
) -> None:
    assert (await service.http.get(PATH, headers=headers)).status_code == 401
    answer = await service.http.post(f"{PATH}/x/retry", headers=headers)
    assert answer.status_code == 401


async def test_what_failed_leaves_once_when_it_is_let_go_again(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    ident = await refused(service, world)
    clock.move(days=5)
    assert await again(service, ident) == 202
    assert await again(service, ident) == 404, "it waits already"
    assert await listed(service) == []
    await service.send_due()
    assert len(world.texts) == 1
    assert await service.facts() == [
        ("not-told", "complainant", "kannel-400"),
        ("told", "complainant", ""),
    ]
    assert await again(service, ident) == 404


async def test_what_fails_again_is_tried_anew_over_days_and_recorded_anew(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    ident = await refused(service, world)
    clock.move(days=5)
    await again(service, ident)
    world.sms_status.append(503)
    await service.send_due()
    [waits] = await service.documents()
    assert (waits["state"], len(waits["attempts"])) == ("queued", 2)
    clock.move(minutes=2)
    world.sms_status.append(400)
    await service.send_due()
    assert [one["id"] for one in await listed(service)] == [ident]
    assert await service.facts() == [("not-told", "complainant", "kannel-400")] * 2


async def test_what_the_person_said_binds_when_it_is_tried_again(
    service: Notify, world: Outside
) -> None:
    ident = await refused(service, world)
    [document] = await service.documents()
    world.contacts[document["subject"]] = world.usual(opted_out=["sms"])
    assert await again(service, ident) == 202
    await service.send_due()
    assert world.texts == []
    assert await listed(service) == [], "what a person does not want is nobody's to try again"


async def test_a_refusal_by_the_network_is_listed_and_tried_again(
    service: Notify, world: Outside
) -> None:
    await service.tell(event("case.acknowledged", advocate=None))
    [document] = await service.documents()
    await service.http.get("/receipts/kannel", params={"mid": document["_id"], "type": "16"})
    [one] = await listed(service)
    assert one["reason"] == "network-refused"
    assert await again(service, one["id"]) == 202
    await service.send_due()
    assert len(world.texts) == 2
    assert [told for told, _, _ in await service.facts()] == ["told", "not-told", "told"]


async def test_an_office_that_is_accused_since_is_not_told(service: Notify, world: Outside) -> None:
    world.smtp_answer.append("550 no such user")
    await service.tell(event("case.opened", advocate=None, contactable=()))
    [one] = await listed(service)
    assert (one["audience"], one["recipient"]) == ("holder", "societe-demo")
    await service.tell(
        event("case.rerouted", holder="commune-demo", accused=("societe-demo",), advocate=None)
    )
    sent = len(world.mails)
    assert await again(service, one["id"]) == 409
    await service.send_due()
    assert len(world.mails) == sent
    assert await listed(service) == []


async def test_a_protected_case_is_not_counted_by_the_operator(
    service: Notify, world: Outside
) -> None:
    world.smtp_answer.append("550 no such user")
    await service.tell(
        event(
            "case.opened",
            advocate=None,
            contactable=(),
            lane="protected",
            holder="protection-demo",
            responder="protection",
        )
    )
    assert {d["state"] for d in await service.documents()} >= {"failed"}
    assert await listed(service) == []
