"""Composition of the accounts: what the ledger's own composition root adds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter

from services.ledger.accounts import manage_api, openid_api, register_api, session_api
from services.ledger.accounts.hashing import Hasher
from services.ledger.accounts.identity import Identity, build_identity, organisation_records
from services.ledger.accounts.openid import OpenId, openid_client
from services.ledger.accounts.register import Files, Register
from services.ledger.accounts.sessions import Lifetimes
from services.ledger.accounts.throttle import Limits
from services.ledger.alerts import Alerts
from services.ledger.deadlines import WorkCalendar
from services.ledger.settings import LedgerSettings
from shared.clock import SystemClock
from shared.directory import Organisations, Sites
from shared.policy_file import Models, PolicySource
from shared.service import Runtime

_SWEEP_SECONDS: Final = 600.0
_MODELS: Final[Models] = {
    "organisations.yaml": Organisations,
    "sites.yaml": Sites,
    "calendar.yaml": WorkCalendar,
}

routers: Final[Sequence[APIRouter]] = (
    session_api.router,
    openid_api.router,
    manage_api.router,
    register_api.router,
    manage_api.operator,
    register_api.operator,
)


Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Accounts:
    """The accounts, the sign-in by providers, the register, and their endless tasks."""

    identity: Identity
    openid: OpenId
    register: Register
    tasks: Sequence[Task]


async def accounts(runtime: Runtime, alerts: Alerts) -> Accounts:
    """Put the accounts together.

    They run on real time, also when the cases run on a rehearsal clock.
    """
    settings: LedgerSettings = runtime.settings
    clock, policy = SystemClock(), PolicySource(settings.policy_dir, _MODELS)
    organisations = organisation_records(runtime.db, clock)
    register = Register(runtime.db, organisations, partial(_files, policy), clock)
    identity = build_identity(
        runtime.db,
        organisations,
        key=settings.accounts_key.get_secret_value(),
        token_key=settings.token_key.get_secret_value(),
        clock=clock,
        directory=register.directory,
        hasher=Hasher(),
        limits=Limits(),
        lifetimes=Lifetimes(
            idle=timedelta(minutes=settings.session_idle_minutes),
            longest=timedelta(hours=settings.session_hours),
        ),
        alerts=alerts,
    )
    openid = OpenId(
        identity,
        runtime.db["account_flows"],
        openid_client(),
        redirect=settings.openid_redirect,
        loopback=not settings.production,
    )
    await identity.ensure_indexes()
    await register.ensure_indexes()
    tasks: list[Task] = [policy.watch, register.watch, partial(_sweep, identity, openid)]
    return Accounts(identity, openid, register, tasks)


def _files(policy: PolicySource) -> Files:
    current = policy.current
    return Files(current.get(Organisations), current.get(Sites), current.get(WorkCalendar))


async def _sweep(identity: Identity, openid: OpenId) -> None:
    """Delete what is over, again and again."""
    while True:
        await identity.purge()
        await openid.purge()
        await asyncio.sleep(_SWEEP_SECONDS)
