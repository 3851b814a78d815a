"""A question and its answer over HTTP and the real store."""

from typing import Any

import httpx

from tests.service.ledger.people import CSR, MONITOR, PATH, SYNDICATE


async def test_a_question_is_asked_read_and_answered_between_two_parties(
    http: httpx.AsyncClient, vault: Any
) -> None:
    body = {"text": "Combien de parcelles ?", "to": "syndicat-demo"}
    answer = await http.post(f"{PATH}/ask-party", headers=CSR, json=body)
    assert answer.status_code == 200, answer.text
    seen = (await http.get(PATH, headers=SYNDICATE)).json()
    assert "answer-question" in seen["possible"]
    [question] = seen["questions"]
    assert question["due_at"] > seen["due_at"]
    assert (question["asker"], question["to"], question["answer_id"]) == (
        "societe-demo",
        "syndicat-demo",
        None,
    )
    reply = {"text": "Deux", "question": question["text_id"]}
    assert (
        await http.post(f"{PATH}/answer-question", headers=SYNDICATE, json=reply)
    ).status_code == 200
    mine = (await http.get(PATH, headers=CSR)).json()
    text_id = mine["questions"][0]["answer_id"]
    assert (await http.get(f"{PATH}/texts/{text_id}", headers=CSR)).status_code == 200
    assert (await http.get(f"{PATH}/texts/{text_id}", headers=MONITOR)).status_code == 404
    watched = (await http.get(PATH, headers=MONITOR)).json()
    assert watched["questions"] == []
    assert not [item for item in watched["timeline"] if "question" in item["type"]]
    again = await http.post(f"{PATH}/answer-question", headers=SYNDICATE, json=reply)
    assert again.status_code == 409


async def test_a_question_to_who_may_not_see_the_case_is_refused(
    http: httpx.AsyncClient, vault: Any
) -> None:
    for to in ("commune-demo", "police-demo", "nobody", ""):
        answer = await http.post(f"{PATH}/ask-party", headers=CSR, json={"text": "t", "to": to})
        assert answer.status_code == 422
    assert not vault["keep"].called
