"""What the pages say that changes without a new program."""

from datetime import date
from typing import Any, Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """Read from `INTAKE_WEB_…`.

    `help_checked_on` is the day on which somebody last called the line; until it is set, pages
    say that the number is to be checked.
    """

    model_config = SettingsConfigDict(env_prefix="INTAKE_WEB_", extra="ignore")

    help_name: str = "Ma Mbi Si"
    help_number: str = Field("4006", pattern=r"^[+0-9 ]{2,20}$")
    help_checked_on: date | None = None
    exit_url: str = Field("https://fr.wikipedia.org/", pattern=r"^https?://")

    def help(self) -> dict[str, Any]:
        """Return the referral line for a page."""
        return {
            "name": self.help_name,
            "number": self.help_number,
            "checked": self.help_checked_on is not None,
        }


settings: Final = WebSettings()
