"""Photos over HTTP: at filing and later; refused with nothing lost, kept without traces."""

import base64
from typing import Any

import pytest

from shared.ids import grievance_id
from tests.service.intake.conftest import Intake
from tests.unit.intake.test_photos import MODEL, located, picture


def file(data: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> dict[str, str]:
    """Return a file as it is sent."""
    return {
        "name": name,
        "content_type": content_type,
        "data": base64.b64encode(data).decode(),
    }


@pytest.fixture
async def filed(intake: Intake) -> dict[str, Any]:
    """A grievance, with its reference and code."""
    answer: dict[str, Any] = (await intake.file({"text": "Mon champ"})).json()
    return answer


async def send(intake: Intake, filed: dict[str, Any], body: Any, key: str = "p1") -> Any:
    """Send a message to the case."""
    headers = {"X-Recours-Code": filed["code"], "Idempotency-Key": key}
    url = f"/v1/grievances/{filed['reference']}/messages"
    return await intake.http.post(url, json=body, headers=headers)


async def kept(intake: Intake, filed: dict[str, Any]) -> list[bytes]:
    """Return the files that the vault gives out."""
    gid = grievance_id(filed["reference"])
    asked = {"purpose": "case-work"}
    words = (await intake.vault("GET", f"/{gid}/words", params=asked)).json()
    files = []
    for about in words["attachments"]:
        assert about["content_type"] == "image/jpeg"
        path = f"/{gid}/attachments/{about['id']}"
        files.append((await intake.vault("GET", path, params=asked)).content)
    return files


async def test_a_photo_is_added_once_without_words_and_without_its_place(
    intake: Intake, filed: dict[str, Any]
) -> None:
    body = {"attachments": [file(located())]}
    first = await send(intake, filed, body)
    assert first.status_code == 201, first.text
    again = await send(intake, filed, body)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    [photo] = await kept(intake, filed)
    assert photo.startswith(b"\xff\xd8")
    assert MODEL.encode() not in photo
    [told] = [one for one in await intake.events() if one["type"].endswith("message.received.v1")]
    assert told["data"]["message_id"] == first.json()["message_id"]
    other = await send(intake, filed, {"attachments": [file(picture())]})
    assert other.status_code == 422
    assert len(await kept(intake, filed)) == 1


async def test_a_photo_that_comes_with_the_grievance_loses_its_place_too(intake: Intake) -> None:
    answer = await intake.file({"text": "x", "attachments": [file(located())]})
    [photo] = await kept(intake, answer.json())
    assert MODEL.encode() not in photo


@pytest.mark.parametrize(
    "wrong",
    [
        file(b"<html>canari</html>"),
        file(b"\xff\xd8\xff canari", content_type="application/octet-stream"),
        {"name": "x", "content_type": "image/png", "data": "no base64!"},
        file(b"x" * 1_100_000),
    ],
)
async def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    intake: Intake, filed: dict[str, Any], wrong: dict[str, str]
) -> None:
    refused = await send(intake, filed, {"text": "Voici", "attachments": [wrong]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith("attachments.0")
    assert "canari" not in refused.text
    assert await kept(intake, filed) == []
    assert (await send(intake, filed, {"text": "Voici"})).status_code == 201
    assert (await intake.file({"text": "y", "attachments": [wrong]})).status_code == 422


async def test_fifty_megabytes_are_refused(intake: Intake, filed: dict[str, Any]) -> None:

    async def body() -> Any:
        for _ in range(50):
            yield b" " * 1_048_576

    headers = {"X-Recours-Code": filed["code"], "Content-Type": "application/json"}
    url = f"/v1/grievances/{filed['reference']}/messages"
    told = {**headers, "Content-Length": str(50 * 1_048_576)}
    assert (await intake.http.post(url, content=body(), headers=told)).status_code == 413
    answer = await intake.http.post(url, content=body(), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_message_without_words_and_photos_is_refused(
    intake: Intake, filed: dict[str, Any]
) -> None:
    nothing: list[dict[str, Any]] = [{}, {"text": "  "}, {"attachments": []}]
    for empty in nothing:
        assert (await send(intake, filed, empty)).status_code == 422
    four = {"attachments": [file(picture())] * 4}
    assert (await send(intake, filed, four)).status_code == 422
