"""HTTP manners that all services share: problem answers, body limits, trace context, repeats."""

import hmac
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import BadRequest, DomainError, TooLarge, TransientError
from shared.mongo import StoreUnavailable
from shared.observability import Metrics
from shared.overload import AtOnce
from shared.tracing import child_of, current

_TOO_MANY: Final = "Too many requests at this moment; nothing was stored. Send it again."
PROBLEM: Final = "application/problem+json"
log = structlog.get_logger("recours.http")


def problem(
    status: int,
    title: str,
    detail: str | None = None,
    *,
    headers: dict[str, str] | None = None,
    **members: Any,
) -> JSONResponse:
    """Return an RFC 9457 problem answer."""
    body = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    return JSONResponse(
        {**body, **members}, status_code=status, media_type=PROBLEM, headers=headers
    )


def domain_problem(error: DomainError) -> JSONResponse:
    """Return the problem answer of a domain error."""
    return problem(error.status, error.title, error.detail, headers=error.headers, **error.members)


def unavailable(detail: str, retry_after: int = 5) -> JSONResponse:
    """Return 503 with Retry-After: nothing was stored, the same request may be sent again."""
    return problem(
        503, "Not available right now", detail, headers={"Retry-After": str(retry_after)}
    )


def add_problem_answers(app: FastAPI) -> None:
    """Answer every error as `problem+json`; what callers sent is never quoted back."""

    @app.exception_handler(DomainError)
    async def on_domain_error(_: Request, error: DomainError) -> Response:
        return domain_problem(error)

    @app.exception_handler(TransientError)
    async def on_transient(_: Request, error: TransientError) -> Response:
        return unavailable(error.detail, error.retry_after)

    async def on_store_away(_: Request, error: Exception) -> Response:
        log.warning("store away", error=type(error).__name__)
        return unavailable("The store cannot be reached; nothing was stored. Send it again.")

    for kind in StoreUnavailable:
        app.add_exception_handler(kind, on_store_away)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> Response:
        if any(item["type"] == "json_invalid" for item in error.errors()):
            return domain_problem(BadRequest("The body is not valid JSON"))
        errors = [
            {"field": ".".join(str(part) for part in item["loc"][1:]), "reason": item["msg"]}
            for item in error.errors()
        ]
        return problem(422, "Some fields are not valid", errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http_error(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


#: Returns what a page shows instead of a problem, None for a request that is no page's.
TooLargePage = Callable[[Request], Response | None]


class Edge:
    """Outermost middleware: trace context, limits, timing, and the last safety net."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        body_limit: Callable[[str], int],
        too_large: TooLargePage | None = None,
        at_once: AtOnce | None = None,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._body_limit = body_limit
        self._too_large_page = too_large
        self._at_once = at_once or AtOnce(0, lambda _: False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        trace = child_of(headers.get(b"traceparent", b"").decode("latin-1"))
        token = current.set(trace)
        started, status = time.perf_counter(), [500]

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"traceparent", trace.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            if self._at_once.too_many(scope["path"]):
                await unavailable(_TOO_MANY)(scope, receive, watch)
                return
            limit = self._body_limit(scope["path"])
            if _declared(headers) > limit:
                await self._refuse(scope, _too_large(limit))(scope, receive, watch)
                return
            with self._at_once.one(scope) as place:
                await self._serve(scope, _Limited(receive, limit, place.take), watch)
        finally:
            current.reset(token)
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.requests.labels(route, scope["method"], str(status[0])).observe(
                time.perf_counter() - started
            )

    def _refuse(self, scope: Scope, error: TooLarge) -> Response:
        """Answer a body that is too large: as a page where a page was sent."""
        shown = self._too_large_page(Request(scope)) if self._too_large_page else None
        return shown or domain_problem(error)

    async def _serve(self, scope: Scope, limited: "_Limited", send: Send) -> None:
        begun = [False]

        async def watch(message: Message) -> None:
            begun[0] = True
            await send(message)

        try:
            await limited.begin()
            await self._app(scope, limited, watch)
        except TooLarge as error:
            if not begun[0]:
                await self._refuse(scope, error)(scope, limited, send)
        except Exception:  # the last safety net: logged once, answered without any detail
            log.exception("unhandled error", path=getattr(scope.get("route"), "path", "unmatched"))
            if begun[0]:
                raise
            answer = problem(500, "Something went wrong here; it has been recorded")
            await answer(scope, limited, send)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than the {limit:,} bytes taken here; nothing was stored")


def _declared(headers: dict[bytes, bytes]) -> int:
    try:
        return int(headers.get(b"content-length", b"0"))
    except ValueError:
        return 0


class _Limited:
    """Receives a body and raises TooLarge once it passes the limit, whatever was declared.

    `whole` is called when all of it is there.
    """

    def __init__(self, receive: Receive, limit: int, whole: Callable[[], None]) -> None:
        self._receive = receive
        self._limit = limit
        self._whole = whole
        self._seen = 0
        self._first: Message | None = None

    async def begin(self) -> None:
        """Receive the first part: what is whole by then is so before others are let in."""
        self._first = await self._next()

    async def __call__(self) -> Message:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise _too_large(self._limit)
        if message["type"] == "http.request" and not message.get("more_body"):
            self._whole()
        return message


def request_hash(secret: str, body: bytes, *parts: str) -> str:
    """Return the keyed fingerprint of what a caller sent, to tell a repeat from another.

    Keyed, so that nobody who sees it can try out which words or which number it stands for.
    """
    content = b"|".join([body, *(part.encode() for part in parts)])
    return hmac.new(secret.encode(), content, sha256).hexdigest()


def idempotency_key(request: Request) -> str | None:
    """Return the `Idempotency-Key` of a request; raises BadRequest when it is not usable."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    key = key.strip().strip('"')
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise BadRequest("Idempotency-Key must have 1 to 200 printable characters")
    return key
