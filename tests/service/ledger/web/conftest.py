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

__all__ = ["admin", "marie", "officer", "openid", "provider", "register", "server", "world"]
