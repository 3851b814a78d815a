"""What an act on the administrators' pages is: its form, and what carries it out once confirmed.

Who may do what is decided where the API decides it (`accounts/permits.py`); no rule is here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from services.ledger.accounts.identity import Identity
from services.ledger.accounts.manage import Order
from services.ledger.accounts.openid import OpenId
from services.ledger.accounts.register import Register
from services.ledger.store import Ledger
from services.ledger.web.forms import Form
from shared.errors import Invalid, TransientError

M = TypeVar("M", bound=BaseModel)
Given = Mapping[str, list[str]]
#: How an address names what is not there yet.
NEW: Final = "new"


@dataclass(frozen=True)
class Parts:
    """What administrators work on."""

    identity: Identity
    register: Register
    openid: OpenId | None


@dataclass(frozen=True)
class Outcome:
    """What an act led to: whom or what it was about, and a secret that is shown this once."""

    ident: str
    secret: str | None = None


@dataclass(frozen=True)
class Act:
    """An act as a page."""

    form: Form
    run: Callable[[Parts, Order, str, Given], Awaitable[Outcome]]


def parts_of(ledger: Ledger) -> Parts:
    """Return what administrators work on; raises TransientError before the store has answered."""
    if ledger.identity is None or ledger.register is None:
        raise TransientError("The service is starting", retry_after=2)
    return Parts(ledger.identity, ledger.register, ledger.openid)


def one(said: Given, name: str) -> str | None:
    """Return what was filled in, None when nothing was."""
    return next((value.strip() for value in said.get(name, []) if value.strip()), None)


def many(said: Given, name: str) -> list[str]:
    """Return what was chosen, or written line by line."""
    lines = [line.strip() for value in said.get(name, []) for line in value.split("\n")]
    return [line for line in lines if line]


def valid(model: type[M], **body: Any) -> M:
    """Return the body that the API would take; raises Invalid, and names the fields."""
    given = {name: value for name, value in body.items() if value is not None}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        errors = [{"field": str(item["loc"][0]), "reason": item["msg"]} for item in error.errors()]
        raise Invalid("Some fields are not valid", errors=errors) from None


def day(given: str | None, name: str) -> date:
    """Read a day; raises Invalid."""
    try:
        return date.fromisoformat(given or "")
    except ValueError:
        reason = "is not a day"
        raise Invalid(f"This {reason}", errors=[{"field": name, "reason": reason}]) from None
