"""Erasing a person: the words are gone for everybody, from backups too, and the record holds."""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from pydantic import SecretStr

from services.intake.settings import key_bytes
from shared.ids import grievance_id
from shared.mongo import Client, Document
from shared.settings import development_secret
from tests.prove.canary_forms import NUMBERS, Finder, sentence
from tests.prove.canary_planting import SITE, Planted
from tests.support.system import System

KEYS = "recours_vault_keys"
_INTAKE = "recours_intake"
_NONCE = 12
#: The sealed fields of each collection, and what each is bound to (see the vault).
_SEALED = {
    "vault": {"contact": "{_id}|contact", "words": "{_id}|words", "raw": "{_id}|raw"},
    "texts": {"sealed": "{_id}"},
    "attachments": {"about": "{_id}|about", "data": "{_id}|data"},
}
Backup = Mapping[str, list[Document]]


async def backup(client: Client, names: Iterable[str]) -> Backup:
    """Copy all documents of databases, as a dump does; by `database.collection`."""
    return {
        f"{name}.{collection}": await client[name][collection].find({}).to_list(None)
        for name in names
        for collection in await client[name].list_collection_names()
    }


class Erasure:
    """Erases the person of one grievance and tries to read them all the same."""

    def __init__(self, system: System, planted: Planted, finder: Finder) -> None:
        self._system, self._planted, self._finder = system, planted, finder
        self._reference = planted.references["rest"]
        self._gid = grievance_id(self._reference)
        self._master = key_bytes(
            SecretStr(development_secret(system.data_dir, "INTAKE_MASTER_KEY"))
        )
        self.failures: list[str] = []
        self.figures: dict[str, float] = {}

    async def run(self, client: Client) -> None:
        """Erase, and note every way in which a word can still be read."""
        names = [n for n in await client.list_database_names() if n.startswith("recours")]
        taken = await backup(client, [name for name in names if name != KEYS])
        keys = await backup(client, [KEYS])
        person = self._person(taken)
        self._expect(bool(self._opened(taken, person, keys)), "nothing was sealed to begin with")
        self._expect(self._words() > 0, "the words could not be read before the erasure")
        self._erase()
        self._expect(self._words() == 0, "the words can be read after the erasure")
        remaining = await backup(client, [KEYS])
        self._expect(not self._opened(taken, person, remaining), "a backup opens without its key")
        self._expect(self._verifies(), "the record does not verify after the erasure")
        self._expect(await self._new_key(client, keys, person), "the same key serves again")
        self._expect(self._words() == 0, "the person's later key opens the erased words")
        self.figures["opens_with_a_backup_of_the_keys"] = len(self._opened(taken, person, keys))
        self.figures["erased_key_in_store_files"] = self._left_in_files(keys, person)

    def _expect(self, held: bool, otherwise: str) -> None:
        if not held:
            self.failures.append(f"erasure: {otherwise}")

    def _person(self, taken: Backup) -> str:
        own = next(d for d in taken[f"{_INTAKE}.vault"] if d["_id"] == self._gid)
        return str(own["person"])

    def _opened(self, taken: Backup, person: str, keys: Backup) -> list[str]:
        """Return the sealed fields of the person that open with any key at hand."""
        tried = [self._master, *self._unwrapped(keys)]
        return [
            f"{collection}.{field}"
            for collection, fields in _SEALED.items()
            for document in taken[f"{_INTAKE}.{collection}"]
            if self._is_of(document, person)
            for field, bound in fields.items()
            if field in document and _opens(document[field], bound.format(**document), tried)
        ]

    def _is_of(self, document: Document, person: str) -> bool:
        return person in (document.get("person"), document.get("_id")) or (
            document.get("grievance") == self._gid
        )

    def _unwrapped(self, keys: Backup) -> list[bytes]:
        found = []
        for document in keys[f"{KEYS}.keys"]:
            try:
                found.append(aes_key_unwrap(self._master, document["wrapped"]))
            except InvalidUnwrap:
                continue
        return found

    def _words(self) -> int:
        """Return how many planted words the vault still tells, to a service or the complainant."""
        client, url = self._system.client, f"{self._system.intake}/internal/vault"
        credential = development_secret(self._system.data_dir, "LEDGER_VAULT_CREDENTIAL")
        who = {"Authorization": f"Bearer {credential}"}
        told = client.get(f"{url}/{self._gid}/words", params={"purpose": "case-work"}, headers=who)
        contact = client.post(
            f"{url}/contacts", json={"purpose": "notice", "grievances": [self._gid]}, headers=who
        )
        tracked = client.get(
            f"{self._system.intake}/v1/grievances/{self._reference}",
            headers={"X-Recours-Code": self._planted.code},
        )
        answers = [told.raise_for_status(), contact.raise_for_status(), tracked.raise_for_status()]
        files = told.json()["attachments"]
        for file in files:
            answers.append(
                client.get(
                    f"{url}/{self._gid}/attachments/{file['id']}",
                    params={"purpose": "case-work"},
                    headers=who,
                )
            )
        return sum(len(self._finder.found(answer.content)) for answer in answers)

    def _erase(self) -> None:
        credential = development_secret(self._system.data_dir, "ADMIN_CREDENTIAL")
        answer = self._system.client.delete(
            f"{self._system.intake}/internal/vault/persons/{self._gid}",
            headers={"Authorization": f"Bearer {credential}"},
        )
        self._expect(answer.json() == {"erased": True}, f"refused: {answer.text}")

    def _verifies(self) -> bool:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.recours", "verify"],
            env={"DATA_DIR": str(self._system.data_dir), "PATH": "/usr/bin:/bin"},
            capture_output=True,
        )
        return done.returncode == 0

    async def _new_key(self, client: Client, keys: Backup, person: str) -> bool:
        """Tell whether the same number, complaining again, is sealed with a new key."""
        answer = self._system.submit(
            text=sentence("later"), site=SITE, contact={"phone": NUMBERS["rest"]}
        )
        later: dict[str, Any] = answer.raise_for_status().json()
        gid = grievance_id(later["reference"])
        document = await client[_INTAKE]["vault"].find_one({"_id": gid})
        before = next(d for d in keys[f"{KEYS}.keys"] if d["_id"] == person)
        return bool(document and document["person"] == person and document["kid"] != before["kid"])

    def _left_in_files(self, keys: Backup, person: str) -> int:
        """Return in how many of the store's files the erased key, still wrapped, can be found."""
        wrapped = next(d for d in keys[f"{KEYS}.keys"] if d["_id"] == person)["wrapped"]
        folder = self._system.data_dir / "store"
        return sum(wrapped in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _opens(sealed: bytes, bound: str, keys: Iterable[bytes]) -> bool:
    for key in keys:
        try:
            AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound.encode())
        except InvalidTag:
            continue
        return True
    return False
