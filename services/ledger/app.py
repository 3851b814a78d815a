"""Composition root of the ledger: `uvicorn services.ledger.app:app`."""

from collections.abc import Sequence
from functools import partial

from services.ledger.accounts.app import accounts, routers
from services.ledger.api import router
from services.ledger.consumers import consumers, work_due
from services.ledger.drafts import REACTS_TO
from services.ledger.reports_api import router as reports_router
from services.ledger.settings import LedgerSettings
from services.ledger.store import MODELS, Ledger
from services.ledger.vault import vault_client
from services.ledger.views import CaseViews
from services.ledger.watch import watch
from services.ledger.web.routes import router as desk_router
from shared.due_queue import DueQueue
from shared.event_store import EventStore
from shared.events.envelope import StoredEvent
from shared.kafka import LEDGER_EVENTS
from shared.policy_file import PolicySource
from shared.service import Parts, Runtime, make_app


async def build(runtime: Runtime) -> Parts:
    """Put the ledger together."""
    settings: LedgerSettings = runtime.settings
    policy = PolicySource(settings.policy_dir, MODELS, clock=runtime.clock)
    await policy.keep_in(runtime.db)
    events = EventStore(runtime.db, source="ledger")
    await events.ensure_indexes()
    views = CaseViews(runtime.db)
    queue = DueQueue(views.collection, runtime.clock)
    await views.ensure_indexes(queue)
    http = vault_client(settings.intake_url, settings.vault_credential.get_secret_value())
    ledger = Ledger(runtime.db, events, views, queue, policy, runtime.clock, http)

    async def catch_up(behind: Sequence[StoredEvent]) -> None:
        await ledger.catch_up(behind)

    ledger.relay = runtime.relay(events, lambda _: LEDGER_EVENTS, catch_up)
    who = await accounts(runtime, ledger.alerts)
    ledger.identity, ledger.openid, ledger.register = who.identity, who.openid, who.register

    async def watch_loop() -> None:
        await watch(ledger, who.identity)

    def policy_gauge() -> None:
        runtime.metrics.policy_refused.set(1 if policy.refused else 0)

    async def due_loop() -> None:
        await queue.run(partial(work_due, ledger))

    return Parts(
        state=ledger,
        consumers=consumers(ledger),
        reads=REACTS_TO,
        relays=[ledger.relay],
        tasks=[policy.watch, due_loop, watch_loop, *who.tasks],
        due_queues=[queue],
        gauges=[policy_gauge],
    )


_ROUTERS = [router, reports_router, *routers, desk_router]

app = make_app("ledger", LedgerSettings, build, _ROUTERS, title="Recours: ledger")
