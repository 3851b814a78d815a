"""Settings from the environment, typed and checked at start; the error names the variable."""

import fcntl
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SettingsT = TypeVar("SettingsT", bound="CommonSettings")

_ROOT = Path(__file__).resolve().parent.parent


class CommonSettings(BaseSettings):
    """What every service reads.

    Outside production a missing secret is made once and kept in `DATA_DIR/secrets.json` (mode
    0600), so that services started alone agree; in production it is an error.
    """

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, frozen=True)

    env: Literal["development", "production", "test"] = Field("development", alias="RECOURS_ENV")
    data_dir: Path = Field(Path(".data"), alias="DATA_DIR")
    kafka_bootstrap: str = Field("127.0.0.1:8092", alias="KAFKA_BOOTSTRAP")
    mongo_uri: SecretStr = Field(
        SecretStr("mongodb://127.0.0.1:8017/?directConnection=true&retryWrites=false"),
        alias="MONGO_URI",
    )
    mongo_prefix: str = Field("recours", alias="MONGO_PREFIX", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    clock_spec: str | None = Field(None, alias="RECOURS_CLOCK")
    policy_dir: Path = Field(_ROOT / "deploy" / "policy", alias="POLICY_DIR")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")
    token_key: SecretStr = Field(alias="TOKEN_KEY", min_length=32)
    admin_credential: SecretStr = Field(alias="ADMIN_CREDENTIAL", min_length=24)
    rehearse_doubles: bool = Field(False, alias="RECOURS_REHEARSE_DOUBLES")

    @property
    def production(self) -> bool:
        """Whether real people's cases are handled: rehearsal aids are refused then."""
        return self.env == "production"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then development secrets."""
        return init_settings, env_settings, _DevelopmentSecrets(settings_cls)


class _DevelopmentSecrets(PydanticBaseSettingsSource):
    """Gives a kept random value to each required secret that nobody set, outside production."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        given = self.current_state
        env = given.get("RECOURS_ENV", given.get("env", "development"))
        if env == "production":
            return {}
        data_dir = Path(str(given.get("DATA_DIR", given.get("data_dir", ".data"))))
        values: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            secret = field.annotation is SecretStr or SecretStr in get_args(field.annotation)
            key = field.alias or name
            if secret and field.is_required() and key not in given and name not in given:
                values[key] = development_secret(data_dir, key)
        return values


def development_secret(data_dir: Path, name: str) -> str:
    """Return the secret kept under a name in `data_dir/secrets.json`; make it on first use.

    The value is 32 random bytes in URL-safe base64. Safe when several processes ask at once.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secrets.json"
    with (data_dir / "secrets.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in kept:
            kept[name] = secrets.token_urlsafe(32)
            fresh = path.with_suffix(".tmp")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(kept, indent=1))
            os.replace(fresh, path)
        return kept[name]


def load_settings(settings_class: type[SettingsT]) -> SettingsT:
    """Read the settings of a service; a mistake ends the process with a message that names it."""
    try:
        given: dict[str, Any] = {}
        settings = settings_class(**given)  # the values come from the environment
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        sys.exit("These settings are missing or wrong:\n" + "\n".join(lines))
    if settings.production and settings.rehearse_doubles:
        sys.exit("RECOURS_REHEARSE_DOUBLES is refused when RECOURS_ENV=production")
    return settings
