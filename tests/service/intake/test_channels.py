"""Text messages through both gateways: filing, status, answers, stop and start."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import ASGITransport, AsyncClient, Response

from services.intake.channels.twilio import signature
from shared.ids import grievance_id
from tests.service.intake.conftest import PUBLIC_URL, TWILIO_TOKEN, Intake

OTHER = "+23672000002"


def reference_in(reply: str) -> str:
    """Return the reference that a reply names."""
    return reply.split("ef ")[1].split(".")[0].split(":")[0]


async def proposed(intake: Intake, reference: str, state: str = "remedy_proposed") -> None:
    """Set the status view of a case as the ledger's events would."""
    await intake.parts.db["status"].insert_one(
        {
            "_id": grievance_id(reference),
            "reference": reference,
            "sequence": 5,
            "state": state,
            "closed_as": None,
            "holder": "societe-demo",
            "stage": None,
            "due_at": datetime(2026, 12, 3, 22, 59, tzinfo=UTC),
            "steps": {},
        }
    )


PROPOSED, DELIVERED = "cf.recours.remedy.proposed.v1", "cf.recours.remedy.delivered.v1"


async def asked(intake: Intake, reference: str, *types: str, **more: Any) -> None:
    """Let the view tell of proposals and reports of delivery, the last one waiting."""
    at = datetime(2026, 12, 3, 8, tzinfo=UTC)
    steps = {f"{place:08d}": {"type": kind, "at": at} for place, kind in enumerate(types, start=5)}
    steps[max(steps)] |= more
    state = "remedy_proposed" if types[-1] == PROPOSED else "remedy_delivered"
    await intake.parts.db["status"].update_one(
        {"_id": grievance_id(reference)}, {"$set": {"steps": steps, "state": state}}
    )


async def types(intake: Intake) -> list[str]:
    """Return the short type names of all events."""
    return [event["type"].removeprefix("cf.recours.") for event in await intake.events()]


async def test_a_message_is_filed_once_and_answered_the_same(intake: Intake) -> None:
    first = await intake.sms("Mon champ est détruit", id="1")
    assert first.startswith("Bien recu. Ref ")
    assert await intake.sms("Mon champ est détruit", id="1") == first
    assert len(await intake.events()) == 1


async def test_the_same_id_with_other_words_is_refused(intake: Intake) -> None:
    await intake.sms("a", id="1")
    params = {"sender": "+23670000001", "text": "b", "id": "1"}
    answer = await intake.http.get("/channels/kannel", params=params)
    assert answer.status_code == 422


async def test_kannel_may_post_a_form_and_must_be_allowed(intake: Intake) -> None:
    form = {"sender": "+23670000001", "text": "Bonjour", "id": "1"}
    assert (await intake.http.post("/channels/kannel", data=form)).status_code == 200
    transport = ASGITransport(app=intake.app, client=("10.0.0.9", 1))
    async with AsyncClient(transport=transport, base_url="http://x.example") as stranger:
        assert (await stranger.post("/channels/kannel", data=form)).status_code == 403
    assert (await intake.http.get("/channels/kannel")).status_code == 422


async def test_status_is_told_to_the_number_that_filed_and_to_no_other(intake: Intake) -> None:
    reference = reference_in(await intake.sms("Mon champ"))
    assert reference in await intake.sms("STATUT", id="2")
    await proposed(intake, reference, state="in_inquiry")
    reply = await intake.sms(f"statut {reference}", id="3")
    assert "3 dec" in reply
    assert "societe" not in reply.lower()
    unknown = intake.parts.ids.identity("rest", "x").reference
    for text in ("STATUT", f"STATUT {reference}", reference):
        told = await intake.sms(text, sender=OTHER, id=f"o{text}")
        assert told == await intake.sms(f"STATUT {unknown}", sender=OTHER, id=f"u{text}")
        assert reference not in told


async def test_yes_and_no_answer_the_case_that_waits(intake: Intake) -> None:
    reference = reference_in(await intake.sms("Mon champ"))
    assert "Aucune reponse" in await intake.sms("OUI", id="2")
    await proposed(intake, reference)
    assert await intake.sms("oui", id="3") == await intake.sms("oui", id="3")
    assert await types(intake) == ["grievance.submitted.v1", "answer.given.v1"]
    assert (await intake.events())[1]["data"]["agreed"] is True


async def test_a_yes_in_part_names_the_items_that_there_are(intake: Intake) -> None:
    reference = reference_in(await intake.sms("Mon champ"))
    await proposed(intake, reference)
    assert "OUI ou NON" in await intake.sms("OUI 1", id="2")
    await asked(intake, reference, PROPOSED, items=[{"number": number} for number in (1, 2, 3)])
    assert "Possible: 1, 2, 3" in await intake.sms("OUI 1 4", id="3")
    assert "d'accord pour 1, 3" in await intake.sms("OUI 1 ET 3", id="4")
    [given] = [one for one in await intake.events() if one["type"].endswith("answer.given.v1")]
    assert (given["data"]["agreed"], given["data"]["items"]) == (True, [1, 3])


