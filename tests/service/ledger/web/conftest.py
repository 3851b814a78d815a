"""The desk over the real store, with people who have accounts."""

from tests.service.ledger.accounts.conftest import admin, officer, world

__all__ = ["admin", "officer", "world"]
