"""Input that means harm, found by the fuzzer: answered with a clear 4xx or taken, never a 500."""

import io
from collections.abc import Iterator
from secrets import token_hex
from typing import Any
from unittest.mock import patch

import pytest
from httpx import Response

from services.intake.access import Access
from services.intake.channels.twilio import signature
from shared.access import issue_token
from shared.errors import NotFound
from tests.service.intake.conftest import PUBLIC_URL, TWILIO_TOKEN, Intake
from tests.service.intake.running_intake import TOKEN_KEY
from tests.support.waiting import eventually

_MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\n\\ud800 a+2AA-\r\n--x--\r\n'
)


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "undefined", "utf-8"])
@pytest.mark.parametrize("path", ["/dire", "/suivi"])
async def test_a_form_in_an_odd_character_set(intake: Intake, path: str, charset: str) -> None:
    """Some of Python's character sets bring half characters, one of them always fails."""
    header = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    answer = await intake.http.post(path, content=_MULTIPART, headers=header)
    assert answer.status_code < 500


async def test_a_gateway_hands_in_too_much(intake: Intake) -> None:
    """A gateway cannot mend it: the message is cut and kept."""
    assert "Ref" in await intake.sms("a", sender="7" * 3_000, id="1")
    form = {"sender": "+23670000001", "text": "a" * 150_000, "id": "2"}
    answer = await intake.http.post("/channels/kannel", data=form)
    assert (answer.status_code, "Ref" in answer.text) == (200, True)


async def test_a_number_of_files_that_is_no_number(intake: Intake) -> None:
    params = {"MessageSid": "SM1", "From": "+23670000001", "Body": "", "NumMedia": "9" * 5_000}
    signed = signature(TWILIO_TOKEN, f"{PUBLIC_URL}/channels/twilio", list(params.items()))
    answer = await intake.http.post(
        "/channels/twilio", data=params, headers={"X-Twilio-Signature": signed}
    )
    assert answer.status_code == 200


async def test_json_that_is_nested_deeply(intake: Intake) -> None:
    """What can just be read could not be written again a few calls further down."""
    for depth in range(850, 1_000, 5):
        body = f'{{"text": "x", "extra": {"[" * depth}{"]" * depth}}}'
        answer = await intake.http.post("/v1/grievances", content=body)
        assert answer.status_code == 400
    shallow = {"text": "x", "extra": [[[i]] for i in range(200)]}
    assert (await intake.file(shallow)).status_code == 201


async def test_a_body_that_grows_when_it_is_kept(intake: Intake) -> None:
    """A million times `1e15` is small on the way in and too large for a document of the store."""
    body = '{"text": "x", "extra": [' + ",".join(["1e15"] * 1_000_000) + "]}"
    answer = await intake.http.post("/v1/grievances", content=body)
    assert answer.status_code == 413


async def test_the_name_of_a_consent_is_not_quoted(intake: Intake) -> None:
    answer = await intake.file({"text": "x", "consents": {"Aminata": "oui"}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "consents"
    assert "Aminata" not in answer.text
    assert (await intake.file({"text": "x", "consents": {"Aminata": True}})).status_code == 201


async def _import(intake: Intake, content: bytes) -> Response:
    token = issue_token(TOKEN_KEY, sub="p", role="administrator", organisation=None)
    return await intake.http.post(
        "/v1/imports",
        files={"file": ("registre.csv", io.BytesIO(content))},
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_a_date_of_five_thousand_digits(intake: Intake) -> None:
    content = f"Date;Objet de la plainte\n{'9' * 5_000};eau\n".encode()
    answer = await _import(intake, content)
    assert answer.json()["counts"]["warnings"] == {"date-unreadable": 1, "no-contact": 1}


async def test_a_row_that_no_document_can_hold(intake: Intake) -> None:
    """It was staged, and at filing it stopped its import for good and others for the moment."""
    head = ";".join(["Objet de la plainte", *(f"c{i}" for i in range(50))])
    row = ";".join(["eau", *(["é" * 99_000] * 50)])
    answer = await _import(intake, f"{head}\n{row}\n".encode("cp1252"))
    assert (answer.status_code, answer.json()["code"]) == (422, "row-too-long")


@pytest.fixture
def starting(intake: Intake) -> Iterator[None]:
    """Intake as it is before its store has answered."""
    with patch.object(intake.app.state, "parts", None):
        yield


@pytest.mark.usefixtures("starting")
async def test_imports_while_it_starts(intake: Intake) -> None:
    answer = await _import(intake, b"Objet\neau\n")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_wrong_codes_leave_nothing_in_memory(intake: Intake) -> None:
    """The limits forget a name once its time is over, however many names were tried."""
    limits = {"per_reference": "1/second", "per_address": "5/second"}
    access = Access(intake.parts.handlers.store, intake.parts.ids, **limits)
    storage: Any = access._limiter.storage
    for number in range(50):
        with pytest.raises(NotFound):
            await access.open(f"R{number}", "1", f"10.0.0.{number}")

    async def forgotten() -> bool:
        with pytest.raises(NotFound):
            await access.open(token_hex(4), "1", token_hex(4))
        return len(storage.events) + len(storage.storage) < 20

    await eventually(forgotten, what="old names are forgotten")
