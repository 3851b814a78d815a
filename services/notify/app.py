"""Composition root of notify: `uvicorn services.notify.app:app`."""

from services.notify.api import router
from services.notify.consumers import consumers
from services.notify.contacts import Contacts
from services.notify.deliveries import Sending
from services.notify.handlers import Parts
from services.notify.prepare import Links, Preparing
from services.notify.recorder import Recorder
from services.notify.senders.email import EmailSender
from services.notify.senders.sender import Sender
from services.notify.senders.sms_kannel import KannelSender
from services.notify.settings import Settings
from services.notify.store import Deliveries
from services.notify.tally import Tally
from services.notify.templates import MODELS as MODELS
from services.notify.templates import check
from shared.clock import Clock
from shared.event_store import EventStore
from shared.kafka import NOTIFY_EVENTS
from shared.policy_file import PolicySource
from shared.service import Parts as ServiceParts
from shared.service import Runtime, make_app


def make_senders(settings: Settings, clock: Clock) -> dict[str, Sender]:
    """Return the ways out, by channel."""
    password = settings.smtp_password
    return {
        "email": EmailSender(
            settings.smtp_host,
            settings.smtp_port,
            sender=settings.mail_from,
            clock=clock,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            tls=settings.smtp_tls,
            connections=settings.smtp_connections,
        ),
        "sms": KannelSender(
            settings.sms_url,
            username=settings.sms_username,
            password=settings.sms_password.get_secret_value(),
            sender=settings.sms_from,
            receipts_url=f"{settings.public_url.rstrip('/')}/receipts/kannel",
        ),
    }


async def build(runtime: Runtime) -> ServiceParts:
    """Put notify together."""
    settings: Settings = runtime.settings
    policy = PolicySource(settings.policy_dir, MODELS, [check], runtime.clock)
    await policy.keep_in(runtime.db)
    events = EventStore(runtime.db, source="notify")
    await events.ensure_indexes()
    deliveries = Deliveries(runtime.db, runtime.clock)
    await deliveries.ensure_indexes()
    relay = runtime.relay(events, lambda _: NOTIFY_EVENTS)
    recorder = Recorder(events, runtime.clock, relay.nudge)
    tally = Tally(runtime.metrics.registry)
    contacts = Contacts(settings.intake_url, settings.vault_credential.get_secret_value())
    links = Links(settings.tracking_url, settings.desk_url)
    preparing = Preparing(contacts, deliveries, recorder, policy, runtime.clock, links)
    senders = make_senders(settings, runtime.clock)
    sending = Sending(
        deliveries,
        recorder,
        preparing,
        senders,
        runtime.clock,
        tally,
        per_second={"sms": settings.sms_per_second, "email": settings.mails_per_second},
    )
    parts = Parts(deliveries, recorder, sending, policy, runtime.clock, tally)

    def gauges() -> None:
        tally.queued.set(sending.waiting)
        runtime.metrics.policy_refused.set(1 if policy.refused else 0)

    return ServiceParts(
        state=parts,
        consumers=consumers(parts),
        relays=[relay],
        tasks=[sending.run, sending.run_due, policy.watch],
        due_queues=[deliveries.queue],
        gauges=[gauges],
    )


app = make_app("notify", Settings, build, [router], title="Recours: notify")
