"""Composition root of intake: `uvicorn services.intake.app:app`."""

from services.intake import api, complainant_routes, vault_api
from services.intake.access import Access
from services.intake.alerts import Alerts
from services.intake.channels import routes as channel_routes
from services.intake.channels.sms import SmsDesk
from services.intake.consumers import StatusView
from services.intake.followups import FollowUps
from services.intake.handlers import POLICY_MODELS, Handlers
from services.intake.identifiers import Identifiers
from services.intake.import_routes import BODY_LIMIT as IMPORT_BYTES
from services.intake.import_routes import build_imports
from services.intake.import_routes import router as import_router
from services.intake.parts import IntakeParts
from services.intake.reader import VaultReader
from services.intake.reads import Reads
from services.intake.reads import router as reads_router
from services.intake.settings import IntakeSettings, key_bytes
from services.intake.store import IntakeStore
from services.intake.tracking import Tracking
from services.intake.vault import KeyRing
from services.intake.web.routes import router as web_router
from services.intake.web.routes import too_large_page
from shared.event_store import EventStore
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS
from shared.outbox import OutboxRelay
from shared.overload import AtOnce
from shared.policy_file import PolicySource
from shared.service import Parts, Runtime, make_app
from shared.waiting import Changes

_GRIEVANCE_BYTES = 5 * 1024 * 1024
_OTHER_BYTES = 256 * 1024
# A telephone's photo that is too large is answered by the page, which keeps what else was said.
_PHOTO_PAGE_BYTES = 16 * 1024 * 1024
#: Programs that come on top of so many are sent away at once; pages and gateways never are.
_AT_ONCE = 200


def body_limit(path: str) -> int:
    """Return how large a body may be: files come with grievances and imports only."""
    if path.startswith("/v1/imports"):
        return IMPORT_BYTES
    if path.startswith(("/channels", "/internal")):
        return _OTHER_BYTES
    if path == "/suivi":
        return _PHOTO_PAGE_BYTES
    return _GRIEVANCE_BYTES


async def build(runtime: Runtime) -> Parts:
    """Build the parts of intake on a running store."""
    settings: IntakeSettings = runtime.settings
    policy = PolicySource(settings.policy_dir, POLICY_MODELS, clock=runtime.clock)
    await policy.keep_in(runtime.db)
    events = EventStore(runtime.db, source="intake")
    relays: list[OutboxRelay] = []
    keys = KeyRing(runtime.database("vault_keys")["keys"], key_bytes(settings.master_key))
    store = IntakeStore(runtime.db, keys, events, lambda: relays[0].nudge())
    relays.append(runtime.relay(events, lambda _: INTAKE_EVENTS))
    await store.ensure_indexes()
    parts = await make_parts(runtime, settings, store, policy)
    return Parts(
        state=parts,
        consumers={LEDGER_EVENTS: StatusView(store.status, parts.changes).handle},
        relays=relays,
        tasks=[policy.watch, parts.imports.run],
        due_queues=[parts.imports.store.due],
        gauges=[lambda: runtime.metrics.policy_refused.set(1 if policy.refused else 0)],
    )


async def make_parts(
    runtime: Runtime, settings: IntakeSettings, store: IntakeStore, policy: PolicySource
) -> IntakeParts:
    """Return the use cases of intake, bound to their store and clock."""
    ids = Identifiers(settings.pepper.get_secret_value().encode())
    seconds = settings.store_seconds
    handlers = Handlers(
        store,
        ids,
        policy,
        runtime.clock,
        queue_limit=settings.queue_limit,
        store_seconds=seconds,
    )
    reads = Reads(store.reads, store.status, runtime.clock)
    reader = VaultReader(store, ids, runtime.clock, reads)
    alerts = Alerts(handlers, reader)
    followups = FollowUps(handlers, alerts, store_seconds=seconds)
    return IntakeParts(
        settings=settings,
        db=runtime.db,
        ids=ids,
        handlers=handlers,
        access=Access(store, ids),
        alerts=alerts,
        followups=followups,
        tracking=Tracking(handlers, reader),
        reader=reader,
        reads=reads,
        sms=SmsDesk(handlers, followups, store_seconds=seconds),
        readers=settings.readers(),
        twilio_keys=settings.shared_keys(),
        imports=await build_imports(
            runtime.db, store.keys, handlers, runtime.clock, settings.policy_dir
        ),
        changes=Changes(),
    )


app = make_app(
    "intake",
    IntakeSettings,
    build,
    [
        api.router,
        complainant_routes.router,
        vault_api.router,
        reads_router,
        channel_routes.router,
        import_router,
        web_router,
    ],
    title="Recours: intake",
    body_limit=body_limit,
    too_large=too_large_page,
    at_once=AtOnce(_AT_ONCE, lambda path: path.startswith("/v1/")),
    accepts_without_kafka=True,
)
