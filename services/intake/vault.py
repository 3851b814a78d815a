"""The vault's locks: a key per person, wrapped by the master key; erasing the key erases all."""

import os
from collections.abc import Collection as Group
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from shared.by_id import ById
from shared.errors import TransientError
from shared.mongo import Collection, insert_new

_NONCE = 12


class Erased(Exception):
    """The person's key is gone: what was sealed with it cannot be read by anybody."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """One person's key; `kid` tells which key sealed a document, as a new one may follow."""

    kid: str
    secret: bytes

    def seal(self, content: bytes, bound_to: str) -> bytes:
        """Encrypt with AES-256-GCM, bound to a place so that it cannot be moved elsewhere."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, content, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt; raises Erased when another key sealed it."""
        try:
            return AESGCM(self.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        except InvalidTag:
            raise Erased(bound_to) from None


class KeyRing:
    """The keys of persons in a database of their own, each wrapped by the master key (RFC 3394).

    Keys are read afresh for each batch: one kept in memory would outlive its erasure.
    """

    def __init__(self, keys: Collection, master: bytes) -> None:
        self._keys = keys
        self._by_id = ById(keys)
        self._master = master

    async def for_sealing(self, known: Group[str], fresh: Group[str] = ()) -> dict[str, PersonKey]:
        """Return a key for each person, made where there is none.

        `fresh` are persons that very probably have no key yet: they are not looked up first.
        """
        found = await self.existing(known)
        made = {
            person: PersonKey(os.urandom(8).hex(), os.urandom(32))
            for person in {*known, *fresh} - found.keys()
        }
        refused = await insert_new(
            self._keys,
            [
                {"_id": person, "kid": key.kid, "wrapped": aes_key_wrap(self._master, key.secret)}
                for person, key in made.items()
            ],
        )
        # Somebody else made these in the meantime: theirs is the key.
        found |= {person: key for person, key in made.items() if person not in refused}
        found |= await self.existing(refused)
        if len(found) < len({*known, *fresh}):
            raise TransientError("A key was erased in this very moment; send it again")
        return found

    async def existing(self, persons: Group[str]) -> dict[str, PersonKey]:
        """Return the keys that are there."""
        if not persons:
            return {}
        if len(persons) == 1:
            one = await self._by_id.find(next(iter(persons)))
            found = [one] if one else []
        else:
            found = await self._keys.find({"_id": {"$in": list(persons)}}).to_list(None)
        return {
            document["_id"]: PersonKey(
                document["kid"], aes_key_unwrap(self._master, document["wrapped"])
            )
            for document in found
        }

    async def erase(self, person: str) -> bool:
        """Delete a person's key for good; False when there was none."""
        result = await self._keys.delete_one({"_id": person})
        return bool(result.deleted_count)


def opened(key: PersonKey | None, kid: str, sealed: bytes, bound_to: str) -> bytes:
    """Decrypt with the key that sealed it; raises Erased when that key is gone."""
    if key is None or key.kid != kid:
        raise Erased(bound_to)
    return key.open(sealed, bound_to)
