"""Logs as JSON without personal data, and the metrics every service has."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.errors import DomainError, TransientError
from shared.mongo import StoreUnavailable
from shared.tracing import current, trace_id_of

#: Errors whose text is known to hold no content; of all others only the class is logged.
_SAFE_TEXT = (DomainError, TransientError, OSError, *StoreUnavailable)


def configure_logging(service: str, level: str) -> None:
    """Send the logs of this process, libraries included, to standard output as JSON lines."""
    processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context(service),
        safe_exception,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=processors,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Libraries say too much below these levels, and debug lines may show content.
    for name in ("aiokafka", "motor", "pymongo", "asyncio", "httpx", "httpcore", "multipart"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    # FastStream writes the text of errors, which may quote content; our consumer logs them safely.
    logging.getLogger("recours.kafka").setLevel(logging.CRITICAL)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Addresses and paths of callers are not kept.
    logging.getLogger("uvicorn.access").disabled = True
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Bound anew each time: few lines are written, and one bound before could not be replaced.
        cache_logger_on_first_use=False,
    )


def _add_context(service: str) -> structlog.types.Processor:
    def add(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        entry.setdefault("service", service)
        trace = trace_id_of(current.get())
        if trace:
            entry.setdefault("trace_id", trace)
        return entry

    return add


def safe_exception(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its classes and places: messages of errors may quote content."""
    info = entry.pop("exc_info", None)
    if not info:
        return entry
    error = info if isinstance(info, BaseException) else sys.exc_info()[1]
    if isinstance(info, tuple):
        error = info[1]
    if error is None:
        return entry
    entry["exception"] = describe(error)
    entry["stack"] = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-12:]
    ]
    return entry


def describe(error: BaseException) -> str:
    """Name an error by class and chain, with its text only where that is known to be safe."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(parts) < 5:
        name = type(seen).__qualname__
        parts.append(f"{name}: {seen}" if isinstance(seen, _SAFE_TEXT) else name)
        seen = seen.__cause__ or seen.__context__
    return " <- ".join(parts)


class Metrics:
    """The metrics that every service has, in a registry of its own."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.requests = Histogram(
            "recours_http_request_seconds",
            "Time to answer a request, by route and status",
            ["route", "method", "status"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=registry,
        )
        self.consumed = Counter(
            "recours_events_consumed",
            "Events taken from Kafka",
            ["topic", "outcome"],
            registry=registry,
        )
        self.dead_letters = Counter(
            "recours_dead_letters", "Messages put aside as hopeless", ["topic"], registry=registry
        )
        self.oldest_unsent = Gauge(
            "recours_oldest_unsent_event_seconds",
            "Age of the oldest event in the outbox",
            registry=registry,
        )
        self.oldest_due = Gauge(
            "recours_oldest_due_seconds",
            "How long the oldest due item has been waiting",
            registry=registry,
        )
        self.consumer_lag = Gauge(
            "recours_consumer_lag", "Messages not yet consumed", ["topic"], registry=registry
        )
        self.policy_refused = Gauge(
            "recours_policy_refused", "1 while changed policy files are refused", registry=registry
        )
        self.service = service
