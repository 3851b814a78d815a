"""The tracking page on the real application: each act asked, checked, confirmed, done once."""

import re
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from PIL import Image

from tests.service.intake.pages import act, count, items, opened, steps, told, whole_act

PROPOSED, DELIVERED = "remedy.proposed", "remedy.delivered"
DAY = timedelta(days=1)


def text_of(page: Response) -> str:
    """Return what is read on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


def buttons(page: Response) -> set[str]:
    """Return the acts that a page offers."""
    return set(re.findall(r'name="faire" value="([^"]+)">', page.text))


async def set_view(app: FastAPI, **fields: Any) -> None:
    await app.state.parts.db["status"].update_many({}, {"$set": fields})


async def test_the_first_line_names_holder_and_date(app: FastAPI, client: AsyncClient) -> None:
    due = datetime(2099, 12, 3, 22, 59, tzinfo=UTC)
    page = await opened(app, client, state="acknowledged", due_at=due)
    name = app.state.parts.handlers.policy().organisations.name_of("societe-demo")
    start = f"Votre dossier est chez {name}. Réponse attendue avant le jeudi 3 décembre"
    assert start in text_of(page)
    assert 'class="ahead"' in page.text
    await set_view(app, due_at=datetime(2020, 12, 3, tzinfo=UTC))
    late = await act(client, page)
    assert "Réponse en retard depuis le jeudi 3 décembre 2020" in text_of(late)
    assert "ahead late" in late.text


async def test_a_missed_date_with_a_next_one_is_late_all_the_same(
    app: FastAPI, client: AsyncClient
) -> None:
    missed = {"stage": "inquiry", "due_at": datetime(2026, 11, 12, 9, tzinfo=UTC)}
    way = steps(("case.opened", {}), ("deadline.missed", {"missed": missed}))
    due = datetime(2099, 1, 1, tzinfo=UTC)
    view = {"state": "in_inquiry", "due_at": due, "stage": "inquiry", "steps": way}
    page = await opened(app, client, **view)
    assert "en retard depuis le jeudi 12 novembre 2026" in text_of(page)
    way |= {"00000003": way["00000001"] | {"type": "cf.recours.case.escalated.v1"}}
    await set_view(app, steps=way)
    assert "en retard depuis" not in text_of(await act(client, page))


async def test_words_are_checked_confirmed_and_added_once(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="in_inquiry")
    empty = await act(client, page, faire="message", go="check")
    assert empty.status_code == 422
    assert 'href="#texte"' in empty.text
    asked = await act(client, page, faire="message")
    checked = await act(client, asked, go="check", texte="encore <b>détruit</b>")
    assert "encore &lt;b&gt;détruit&lt;/b&gt;" in checked.text
    assert await count(app) == 1
    change = await act(client, checked, go="change")
    assert "encore &lt;b&gt;" in change.text
    for _ in range(2):
        done = await act(client, checked, go="confirm")
        assert "C’est ajouté au dossier" in done.text
    assert await count(app) == 2
    other = await act(client, checked, go="confirm", texte="autre")
    assert other.status_code == 422
    assert "La première fois compte" in other.text
    assert await count(app) == 2


async def test_a_proposal_is_answered_by_item(app: FastAPI, client: AsyncClient) -> None:
    way = steps((PROPOSED, {"items": items(3)}))
    page = await opened(app, client, state="remedy_proposed", steps=way, stage="answer")
    assert {"answer:yes", "answer:no", "answer:part"} <= buttons(page)
    assert "1. Eau potable" in page.text
    nothing = await act(client, await act(client, page, faire="answer:part"), go="check")
    assert nothing.status_code == 422
    checked = await act(client, nothing, go="check", items=["1", "3"], texte="pas la 2")
    assert "doit être fait avant sa date" in checked.text
    done = await act(client, checked, go="confirm")
    assert "Votre réponse est enregistrée" in done.text
    [given] = await told(app, "answer")
    assert (given["agreed"], given["items"], given["question"]) == (True, [1, 3], 1)


@pytest.mark.parametrize(("pressed", "agreed"), [("answer:yes", True), ("answer:no", False)])
async def test_a_yes_is_checked_before_it_counts(
    app: FastAPI, client: AsyncClient, pressed: str, agreed: bool
) -> None:
    page = await opened(app, client, state="remedy_proposed", steps=steps((PROPOSED, {})))
    assert "answer:part" not in buttons(page)
    await whole_act(client, page, pressed)
    [given] = await told(app, "answer")
    assert (given["agreed"], given["items"]) == (agreed, None)


async def test_an_answer_is_for_what_the_page_showed(app: FastAPI, client: AsyncClient) -> None:
    page = await opened(app, client, state="remedy_proposed", steps=steps((PROPOSED, {})))
    checked = await act(client, page, faire="answer:yes")
    await set_view(app, steps=steps((PROPOSED, {}), (PROPOSED, {})))
    refused = await act(client, checked, go="confirm")
    assert refused.status_code == 409
    assert "Votre réponse n’a pas été prise" in refused.text
    assert await told(app, "answer") == []
    await whole_act(client, refused, "answer:yes")
    assert [one["question"] for one in await told(app, "answer")] == [2]


async def test_what_is_said_to_be_done_is_confirmed_or_not(
    app: FastAPI, client: AsyncClient
) -> None:
    way = steps((PROPOSED, {"items": items(3)}), (DELIVERED, {"numbers": [1, 2]}))
    page = await opened(app, client, state="remedy_delivered", steps=way)
    assert "Est-ce vrai" in page.text
    part = await act(client, page, faire="answer:part")
    assert re.findall(r'name="items" value="(\d)"', part.text) == ["1", "2"]
    await whole_act(client, page, "answer:no")
    assert (await told(app, "answer"))[0]["question"] == 2


async def test_a_question_is_shown_and_answered(app: FastAPI, client: AsyncClient) -> None:
    page = await opened(app, client, state="waiting_for_complainant")
    assert "On vous pose une question" in page.text
    done = await whole_act(client, page, "message", texte="Deux parcelles")
    assert done.status_code == 200
    assert len(await told(app, "message")) == 1


def picture(size: tuple[int, int] = (3_000, 2_000)) -> bytes:
    """Return a photo as a telephone makes it, with the place in it."""
    written, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "Zephirine"
    Image.effect_noise(size, 40).convert("RGB").save(written, "JPEG", quality=85, exif=exif)
    return written.getvalue()


async def test_a_large_photo_is_made_small_and_kept_without_its_traces(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="in_inquiry")
    asked = await act(client, page, faire="photo")
    assert "sont effacés" in asked.text
    data = picture()
    assert len(data) > 1_048_576
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', asked.text))
    for _ in range(2):
        done = await client.post(
            "/suivi",
            data=hidden | {"go": "confirm"},
            files={"photo": ("a.jpg", data, "image/jpeg")},
        )
        assert "La photo est ajoutée au dossier. Le chemin" in done.text
    assert await count(app, "attachments") == 1
    assert len(await told(app, "message")) == 1
    for name, bad in (("none", b""), ("text", b"hello"), ("big", b"\xff\xd8\xff" + bytes(6 << 20))):
        wrong = await client.post(
            "/suivi",
            data=hidden | {"go": "confirm", "nonce": name},
            files={"photo": ("a.jpg", bad, "image/jpeg")},
        )
        assert (wrong.status_code, 'href="#photo"' in wrong.text) == (422, True), name


async def test_withdrawing_asks_about_pressure_and_closed_says_so(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="in_inquiry")
    asked = await act(client, page, faire="withdrawal")
    assert "forcé" in asked.text
    await whole_act(client, page, "withdrawal", pressured="yes")
    assert [one["pressured"] for one in await told(app, "withdrawn")] == [True]
    await set_view(app, state="closed")
    closed = await act(client, page)
    assert "withdrawal" not in buttons(closed)
    again = await act(client, closed, faire="withdrawal", go="confirm", nonce="other")
    assert again.status_code == 409
    assert "Vous pouvez toujours écrire au dossier" in again.text
    assert "4006" in again.text


async def test_a_closed_case_is_reopened_or_appealed_in_its_window_and_told_when_it_was(
    app: FastAPI, client: AsyncClient
) -> None:
    now = app.state.parts.handlers.clock.now()
    closed = ("case.closed", {"closed_as": "resolved-agreed", "appeal_until": now + DAY})
    page = await opened(app, client, state="closed", steps=steps(closed))
    assert {"reopening", "appeal", "follow-up", "message", "photo"} == buttons(page)
    assert "jusqu’au" in page.text
    asked = await act(client, page, faire="appeal")
    checked = await act(client, asked, go="check", texte="pas juste")
    await whole_act(client, page, "reopening")
    assert len(await told(app, "reopening")) == 1
    over = ("case.closed", {"closed_as": "resolved-agreed", "appeal_until": now - DAY})
    await set_view(app, steps=steps(over))
    refused = await act(client, checked, go="confirm")
    assert refused.status_code == 409
    assert "C’était possible jusqu’au" in refused.text
    assert "tribunal" in refused.text
    assert {"follow-up", "message", "photo"} == buttons(refused)
    assert await told(app, "appeal") == []


async def test_how_things_are_after_the_end_is_told(app: FastAPI, client: AsyncClient) -> None:
    page = await opened(app, client, state="closed", steps=steps(("case.closed", {})))
    asked = await act(client, page, faire="follow-up")
    assert (await act(client, asked, go="check")).status_code == 422
    said = {"satisfied": "no", "holds": "yes", "retaliation": "yes"}
    await whole_act(client, page, "follow-up", **said)
    [given] = await told(app, "followup")
    assert (given["satisfied"], given["remedy_holds"]) == (False, True)
    assert [one["category"] for one in await told(app, "submitted")].count("RETALIATION") == 1


async def test_own_words_are_passed_on_and_taken_back(app: FastAPI, client: AsyncClient) -> None:
    page = await opened(app, client, state="in_inquiry", steps=steps(("case.opened", {})))
    assert "unshare" not in buttons(page)
    nobody = await act(client, page, faire="statement", go="check", texte="Mon champ", to=[])
    assert nobody.status_code == 422
    await whole_act(client, page, "statement", texte="Mon champ", to=["company"])
    assert [one["to"] for one in await told(app, "statement")] == [["company"]]
    await set_view(app, steps=steps(("statement.recorded", {}), ("statement.released", {})))
    page = await act(client, page)
    assert "unshare" in buttons(page)
    checked = await act(client, page, faire="unshare")
    await act(client, checked, go="confirm")
    consents = [(one["purpose"], one["given"]) for one in await told(app, "consent")]
    assert consents == [("statement", False)]


async def test_a_yes_is_for_the_text_that_was_read(app: FastAPI, client: AsyncClient) -> None:
    first = ("statement.recorded", {"text_id": "t1"})
    page = await opened(app, client, state="in_inquiry", steps=steps(first))
    assert "share" in buttons(page)
    asked = await act(client, page, faire="share")
    assert (await act(client, asked, go="check", to=[])).status_code == 422
    checked = await act(client, asked, go="check", to=["authority"])
    await set_view(app, steps=steps(first, ("statement.recorded", {"text_id": "t2"})))
    refused = await act(client, checked, go="confirm")
    assert refused.status_code == 409
    assert "Le texte a changé depuis" in refused.text
    assert await told(app, "consent") == []
    done = await whole_act(client, refused, "share", to=["authority"])
    assert "Votre accord est enregistré" in done.text
    [given] = await told(app, "consent")
    assert (given["text_id"], given["to"], given["given"]) == ("t2", ["authority"], True)


async def test_what_is_shown_can_be_stopped_while_another_text_waits(
    app: FastAPI, client: AsyncClient
) -> None:
    recorded = ("statement.recorded", {"text_id": "t1"})
    released = ("statement.released", {"text_id": "t1"})
    page = await opened(app, client, state="in_inquiry", steps=steps(recorded, released))
    assert {"share", "unshare"} & buttons(page) == {"unshare"}
    await set_view(app, steps=steps(recorded, released, recorded))
    assert {"share", "unshare"} <= buttons(await act(client, page))


async def test_what_the_status_does_not_allow_has_no_button(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client)
    assert buttons(page) == {"message", "photo", "withdrawal"}
    early = await act(client, page, faire="appeal")
    assert early.status_code == 409
    assert "Ce n’est pas possible à ce stade" in early.text


async def test_an_old_key_asks_for_the_code_again_and_loses_nothing(client: AsyncClient) -> None:
    fields = {"cle": "xxxx", "faire": "message", "go": "confirm", "texte": "Deux & trois"}
    page = await client.post("/suivi", data=fields)
    assert page.status_code == 403
    assert "Donnez encore" in page.text
    assert 'name="texte" value="Deux &amp; trois"' in page.text
    assert 'name="go"' not in page.text
    assert 'name="cle"' not in page.text


async def test_the_page_speaks_the_language_that_is_asked_for(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="in_inquiry", steps=steps(("inquiry.started", {})))
    english = await act(client, page, langue="en")
    assert '<html lang="en">' in english.text
    assert "is looking into the facts" in english.text


async def test_a_file_that_is_much_too_large_is_refused_in_words(
    app: FastAPI, client: AsyncClient
) -> None:
    page = await opened(app, client, state="in_inquiry")
    asked = await act(client, page, faire="photo")
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', asked.text))
    huge = b"\xff\xd8\xff" + bytes(50 << 20)
    wrong = await client.post(
        "/suivi",
        data=hidden | {"go": "confirm"},
        files={"photo": ("a.jpg", huge, "image/jpeg")},
    )
    assert (wrong.status_code, wrong.headers["content-type"][:9]) == (413, "text/html")
    assert "Une photo peut avoir 5 Mo au plus" in text_of(wrong)
    assert await count(app, "attachments") == 0


async def test_what_hides_behind_a_photo_is_not_kept(app: FastAPI, client: AsyncClient) -> None:
    page = await opened(app, client, state="in_inquiry")
    asked = await act(client, page, faire="photo")
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', asked.text))
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("canari.sh", "canari")
    both = picture((60, 40)) + archive.getvalue()
    done = await client.post(
        "/suivi",
        data=hidden | {"go": "confirm"},
        files={"photo": ("a.jpg", both, "image/jpeg")},
    )
    assert "La photo est ajoutée au dossier." in done.text
    assert await count(app, "attachments") == 1
    headers = {"Authorization": f"Bearer {app.state.settings.readers()['notify']}"}
    [one] = await app.state.parts.db["attachments"].find({}).to_list(None)
    kept = await client.get(
        f"/internal/vault/{one['grievance']}/attachments/{one['_id']}",
        params={"purpose": "case-work"},
        headers=headers,
    )
    assert kept.status_code == 200
    assert not zipfile.is_zipfile(BytesIO(kept.content))
