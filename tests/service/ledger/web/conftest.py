"""The desk over the real store, with people who have accounts."""

from tests.service.ledger.accounts.conftest import (
    admin,
    marie,
    officer,
    openid,
    provider,
    register,
    server,
    world,
)
from tests.service.ledger.web.browser import browser

__all__ = [
    "admin",
    "browser",
    "marie",
    "officer",
    "openid",
    "provider",
    "register",
    "server",
    "world",
]
