"""Settings of the ledger."""

from pydantic import Field, SecretStr

from shared.settings import CommonSettings


class LedgerSettings(CommonSettings):
    """What the ledger reads from the environment beside the common settings."""

    intake_url: str = Field("http://127.0.0.1:8000", alias="LEDGER_INTAKE_URL")
    vault_credential: SecretStr = Field(alias="LEDGER_VAULT_CREDENTIAL", min_length=24)
