"""Settings of the ledger."""

from pydantic import Field, SecretStr

from shared.settings import CommonSettings


class LedgerSettings(CommonSettings):
    """What the ledger reads from the environment beside the common settings."""

    intake_url: str = Field("http://127.0.0.1:8000", alias="LEDGER_INTAKE_URL")
    routing_url: str = Field("http://127.0.0.1:8001", alias="LEDGER_ROUTING_URL")
    notify_url: str = Field("http://127.0.0.1:8003", alias="LEDGER_NOTIFY_URL")
    form_url: str = Field("http://127.0.0.1:8000", alias="LEDGER_FORM_URL", pattern=r"^https?://")
    vault_credential: SecretStr = Field(alias="LEDGER_VAULT_CREDENTIAL", min_length=24)
    accounts_key: SecretStr = Field(alias="LEDGER_ACCOUNTS_KEY", min_length=32)
    openid_redirect: str = Field(
        "http://127.0.0.1:8002/desk/openid", alias="LEDGER_OPENID_REDIRECT_URL"
    )
    session_idle_minutes: float = Field(60, alias="LEDGER_SESSION_IDLE_MINUTES", gt=0, le=1440)
    session_hours: float = Field(12, alias="LEDGER_SESSION_HOURS", gt=0, le=168)
