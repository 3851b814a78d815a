"""Errors that carry their meaning to the edge: a problem for the caller, or a reason to retry."""

from typing import Any


class DomainError(Exception):
    """Something the caller must know and can act on; answered as `problem+json`, never retried."""

    status = 409
    title = "The request cannot be carried out"

    def __init__(self, detail: str, *, title: str | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.title = title or type(self).title
        self.members = members
        self.headers: dict[str, str] = {}


class BadRequest(DomainError):
    """The request cannot be read."""

    status = 400
    title = "The request cannot be read"


class Unauthorized(DomainError):
    """Credentials are missing or not valid."""

    status = 401
    title = "Sign in first"

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail, **members)
        self.headers["WWW-Authenticate"] = "Bearer"


class Forbidden(DomainError):
    """The caller may not do this, and may know that it exists."""

    status = 403
    title = "Not allowed"


class NotFound(DomainError):
    """There is no such thing, or not for this caller: the answer is the same."""

    status = 404
    title = "Not found"


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done."""

    status = 409
    title = "Not possible in the present state"


class Stale(DomainError):
    """Somebody else changed the thing since the caller read it."""

    status = 412
    title = "Changed in the meantime"


class TooLarge(DomainError):
    """The body is larger than is taken here."""

    status = 413
    title = "Too large"


class Invalid(DomainError):
    """The content is readable but wrong; `errors` lists field and reason."""

    status = 422
    title = "Some fields are not valid"


class TooMany(DomainError):
    """Too many requests from one side."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: int, **members: Any) -> None:
        super().__init__(detail, **members)
        self.headers["Retry-After"] = str(retry_after)


class TransientError(Exception):
    """Something outside is away for now: 503 with Retry-After at HTTP, retried in consumers."""

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
