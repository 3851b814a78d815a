"""The vault: nothing readable outside it, each read recorded, a person erased by one key."""

import logging
from typing import Any

import pytest

from shared.ids import grievance_id
from tests.service.intake.conftest import Intake
from tests.service.intake.running_intake import ADMIN

NAME, NUMBER, MAIL = "Aminata Canari", "+23670000042", "canari@poste.example"
WORDS = "Le canari jaune a vu la pelle mécanique"
SECRETS = (NAME, NUMBER, "70000042", MAIL, "canari", "pelle", "Chez Canari")


async def filed(intake: Intake, key: str = "k") -> str:
    """File a grievance full of canaries and return its id."""
    answer = await intake.file(
        {
            "text": WORDS,
            "site_text": "Chez Canari",
            "contact": {"name": NAME, "phone": NUMBER, "email": MAIL, "safe_times": "canari"},
            "accused": [{"person_text": "le chef Canari"}],
            "unknown": {"kept": "canari inconnu"},
            "attachments": [{"name": "canari.txt", "data": "Y2FuYXJp"}],
        },
        key=key,
    )
    assert answer.status_code == 201
    return grievance_id(answer.json()["reference"])


def leaks(shown: Any) -> list[str]:
    """Return the canaries that can be read in something."""
    text = repr(shown).lower()
    return [secret for secret in SECRETS if secret.lower() in text]


@pytest.mark.parametrize(
    ("safe_times", "at", "safe"),
    [
        ("9h-12h", "2026-11-23T10:00:00+01:00", True),
        ("9h-12h", "2026-11-23T13:00:00+01:00", False),
        (None, "2026-11-23T13:00:00+01:00", True),
        (None, "2026-11-23T23:00:00+01:00", False),
    ],
)
async def test_whether_somebody_may_be_called_now_is_a_yes_or_no_and_recorded(
    intake: Intake, safe_times: str | None, at: str, safe: bool
) -> None:
    contact = {"phone": NUMBER, "safe_times": safe_times}
    gid = grievance_id((await intake.file({"text": "x", "contact": contact})).json()["reference"])
    asked = {"at": at, "reader": "rep-1"}
    answer = await intake.vault("GET", f"/{gid}/reachable", params=asked)
    assert answer.json() == {"safe": safe}
    [read] = await intake.parts.db["vault_reads"].find({}).to_list(None)
    assert (read["purpose"], read["reader"]) == ("safe-times", "rep-1")
    assert (await intake.vault("GET", f"/{gid}/reachable")).status_code == 422


async def test_nothing_personal_is_readable_outside_the_vault(
    intake: Intake, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gid = await filed(intake)
    await intake.sms("STOP", sender=NUMBER, id="canari-1")
    await intake.sms("Canari encore", sender=NUMBER)
    await intake.vault(
        "POST", f"/{gid}/texts", json={"id": "t1", "text": "vu le canari", "author": "csr"}
    )
    await intake.http.post("/v1/grievances", json={"text": 5, "contact": {"name": NAME}})
    db = intake.parts.db
    seen = 0
    for name in await db.list_collection_names():
        for document in await db[name].find({}).to_list(None):
            seen += 1
            assert not leaks(document), name
    assert seen > 8
    assert not leaks(capfd.readouterr())
    assert not leaks([record.getMessage() for record in caplog.records])


async def test_words_and_contact_come_back_for_a_purpose_and_are_recorded(intake: Intake) -> None:
    gid = await filed(intake)
    await intake.vault(
        "POST", f"/{gid}/texts", json={"id": "t1", "text": "Nous regardons", "author": "csr"}
    )
    words = (await intake.vault("GET", f"/{gid}/words", params={"purpose": "case"})).json()
    assert [text["text"] for text in words["texts"]] == [WORDS, "Nous regardons"]
    assert words["details"]["site_text"] == "Chez Canari"
    file = words["attachments"][0]
    data = await intake.vault("GET", f"/{gid}/attachments/{file['id']}", params={"purpose": "case"})
    assert data.content == b"canari"
    answer = await intake.vault(
        "POST", "/contacts", json={"purpose": "notice", "grievances": [gid, "unknown"]}
    )
    contact = answer.json()["contacts"]
    assert set(contact) == {gid}
    assert contact[gid] == {
        "sms": NUMBER,
        "email": MAIL,
        "language": "fr",
        "opted_out": [],
        "discreet": True,
        "safe_times": "canari",
        "preferred": "sms",
        "erased": False,
    }
    reads = await intake.parts.db["vault_reads"].find({}).to_list(None)
    assert [(read["service"], read["purpose"]) for read in reads] == [
        ("notify", "case"),
        ("notify", "case"),
        ("notify", "notice"),
    ]
    assert all(gid in read["grievances"] and read["trace"] for read in reads)


async def test_reading_needs_a_credential_and_a_purpose(intake: Intake) -> None:
    gid = await filed(intake)
    url = f"/internal/vault/{gid}/words"
    assert (await intake.http.get(url, params={"purpose": "case"})).status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    answer = await intake.http.get(url, params={"purpose": "case"}, headers=wrong)
    assert answer.status_code == 401
    assert (await intake.vault("GET", f"/{gid}/words")).status_code == 422
    assert (await intake.vault("DELETE", f"/persons/{gid}")).status_code == 401
    assert await intake.parts.db["vault_reads"].find({}).to_list(None) == []


async def test_erasing_a_person_makes_all_their_words_unreadable(intake: Intake) -> None:
    gid, other = await filed(intake), await filed(intake, key="other")
    admin = {"Authorization": f"Bearer {ADMIN}"}
    answer = await intake.http.delete(f"/internal/vault/persons/{gid}", headers=admin)
    assert answer.json() == {"erased": True}
    # The person files again: a new key, which opens nothing of the old.
    later = await filed(intake, key="later")
    for erased in (gid, other):
        words = (await intake.vault("GET", f"/{erased}/words", params={"purpose": "case"})).json()
        assert (words["texts"][0]["text"], words["texts"][0]["erased"]) == (None, True)
        assert words["attachments"][0]["erased"]
    answer = await intake.vault(
        "POST", "/contacts", json={"purpose": "notice", "grievances": [gid, later]}
    )
    contacts = answer.json()["contacts"]
    assert (contacts[gid]["sms"], contacts[gid]["erased"]) == (None, True)
    assert (contacts[later]["sms"], contacts[later]["erased"]) == (NUMBER, False)
    assert len(await intake.events()) == 3


async def test_an_officers_text_is_kept_once(intake: Intake) -> None:
    gid = await filed(intake)
    body = {"id": "t1", "text": "Une question", "author": "csr"}
    first = await intake.vault("POST", f"/{gid}/texts", json=body)
    again = await intake.vault("POST", f"/{gid}/texts", json=body)
    other = await intake.vault("POST", f"/{gid}/texts", json={**body, "text": "autre"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["idempotency-replayed"] == "true"
    nobody = await intake.vault("POST", "/nobody/texts", json=body)
    assert nobody.status_code == 404


async def test_a_sealed_part_cannot_be_moved_to_another_case(intake: Intake) -> None:
    gid, other = await filed(intake), await filed(intake, key="other")
    vault = intake.parts.db["vault"]
    stolen = await vault.find_one({"_id": other})
    assert stolen is not None
    await vault.update_one({"_id": gid}, {"$set": {"words": stolen["words"]}})
    words = (await intake.vault("GET", f"/{gid}/words", params={"purpose": "case"})).json()
    assert words["texts"][0]["text"] is None
