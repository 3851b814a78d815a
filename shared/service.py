"""What makes a service: settings, store, broker, loops, health and metrics in one call."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from faststream.kafka import KafkaBroker

from shared.clock import Clock, make_clock
from shared.delivery import Consumer, DeadLetters, Handle
from shared.due_queue import DueQueue
from shared.event_store import EventStore
from shared.events.envelope import EventData, StoredEvent
from shared.health import Health, health_router
from shared.http import Edge, TooLargePage, add_problem_answers
from shared.kafka import Publisher, make_broker, subscribe
from shared.leases import Leases
from shared.loops import backoff
from shared.mongo import Client, Database, StoreUnavailable, connect, database
from shared.observability import Metrics, configure_logging, describe
from shared.outbox import OutboxRelay
from shared.overload import AtOnce
from shared.settings import CommonSettings, SettingsT, load_settings

log = structlog.get_logger("recours.service")

#: Traces and metrics are the project's own, which say nothing of anybody; what an environment
#: might switch on here has not been looked at for that, and asks for its settings at each request.
_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}
#: With Python's own thresholds a fifth of intake's time went into looking for reference cycles,
#: and requests waited 60 ms for it (measured).
_COLLECT_AFTER: Final = (20_000, 20, 20)


@dataclass(frozen=True)
class Runtime:
    """What the composition root of a service builds on; alive as long as the process."""

    settings: Any
    clock: Clock
    mongo: Client
    db: Database
    metrics: Metrics
    publisher: Publisher
    leases: Leases

    def database(self, name: str) -> Database:
        """Return another database that this service owns, for example the vault's keys."""
        return database(self.mongo, f"{self.settings.mongo_prefix}_{name}")

    def relay(
        self,
        store: EventStore,
        topic_of: Callable[[StoredEvent], str],
        catch_up: Callable[[Sequence[StoredEvent]], Awaitable[None]] | None = None,
    ) -> OutboxRelay:
        """Return the outbox relay of a store."""
        return OutboxRelay(
            store,
            self.leases,
            self.clock,
            publish=self.publisher,
            topic_of=topic_of,
            catch_up=catch_up,
        )


@dataclass(frozen=True)
class Parts:
    """What a service consists of, as built by its composition root.

    `state` is what endpoints find as `request.app.state.parts`; `consumers` maps topic to handler,
    `reads` names the events that these act on (all when None); `tasks` are endless coroutines;
    `gauges` are called before each metrics scrape.
    """

    state: Any
    consumers: Mapping[str, Handle] = field(default_factory=dict)
    reads: Sequence[type[EventData]] | None = None
    relays: Sequence[OutboxRelay] = ()
    tasks: Sequence[Callable[[], Awaitable[None]]] = ()
    due_queues: Sequence[DueQueue] = ()
    gauges: Sequence[Callable[[], None]] = ()


Build = Callable[[Runtime], Awaitable[Parts]]