async def test_a_late_yes_is_not_taken_for_what_was_asked_since(intake: Intake) -> None:
    """Without its letter a yes or no is for the first question of a case and for no later one."""
    reference = reference_in(await intake.sms("Mon champ"))
    await proposed(intake, reference)
    await asked(intake, reference, PROPOSED, PROPOSED)
    for number, late in enumerate(("OUI", "NON", "OUI 1", f"{reference} oui", "OUI A")):
        reply = await intake.sms(late, id=f"late-{number}")
        assert "jeu 3 dec" in reply
        assert "OUI B ou NON B" in reply
    assert await types(intake) == ["grievance.submitted.v1"]
    assert "OUI B" in await intake.sms("STATUT", id="s")
    assert "C'est note" in await intake.sms("oui b", id="b")
    [given] = [one["data"] for one in await intake.events() if "answer" in one["type"]]
    assert (given["agreed"], given["question"]) == (True, 6)


async def test_a_yes_sent_again_does_not_confirm_a_delivery(intake: Intake) -> None:
    reference = reference_in(await intake.sms("Mon champ"))
    await proposed(intake, reference)
    await asked(intake, reference, PROPOSED, DELIVERED)
    assert "Est-ce vrai? Repondez OUI B ou NON B" in await intake.sms("OUI", id="2")
    assert "Est-ce vrai? Repondez OUI B ou NON B" in await intake.sms("STATUT", id="3")
    assert "pas d'accord" in await intake.sms("NON B", id="4")
    assert (await types(intake)).count("answer.given.v1") == 1


async def test_with_several_waiting_the_reference_is_asked_for(intake: Intake) -> None:
    references = [reference_in(await intake.sms(f"Mon champ {n}")) for n in range(2)]
    for reference in references:
        await proposed(intake, reference)
    reply = await intake.sms("NON", id="2")
    assert all(reference in reply for reference in references)
    assert references[0] in await intake.sms(f"NON {references[0]}", id="3")
    assert (await types(intake)).count("answer.given.v1") == 1


async def test_words_after_an_own_reference_are_a_message_else_a_grievance(intake: Intake) -> None:
    reference = reference_in(await intake.sms("Mon champ"))
    await intake.sms(f"{reference} encore détruit", id="2")
    assert await types(intake) == ["grievance.submitted.v1", "message.received.v1"]
    reply = await intake.sms(f"{reference} moi aussi", sender=OTHER, id="3")
    assert reference not in reply
    assert sorted(await types(intake)).count("grievance.submitted.v1") == 2


async def test_stop_and_start_hold_for_the_number_and_a_replay_changes_nothing(
    intake: Intake,
) -> None:
    gid = grievance_id(reference_in(await intake.sms("Mon champ")))

    async def opted_out() -> list[str]:
        body = {"purpose": "notice", "grievances": [gid]}
        answer = await intake.vault("POST", "/contacts", json=body)
        opted: list[str] = answer.json()["contacts"][gid]["opted_out"]
        return opted

    await intake.sms("Arrêt", id="2")
    assert await opted_out() == ["sms"]
    await intake.sms("START", id="3")
    assert await opted_out() == []
    await intake.sms("Arrêt", id="2")
    assert await opted_out() == []
    given = [
        event["data"]["given"]
        for event in await intake.events()
        if event["type"].endswith("consent.changed.v1")
    ]
    assert given == [False, True]


async def test_a_grievance_that_begins_with_stop_is_a_grievance(intake: Intake) -> None:
    assert "Bien recu" in await intake.sms("Stop à la pollution de la rivière")


async def test_a_blank_message_is_answered(intake: Intake) -> None:
    assert "vide" in await intake.sms("  ")


async def twilio(
    intake: Intake, query: str = "", *, token: str = TWILIO_TOKEN, **fields: str
) -> Response:
    """Post a message as Twilio does, signed."""
    form = {"MessageSid": "SM1", "From": "+23670000001", "Body": "x", "FromCity": "", **fields}
    url = f"/channels/twilio{query}"
    signed = signature(token, PUBLIC_URL + url, list(form.items()))
    headers = {
        "X-Twilio-Signature": signed,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return await intake.http.post(url, content=urlencode(form), headers=headers)


async def test_twilio_messages_are_filed_once(intake: Intake) -> None:
    first = await twilio(intake, Body="L'eau est polluée <à Bambari>")
    again = await twilio(intake, Body="L'eau est polluée <à Bambari>", query="?a=b&c=%20")
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/xml")
    assert "<Response><Message>Bien recu. Ref " in first.text
    assert again.text == first.text
    assert len(await intake.events()) == 1


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_wrong_signature_is_refused(intake: Intake, token: str) -> None:
    assert (await twilio(intake, token=token)).status_code == 403
    assert (await intake.http.post("/channels/twilio", content=b"\xff=%")).status_code in (400, 403)
    assert await intake.events() == []


async def test_twilio_callbacks_and_its_own_opt_out_get_an_empty_answer(intake: Intake) -> None:
    gone = await twilio(intake, SmsStatus="delivered", Body="")
    assert gone.text.endswith("<Response/>")
    stopped = await twilio(intake, MessageSid="SM2", Body="ARRÊT", OptOutType="STOP")
    assert stopped.text.endswith("<Response/>")
    preferences = await intake.parts.db["preferences"].find({}).to_list(None)
    assert [preference["out"] for preference in preferences] == [True]
    assert await intake.events() == []


async def test_a_picture_without_words_is_taken(intake: Intake) -> None:
    answer = await twilio(intake, Body="", NumMedia="1", MediaUrl0="https://media.example/1")
    assert "Bien recu" in answer.text
