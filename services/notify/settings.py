"""Settings of notify."""

from pydantic import Field, SecretStr

from shared.settings import CommonSettings


class Settings(CommonSettings):
    """What notify reads beside the common settings.

    `NOTIFY_INTAKE_URL` is where the vault answers; `NOTIFY_PUBLIC_URL` is where gateways reach
    notify with their receipts; the tracking and desk addresses stand in the messages. What leaves
    per second is bounded by what gateway and mail server take without refusing.
    """

    intake_url: str = Field("http://127.0.0.1:8000", alias="NOTIFY_INTAKE_URL")
    vault_credential: SecretStr = Field(alias="NOTIFY_VAULT_CREDENTIAL", min_length=16)
    smtp_host: str = Field("127.0.0.1", alias="NOTIFY_SMTP_HOST")
    smtp_port: int = Field(8026, alias="NOTIFY_SMTP_PORT")
    smtp_username: str | None = Field(None, alias="NOTIFY_SMTP_USERNAME")
    smtp_password: SecretStr | None = Field(None, alias="NOTIFY_SMTP_PASSWORD")
    smtp_tls: bool = Field(False, alias="NOTIFY_SMTP_TLS")
    smtp_connections: int = Field(4, alias="NOTIFY_SMTP_CONNECTIONS", ge=1, le=20)
    mail_from: str = Field("ne-pas-repondre@recours.example", alias="NOTIFY_MAIL_FROM")
    sms_url: str = Field("http://127.0.0.1:8027/cgi-bin/sendsms", alias="NOTIFY_SMS_URL")
    sms_username: str = Field("recours", alias="NOTIFY_SMS_USERNAME")
    sms_password: SecretStr = Field(alias="NOTIFY_SMS_PASSWORD")
    sms_from: str = Field("4040", alias="NOTIFY_SMS_FROM")
    public_url: str = Field("http://127.0.0.1:8003", alias="NOTIFY_PUBLIC_URL")
    sms_per_second: float = Field(60.0, alias="NOTIFY_SMS_PER_SECOND", gt=0, le=10_000)
    mails_per_second: float = Field(60.0, alias="NOTIFY_MAILS_PER_SECOND", gt=0, le=10_000)
    tracking_url: str = Field("http://127.0.0.1:8000/suivi", alias="NOTIFY_TRACKING_URL")
    desk_url: str = Field("http://127.0.0.1:8002/", alias="NOTIFY_DESK_URL")