def make_app(
    name: str,
    settings_class: type[SettingsT],
    build: Build,
    routers: Sequence[APIRouter] = (),
    *,
    title: str,
    body_limit: Callable[[str], int] = lambda _: 64 * 1024,
    too_large: TooLargePage | None = None,
    at_once: AtOnce | None = None,
    accepts_without_kafka: bool = False,
) -> FastAPI:
    """Return the FastAPI application of a service; `build` is awaited once the store answers.

    Kafka is connected in the background and again after an outage: the service is up meanwhile.
    """
    settings = load_settings(settings_class)
    configure_logging(name, settings.log_level)
    metrics = Metrics(name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        running = _Running(name, settings, metrics, build, app)
        main = asyncio.create_task(running.run(), name=f"{name}-main")
        main.add_done_callback(running.end)
        try:
            yield
        finally:
            main.remove_done_callback(running.end)
            main.cancel()
            await asyncio.gather(main, return_exceptions=True)
            await running.close()

    app = FastAPI(title=title, version="1", lifespan=lifespan, telemetry=_NO_TELEMETRY)
    app.state.settings = settings
    app.state.parts = None
    app.state.health = Health(name, metrics, accepts_without_kafka)
    add_problem_answers(app)
    # The first routes are found first: what is asked for most stands before what is seldom.
    for router in routers:
        app.include_router(router)
    app.include_router(health_router(name, title))
    app.add_middleware(
        Edge, metrics=metrics, body_limit=body_limit, too_large=too_large, at_once=at_once
    )
    return app


def settle_memory() -> None:
    """Take what a process has at its start out of the search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


class _Running:
    """The life of one service process, from the first answer of the store to the last offset."""

    def __init__(
        self, name: str, settings: CommonSettings, metrics: Metrics, build: Build, app: FastAPI
    ) -> None:
        self._name, self._settings, self._metrics = name, settings, metrics
        self._build, self._app = build, app
        self._broker: KafkaBroker | None = None
        self._publisher: Publisher | None = None
        self._mongo: Client | None = None

    async def run(self) -> None:
        """Build the service and keep its loops going until cancelled."""
        settings, health = self._settings, self._app.state.health
        clock = make_clock(
            settings.clock_spec, data_dir=settings.data_dir, production=settings.production
        )
        self._mongo = connect(settings.mongo_uri.get_secret_value())
        db = database(self._mongo, f"{settings.mongo_prefix}_{self._name}")
        self._broker = make_broker(settings.kafka_bootstrap, self._name)
        self._publisher = Publisher(settings.kafka_bootstrap, self._name)
        runtime = Runtime(
            settings=settings,
            clock=clock,
            mongo=self._mongo,
            db=db,
            metrics=self._metrics,
            publisher=self._publisher,
            leases=Leases(db),
        )
        dead_letters = DeadLetters(db, clock)
        parts = await self._built(runtime, dead_letters)
        consumer = Consumer(
            parts.consumers,
            dead_letters,
            self._metrics,
            reads=parts.reads,
            deliveries=2 if settings.rehearse_doubles else 1,
        )
        if parts.consumers:
            subscribe(
                self._broker, *parts.consumers, group=self._name, on_records=consumer.on_records
            )
        settle_memory()
        health.begin(self._mongo, self._broker, clock, parts, runtime.publisher)
        self._app.state.parts = parts.state
        self._app.state.dead_letters, self._app.state.consumer = dead_letters, consumer
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_kafka(runtime.publisher))
            for relay in parts.relays:
                group.create_task(relay.run())
            for task in parts.tasks:
                group.create_task(_endless(task))

    async def _built(self, runtime: Runtime, dead_letters: DeadLetters) -> Parts:
        attempt = 0
        while True:
            try:
                await dead_letters.ensure_indexes()
                return await self._build(runtime)
            except StoreUnavailable as error:
                attempt += 1
                if attempt in (1, 10):
                    log.warning("waiting for the store", error=describe(error))
                await asyncio.sleep(backoff(attempt, most=2.0))
            except Exception as error:
                self._app.state.health.failed = describe(error)
                log.exception("the service cannot start")
                raise

    async def _keep_kafka(self, publisher: Publisher) -> None:
        """Connect; raises RuntimeError when the client has ended by itself."""
        assert self._broker is not None
        for start in (publisher.start, self._broker.start):
            attempt = 0
            while not await _connected(start):
                attempt += 1
                if attempt in (1, 10, 100):
                    log.warning("waiting for Kafka")
                await asyncio.sleep(backoff(attempt, most=3.0))
        loop = await publisher.ended_beside(self._broker)
        log.error("a loop of the Kafka client has ended", loop=loop)
        raise RuntimeError("The Kafka client has ended")

    def end(self, main: asyncio.Task[None]) -> None:
        """End the process when its loops have: half a service is worse than one started anew.

        One that could not be built stays, to say why.
        """
        if main.cancelled() or self._app.state.parts is None:
            return
        log.critical("the service ends, to be started anew", exc_info=main.exception())
        signal.raise_signal(signal.SIGTERM)

    async def close(self) -> None:
        """Finish the batch in hand, commit, and close the connections."""
        for part in (self._broker, self._publisher):
            try:
                async with asyncio.timeout(12):
                    if part is not None:
                        await part.stop()
            except Exception as error:  # shutting down goes on: unfinished work is redelivered
                log.warning("Kafka did not close", error=type(error).__name__)
        if self._mongo is not None:
            self._mongo.close()


async def _connected(start: Callable[[], Awaitable[None]]) -> bool:
    try:
        await start()
    except Exception as error:  # any failure to connect is tried again
        log.debug("Kafka does not answer", error=type(error).__name__)
        return False
    return True


async def _endless(task: Callable[[], Awaitable[None]]) -> None:
    attempt = 0
    while True:
        try:
            await task()
            return
        except Exception:  # a background task must outlive any fault; it is logged and begun again
            attempt += 1
            log.exception("background task failed", task=getattr(task, "__qualname__", "?"))
            await asyncio.sleep(backoff(attempt))
