"""Settings of intake, all from the environment."""

import base64
import binascii
import ipaddress
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.settings import CommonSettings, development_secret

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_READERS = ("notify", "ledger")


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())


class IntakeSettings(CommonSettings):
    """What intake reads besides the common settings."""

    public_url: str = Field("http://127.0.0.1:8000", alias="INTAKE_PUBLIC_URL")
    master_key: SecretStr = Field(alias="INTAKE_MASTER_KEY", min_length=43)
    pepper: SecretStr = Field(alias="INTAKE_PEPPER", min_length=32)
    vault_credentials: SecretStr | None = Field(None, alias="INTAKE_VAULT_CREDENTIALS")
    twilio_auth_token: SecretStr | None = Field(None, alias="INTAKE_TWILIO_AUTH_TOKEN")
    twilio_shared_keys: SecretStr | None = Field(None, alias="INTAKE_TWILIO_SHARED_KEYS")
    kannel_allow: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")),
        alias="INTAKE_KANNEL_ALLOW",
    )
    queue_limit: int = Field(5_000, alias="INTAKE_QUEUE_LIMIT", ge=1)
    store_seconds: float = Field(3.0, alias="INTAKE_STORE_SECONDS", gt=0, le=60)

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("master_key")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        key_bytes(value)
        return value

    @model_validator(mode="after")
    def _needs_credentials(self) -> "IntakeSettings":
        if self.production and self.vault_credentials is None:
            raise ValueError("INTAKE_VAULT_CREDENTIALS is missing: service:secret,service:secret")
        self.readers()
        return self

    def readers(self) -> dict[str, str]:
        """Return the secret of each service that may read the vault.

        Outside production the services find each other's secret in `DATA_DIR/secrets.json`.
        """
        if self.vault_credentials is None:
            return {
                name: development_secret(self.data_dir, f"{name.upper()}_VAULT_CREDENTIAL")
                for name in _READERS
            }
        return named_secrets("INTAKE_VAULT_CREDENTIALS", self.vault_credentials)

    def shared_keys(self) -> dict[str, str]:
        """Return Twilio's shared signing keys by their names."""
        if self.twilio_shared_keys is None:
            return {}
        return named_secrets("INTAKE_TWILIO_SHARED_KEYS", self.twilio_shared_keys)


def named_secrets(variable: str, value: SecretStr) -> dict[str, str]:
    """Read `name:secret,name:secret`; raises ValueError that names the variable, not the value."""
    named: dict[str, str] = {}
    for part in value.get_secret_value().split(","):
        name, colon, secret = part.strip().partition(":")
        if not (name and colon and len(secret) >= 16):
            raise ValueError(f"{variable} must look like name:secret,name:secret (16+ characters)")
        named[name] = secret
    return named


def key_bytes(value: SecretStr) -> bytes:
    """Return the 32 bytes of a key written in URL-safe base64."""
    text = value.get_secret_value()
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("must be 32 bytes in URL-safe base64") from None
    if len(key) != 32:
        raise ValueError("must be 32 bytes in URL-safe base64")
    return key
