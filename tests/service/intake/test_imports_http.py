"""Imports on the real application: dry run, all or nothing, safe to send and to crash again."""

import asyncio
import gzip
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from services.intake.import_routes import Imports
from tests.service.intake.running_intake import ADMIN, bearer, browser, running_intake
from tests.support.waiting import eventually

DATA = Path(__file__).parents[2] / "data"
REGISTER = (DATA / "plaintes_excel_fr_cp1252_pointvirgule.csv").read_bytes()


@pytest.fixture
async def app(mongo_uri: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    async with running_intake(mongo_uri, tmp_path) as running:
        yield running


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with browser(app, headers=bearer()) as http:
        yield http


async def send(
    client: AsyncClient, content: bytes, name: str = "registre.csv", **fields: str
) -> Response:
    return await client.post("/v1/imports", files={"file": (name, content)}, data=fields)


async def filed(app: FastAPI) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await app.state.parts.db["events"].find({}).to_list(None)
    return found


async def test_a_dry_run_gives_a_verdict_per_row_and_files_nothing(
    app: FastAPI, client: AsyncClient
) -> None:
    answer = await send(client, REGISTER)
    assert answer.status_code == 201
    body = answer.json()
    assert body["counts"]["accepted"] == len(body["report"]) == 4
    assert (body["encoding"], body["delimiter"], body["mapping"]) == (
        "cp1252",
        ";",
        "registre-papier",
    )
    assert await filed(app) == []
    assert "Aminata" not in answer.text
    assert "70 00" not in answer.text


async def test_what_is_staged_is_sealed(app: FastAPI, client: AsyncClient) -> None:
    await send(client, REGISTER)
    imports: Imports = app.state.parts.imports
    stored = str(await imports.store.chunks.find({}).to_list(None))
    stored += str(await imports.store.imports.find({}).to_list(None))
    for personal in ("Aminata", "Zoé", "70 00", "72 00", "rivière", "Bambari"):
        assert personal not in stored


async def test_confirm_files_all_rows_once_however_often(app: FastAPI, client: AsyncClient) -> None:
    first = (await send(client, REGISTER)).json()
    one = await client.post(first["confirm_url"])
    assert one.status_code == 200
    assert one.json()["state"] == "filed"
    references = [row["reference"] for row in one.json()["report"]]
    assert len(set(references)) == 4
    assert None not in references
    two = await client.post(first["confirm_url"])
    assert two.json() == one.json()
    again = await send(client, REGISTER)
    assert again.status_code == 200
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["id"] == first["id"]
    assert (await client.get(f"/v1/imports/{first['id']}")).json()["filed"] == 4
    events = await filed(app)
    assert len(events) == 4
    assert {event["data"]["batch"] for event in events} == {first["id"]}
    assert all(event["data"]["channel"] == "import" for event in events)


async def test_after_filing_no_draft_and_no_key_is_left(app: FastAPI, client: AsyncClient) -> None:
    body = (await send(client, REGISTER)).json()
    await client.post(body["confirm_url"])
    imports: Imports = app.state.parts.imports
    assert all("sealed" not in c for c in await imports.store.chunks.find({}).to_list(None))
    keys = app.state.parts.handlers.store.keys
    assert await keys.existing({f"import|{body['id']}"}) == {}


async def test_two_confirms_at_once_file_once(app: FastAPI, client: AsyncClient) -> None:
    body = (await send(client, REGISTER)).json()
    answers = await asyncio.gather(*(client.post(body["confirm_url"]) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await filed(app)) == 4


async def test_a_crash_in_the_middle_is_gone_on_with(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n};;;;;;mots {n};fr" for n in range(1, 1201)]
    header = "N°;Date;Préfecture;Commune;Nom du plaignant;Téléphone;Objet de la plainte;Langue"
    body = (await send(client, "\n".join([header, *rows]).encode())).json()
    imports: Imports = app.state.parts.imports
    submit_many = imports.handlers.submit_many
    calls = 0

    async def dies(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        result = await submit_many(*given, **named)
        if calls == 2:
            # The rows of the second part are filed, but the import never learns of it.
            raise ConnectionError("killed")
        return result

    monkeypatch.setattr(imports.handlers, "submit_many", dies)
    answer = await client.post(body["confirm_url"])
    assert answer.status_code == 202
    assert len(await filed(app)) == 1000
    monkeypatch.undo()
    await imports.store.work([await imports.store.get(body["id"])])
    final = (await client.post(body["confirm_url"])).json()
    assert (final["state"], final["filed"]) == ("filed", 1200)
    assert len(await filed(app)) == 1200


async def test_unconfirmed_files_are_forgotten_after_seven_days(
    app: FastAPI, client: AsyncClient
) -> None:
    body = (await send(client, REGISTER)).json()
    imports: Imports = app.state.parts.imports
    document = await imports.store.get(body["id"])
    early = document["staged_at"]
    await imports.store.imports.update_one({"_id": body["id"]}, {"$set": {"expires_at": early}})
    assert (await client.post(body["confirm_url"])).status_code == 409
    await imports.store.work([await imports.store.get(body["id"])])
    assert (await imports.store.get(body["id"]))["state"] == "expired"
    assert all("sealed" not in c for c in await imports.store.chunks.find({}).to_list(None))
    again = await send(client, REGISTER)
    assert again.json()["id"] == body["id"]
    assert (await client.post(body["confirm_url"])).json()["filed"] == 4


async def test_the_1999_real_complaints_are_filed_and_accounted_for(
    app: FastAPI, client: AsyncClient
) -> None:
    content = gzip.decompress((DATA / "nyc-311-sample.csv.gz").read_bytes())
    body = (await send(client, content, "nyc.csv")).json()
    counts = body["counts"]
    assert counts["accepted"] + counts["refused"] == counts["rows"] == 1999
    await client.post(body["confirm_url"])

    async def done() -> dict[str, Any] | None:
        answer = (await client.get(f"/v1/imports/{body['id']}")).json()
        return answer if answer["state"] == "filed" else None

    state = await eventually(done, within=60)
    assert state["filed"] == counts["accepted"]
    assert len(await filed(app)) == counts["accepted"]


async def test_a_workbook_is_imported_too(app: FastAPI, client: AsyncClient) -> None:
    body = (await send(client, (DATA / "plaintes.xlsx").read_bytes(), "r.xlsx")).json()
    await client.post(body["confirm_url"])
    assert len(await filed(app)) == 3


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 90_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ((DATA / "plaintes_macroman_cr.csv").read_bytes(), 422, "encoding-unclear"),
        (b"PK\x03\x04nope", 422, "unreadable"),
        (b"", 422, "empty"),
        (b"a;b\n1;2\n", 422, "missing-columns"),
        (b"x" * (5 * 1024 * 1024 + 10), 413, None),
        (b"x" * (9 * 1024 * 1024), 413, None),
        (bomb(), 422, "unpacks-too-large"),
    ],
)
async def test_bad_files_get_a_clear_answer(
    app: FastAPI, client: AsyncClient, content: bytes, status: int, code: str | None
) -> None:
    answer = await send(client, content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if code:
        assert answer.json()["code"] == code
    assert await filed(app) == []


async def test_missing_columns_and_unknown_mappings_are_named(client: AsyncClient) -> None:
    answer = await send(client, b"Date;Commune\n1;2\n", mapping="registre-papier")
    assert answer.json()["missing"] == ["Objet de la plainte"]
    answer = await send(client, REGISTER, mapping="nope")
    assert answer.status_code == 422
    assert "registre-papier" in answer.json()["choices"]
    assert (await client.post("/v1/imports", data={"mapping": "x"})).status_code == 422


async def test_the_operator_may_name_the_encoding(client: AsyncClient) -> None:
    content = (DATA / "plaintes_macroman_cr.csv").read_bytes()
    answer = await send(client, content, encoding="mac_roman")
    assert answer.json()["counts"]["accepted"] == 4


async def test_only_those_who_register_complaints_may_import(app: FastAPI) -> None:
    async with browser(app) as anybody:
        assert (await send(anybody, REGISTER)).status_code == 401
    for role in ("csr", "authority", "monitor"):
        async with browser(app, headers=bearer(role, "societe-demo")) as other:
            assert (await send(other, REGISTER)).status_code == 403
    async with browser(app, headers={"Authorization": f"Bearer {ADMIN}"}) as operator:
        assert (await send(operator, REGISTER)).status_code == 201


async def test_an_import_is_seen_by_its_own_organisation_only(
    app: FastAPI, client: AsyncClient
) -> None:
    body = (await send(client, REGISTER)).json()
    async with browser(app, headers=bearer("protection", "protection-demo")) as other:
        assert (await other.get(f"/v1/imports/{body['id']}")).status_code == 404
        assert (await other.post(body["confirm_url"])).status_code == 404
        assert (await send(other, REGISTER)).status_code == 409
    assert (await client.get("/v1/imports/unknown")).status_code == 404
