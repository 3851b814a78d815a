"""Settings of routing."""

from shared.settings import CommonSettings


class Settings(CommonSettings):
    """Routing needs nothing beyond what every service reads."""
