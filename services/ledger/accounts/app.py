"""Composition of the accounts: what the ledger's own composition root adds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter

from services.ledger.accounts import manage_api, openid_api, session_api
from services.ledger.accounts.hashing import Hasher
from services.ledger.accounts.identity import Identity, build_identity
from services.ledger.accounts.openid import OpenId, openid_client
from services.ledger.accounts.sessions import Lifetimes
from services.ledger.accounts.throttle import Limits
from services.ledger.settings import LedgerSettings
from shared.clock import SystemClock
from shared.directory import Organisations
from shared.policy_file import Models, PolicySource
from shared.service import Runtime

_SWEEP_SECONDS: Final = 600.0
_MODELS: Final[Models] = {"organisations.yaml": Organisations}

routers: Final[Sequence[APIRouter]] = (
    session_api.router,
    openid_api.router,
    manage_api.router,
    manage_api.operator,
)


Task = Callable[[], Awaitable[None]]


async def accounts(runtime: Runtime) -> tuple[Identity, OpenId, list[Task]]:
    """Return the accounts, the sign-in by providers, and their endless tasks.

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
    openid = OpenId(
        identity,
        runtime.db["account_flows"],
        openid_client(),
        redirect=settings.openid_redirect,
        loopback=not settings.production,
    )
    return identity, openid, [directory.watch, partial(_sweep, identity, openid)]


async def _sweep(identity: Identity, openid: OpenId) -> None:
    """Delete what is over, again and again."""
    while True:
        await identity.purge()
        await openid.purge()
        await asyncio.sleep(_SWEEP_SECONDS)
