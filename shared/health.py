"""Liveness, readiness, metrics, dead letters and the AsyncAPI document of a service."""

import asyncio
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from faststream.kafka import KafkaBroker
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.access import require_admin
from shared.asyncapi import asyncapi_document
from shared.clock import Clock
from shared.errors import TransientError
from shared.events.envelope import format_time
from shared.kafka import Publisher, counted_as
from shared.mongo import Client, StoreUnavailable, ping
from shared.observability import Metrics


class Health:
    """What a service knows of its own state."""

    def __init__(self, name: str, metrics: Metrics, accepts_without_kafka: bool) -> None:
        self.name = name
        self.metrics = metrics
        self.failed: str | None = None
        self._accepts_without_kafka = accepts_without_kafka
        self._mongo: Client | None = None
        self._broker: KafkaBroker | None = None
        self._publisher: Publisher | None = None
        self._clock: Clock | None = None
        self._parts: Any = None

    def begin(
        self, mongo: Client, broker: KafkaBroker, clock: Clock, parts: Any, publisher: Publisher
    ) -> None:
        """Note that the service is built."""
        self._mongo, self._broker, self._clock = mongo, broker, clock
        self._parts, self._publisher = parts, publisher

    async def checks(self) -> tuple[str, dict[str, str]]:
        """Return `ready`, `degraded` (accepts, but Kafka is away) or `unready`, and each check."""
        if self._mongo is None or self._broker is None:
            return "unready", {"start": self.failed or "waiting for the store"}
        store, kafka = await asyncio.gather(self._store_answers(), self._kafka_answers())
        result = {"store": "ok" if store else "away", "kafka": "ok" if kafka else "away"}
        if store and kafka:
            return "ready", result
        return ("degraded" if store and self._accepts_without_kafka else "unready"), result

    async def _store_answers(self) -> bool:
        try:
            async with asyncio.timeout(2.5):
                await ping(self._mongo)  # type: ignore[arg-type]
        except (*StoreUnavailable, TimeoutError):
            return False
        return True

    async def _kafka_answers(self) -> bool:
        if not (self._publisher and self._publisher.connected and self._broker):
            return False
        try:
            return await self._broker.ping(timeout=2.5)
        except Exception:  # a ping that fails in any way means that Kafka is away
            return False

    async def scrape(self) -> bytes:
        """Return the metrics, those computed on demand brought up to date."""
        if self._parts is not None and self._clock is not None:
            now = self._clock.now()
            unsent = [r.oldest_unsent for r in self._parts.relays if r.oldest_unsent]
            due = [queue.oldest for queue in self._parts.due_queues if queue.oldest]
            self.metrics.oldest_unsent.set(
                max(((now - t).total_seconds() for t in unsent), default=0)
            )
            self.metrics.oldest_due.set(max(((now - t).total_seconds() for t in due), default=0))
            for gauge in self._parts.gauges:
                gauge()
            await self._measure_lag()
        return generate_latest(self.metrics.registry)

    async def _measure_lag(self) -> None:
        for subscriber in self._broker.subscribers if self._broker else ():
            consumer = getattr(subscriber, "consumer", None)
            if consumer is None:
                continue
            lags: dict[str, int] = {}
            for partition in consumer.assignment():
                end = consumer.highwater(partition)
                if end is not None:
                    behind = end - await consumer.position(partition)
                    name = counted_as(partition.topic)
                    lags[name] = lags.get(name, 0) + behind
            for name, lag in lags.items():
                self.metrics.consumer_lag.labels(name).set(lag)


def health_router(name: str, title: str) -> APIRouter:
    """Return the endpoints that every service has."""
    router = APIRouter()

    @router.get("/livez", tags=["health"])
    async def livez() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "alive"}

    @router.get("/readyz", tags=["health"])
    async def readyz(request: Request) -> JSONResponse:
        """Tell whether the service can do its work, and what is missing."""
        status, checks = await request.app.state.health.checks()
        code = 503 if status == "unready" else 200
        return JSONResponse({"status": status, "checks": checks}, status_code=code)

    @router.get("/metrics", tags=["health"], response_class=Response)
    async def metrics(request: Request) -> Response:
        """Give the metrics in Prometheus form; they count and never name."""
        return Response(await request.app.state.health.scrape(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/asyncapi.json", tags=["health"])
    async def asyncapi() -> dict[str, Any]:
        """Give the AsyncAPI 3.0 document of the topics this service reads and writes."""
        return asyncapi_document(name, title)

    _add_dead_letters(router)
    return router


def _add_dead_letters(router: APIRouter) -> None:
    operator = [Depends(require_admin)]

    def letters(request: Request) -> Any:
        if request.app.state.parts is None:
            raise TransientError("The service is still starting")
        return request.app.state.dead_letters

    @router.get("/internal/dead-letters", dependencies=operator, tags=["operation"])
    async def list_letters(request: Request) -> dict[str, Any]:
        """List messages that could not be handled, the oldest first, without their content."""
        found = await letters(request).list()
        return {
            "dead_letters": [
                {
                    "id": letter["_id"],
                    "topic": letter["topic"],
                    "grievance": letter["key"],
                    "reason": letter["reason"],
                    "at": format_time(letter["at"]),
                }
                for letter in found
            ]
        }

    @router.post(
        "/internal/dead-letters/{letter}/replay", dependencies=operator, tags=["operation"]
    )
    async def replay_letter(letter: str, request: Request) -> dict[str, str]:
        """Handle a dead letter again; it is dropped only when that succeeds."""
        letters(request)
        await request.app.state.consumer.replay(letter)
        return {"replayed": letter}

    @router.delete("/internal/dead-letters/{letter}", dependencies=operator, tags=["operation"])
    async def drop_letter(letter: str, request: Request) -> dict[str, str]:
        """Remove a dead letter for good."""
        await letters(request).drop(letter)
        return {"dropped": letter}
