"""Composition of the accounts: what the ledger's own composition root adds."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from fastapi import APIRouter

from services.ledger.accounts import manage_api, session_api
from services.ledger.accounts.hashing import Hasher
from services.ledger.accounts.identity import Identity, build_identity
from services.ledger.accounts.sessions import Lifetimes
from services.ledger.accounts.throttle import Limits
from services.ledger.settings import LedgerSettings
from shared.clock import SystemClock
from shared.directory import Organisations
from shared.policy_file import Models, PolicySource
from shared.service import Runtime

_MODELS: Final[Models] = {"organisations.yaml": Organisations}

routers: Final[Sequence[APIRouter]] = (
    session_api.router,
    manage_api.router,
    manage_api.operator,
)


async def accounts(runtime: Runtime) -> tuple[Identity, list[Callable[[], Awaitable[None]]]]:
    """Return the accounts and their endless tasks.

    They run on real time, also when the cases run on a rehearsal clock.
    """
    settings: LedgerSettings = runtime.settings
    directory = PolicySource(settings.policy_dir, _MODELS)
    identity = build_identity(
        runtime.db,
        key=settings.accounts_key.get_secret_value(),
        token_key=settings.token_key.get_secret_value(),
        clock=SystemClock(),
        directory=lambda: directory.current.get(Organisations),
        hasher=Hasher(),
        limits=Limits(),
        lifetimes=Lifetimes(
            idle=timedelta(minutes=settings.session_idle_minutes),
            longest=timedelta(hours=settings.session_hours),
        ),
    )
    await identity.ensure_indexes()
    return identity, [directory.watch, identity.sweep]
