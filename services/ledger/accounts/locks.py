"""Keys of the accounts: what is sealed, what is only compared, and which id a login name has."""

import hmac
import os
import secrets
from hashlib import sha256
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.ledger.accounts.factors import plain_recovery_code, recovery_code
from shared.access import CREDENTIAL, SESSION

_NONCE: Final = 12


class Locks:
    """Made from `LEDGER_ACCOUNTS_KEY`: one key to seal with, one to compare by."""

    def __init__(self, master: str) -> None:
        self._seal = AESGCM(_derived(master, b"recours accounts: seal"))
        self._compare = _derived(master, b"recours accounts: compare")

    def account_id(self, organisation: str | None, login: str) -> str:
        """Return the id of the account with a login name; nobody without the key can tell it."""
        return str(UUID(bytes=self._mac("account", organisation or "", login)[:16], version=5))

    def hashed(self, purpose: str, secret: str) -> str:
        """Return what is kept of a long random secret: enough to know it again."""
        return self._mac(purpose, secret).hex()

    def recovery_hash(self, account: str, code: str) -> str:
        """Return what is kept of a recovery code."""
        return self._mac("recovery", account, plain_recovery_code(code)).hex()

    def seal(self, content: bytes, bound_to: str) -> bytes:
        """Encrypt, bound to a place so that it cannot be moved elsewhere."""
        nonce = os.urandom(_NONCE)
        return nonce + self._seal.encrypt(nonce, content, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt; raises ValueError when it was sealed with another key or for another place."""
        try:
            return self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        except InvalidTag:
            raise ValueError(f"cannot be opened: {bound_to.split(':', 1)[0]}") from None

    def _mac(self, *parts: str) -> bytes:
        content = b"".join(len(p.encode()).to_bytes(4) + p.encode() for p in parts)
        return hmac.new(self._compare, content, sha256).digest()


def _derived(master: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(master.encode())


def fresh_session() -> str:
    """Return a new session token: 256 random bits."""
    return SESSION + secrets.token_urlsafe(32)


def fresh_credential(ident: str) -> str:
    """Return a new secret of a credential, which names the credential."""
    return f"{CREDENTIAL}{ident}.{secrets.token_urlsafe(32)}"


def fresh_invitation() -> str:
    """Return a new invitation, to be given to one person."""
    return secrets.token_urlsafe(24)


def fresh_recovery_codes(many: int) -> list[str]:
    """Return new recovery codes."""
    return [recovery_code(os.urandom(10)) for _ in range(many)]
