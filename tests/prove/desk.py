"""Clients that work on cases: officers, complainants who answer, gateways with receipts."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zlib import crc32

import httpx

from shared.http import request_hash
from tests.prove.patience import Gone
from tests.prove.place import OFFICERS, Place
from tests.prove.told import Opened, Ordered, Written

#: What an officer does next in a state; the last is rare.
_NEXT = {
    "routed": ("acknowledge", "acknowledge", "acknowledge", "escalate"),
    "acknowledged": ("start-inquiry", "start-inquiry", "ask-complainant", "extend"),
    "in_inquiry": ("propose-remedy", "propose-remedy", "extend", "ask-complainant"),
    "agreed": ("record-delivery",),
    "remedy_delivered": ("verify-delivery",),
    "verified": ("close",),
}


Act = Callable[[Place], Awaitable[None]]


def left_alone(reference: str) -> bool:
    """Whether nobody answers this case, so that its deadlines fire: one in three."""
    return crc32(reference.encode()) % 3 == 0


async def work_at_desk(place: Place) -> None:
    """An officer looks into the list, takes a case and gives the next command on it.

    With more replicas as many colleagues act on it at once, each with a command of their own.
    """
    role, organisation = place.dice.choice(OFFICERS[:8])
    who = place.headers(role, organisation)
    state = place.dice.choice(list(_NEXT))
    listed = await place.patient.ask(
        place.ledger, "GET", "/v1/cases", params={"state": state, "limit": 50}, headers=who
    )
    cases = [
        case
        for case in listed.json()["cases"]
        if not left_alone(case["reference"])
        and (case["holder"] == organisation or state == "remedy_delivered")
    ]
    if not cases:
        return
    reference = place.dice.choice(cases)["reference"]
    answer = await place.patient.ask(place.ledger, "GET", f"/v1/cases/{reference}", headers=who)
    if answer.status_code == 200:
        commands = [place.dice.choice(_NEXT[state]) for _ in place.ledger]
        await asyncio.gather(
            *(_order(place, answer.json(), command, who, role) for command in commands)
        )


async def _order(
    place: Place, case: dict[str, Any], command: str, who: dict[str, str], role: str
) -> None:
    reference, key = case["reference"], uuid4().hex
    headers = who | {"Idempotency-Key": key}
    if place.dice.randrange(3) == 0:
        headers["If-Match"] = f'"{case["version"]}"'
    try:
        answer = await place.patient.ask(
            place.ledger,
            "POST",
            f"/v1/cases/{reference}/{command}",
            same=httpx.Response.json,
            json=_body(case, command),
            headers=headers,
        )
        status: int | None = answer.status_code
    except Gone:
        status = None
    # The record has a command's key in the keyed form in which the ledger knows it.
    kept = request_hash(place.secret("TOKEN_KEY"), key.encode())
    place.told.ordered.append(Ordered(reference, command, kept, f"demo-{role}", status))


def _body(case: dict[str, Any], command: str) -> dict[str, str]:
    match command:
        case "extend":
            due = [d["due_at"] for d in case["deadlines"] if d["stage"] in ("inquiry", "propose")]
            return {"reason": "Expertise en cours", "until": _later(min(due, default=None), 1)}
        case "propose-remedy":
            return {"text": "Indemnisation convenue", "deliver_by": _later(case["due_at"], 30)}
        case "escalate":
            return {"reason": "Relève d'un autre"}
        case "close":
            return {"as": "resolved-agreed", "reason": "Remède vérifié"}
        case "ask-complainant" | "record-delivery":
            return {"text": "Une précision sur la parcelle"}
        case _:
            return {}


def _later(moment: str | None, days: int) -> str:
    return (
        datetime.fromisoformat(moment or "2027-01-15T12:00:00+01:00") + timedelta(days=days)
    ).isoformat()


async def follow_up(place: Place) -> None:
    """A complainant looks how things stand and answers, or adds words."""
    if not place.told.opened:
        return
    mine = place.dice.choice(place.told.opened)
    code = {"X-Recours-Code": mine.code}
    path = f"/v1/grievances/{mine.reference}"
    answer = await place.patient.ask(place.intake, "GET", path, headers=code)
    if answer.status_code != 200:
        place.told.wrong.append(f"tracking an accepted grievance: {answer.status_code}")
        return
    if answer.json()["state"] == "remedy_proposed":
        agreed = place.dice.randrange(4) > 0
        await _write(place, mine, "answer", {"agreed": agreed})
    elif place.dice.randrange(3) == 0 or answer.json()["state"] == "waiting_for_complainant":
        await _write(place, mine, "messages", {"text": f"Une précision {uuid4().hex[:8]}"})


async def _write(place: Place, mine: Opened, kind: str, body: dict[str, Any]) -> None:
    key = uuid4().hex
    status, message_id = None, None
    try:
        answer = await place.patient.ask(
            place.intake,
            "POST",
            f"/v1/grievances/{mine.reference}/{kind}",
            same=httpx.Response.json,
            json=body,
            headers={"X-Recours-Code": mine.code, "Idempotency-Key": key},
        )
        status = answer.status_code
        message_id = answer.json().get("message_id") if answer.is_success else None
    except Gone:
        pass
    place.told.written.append(Written(mine.reference, kind, key, status, message_id))


async def tell_delivered(place: Place) -> None:
    """A gateway that reports each text message as delivered, and some of them again."""
    answer = await place.patient.ask(
        [place.system.catcher], "GET", "/messages", params={"since": place.receipts_from}
    )
    messages = answer.json()
    for message in messages[:20]:
        ident = message.get("id")
        if message["channel"] == "sms" and ident and ident not in place.told.receipts:
            await place.patient.ask(
                place.notify,
                "GET",
                "/receipts/kannel",
                same=lambda answer: answer.text,
                params={"mid": ident, "type": "1"},
            )
            place.told.receipts.add(ident)
    if messages:
        place.receipts_from = messages[min(19, len(messages) - 1)]["at"]


async def forever(place: Place, act: Act, seconds: float, *, rationed: bool) -> None:
    """Do one thing again and again, with pauses, until the load is stopped."""
    while not place.stop.is_set():
        try:
            if not rationed or len(place.told.accepted) < place.ration:
                await act(place)
        except Gone:
            return
        except Exception as error:
            place.told.wrong.append(f"{act.__name__}: {type(error).__name__}: {error}")
            await asyncio.sleep(0.5)
        await place.pause(seconds)
