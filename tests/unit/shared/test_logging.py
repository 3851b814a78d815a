"""Logs name the class and place of an error, never its text, which may quote content."""

import asyncio
import sys

import pytest
import structlog
from pydantic import BaseModel
from structlog.testing import LogCapture

from shared import loops
from shared.errors import TransientError
from shared.observability import describe, safe_exception


class Person(BaseModel):
    """A model whose errors quote their input."""

    age: int


def test_the_text_of_an_error_is_not_logged() -> None:
    try:
        Person.model_validate({"age": "Aminata Modèle"})
    except ValueError:
        entry = safe_exception(None, "error", {"event": "x", "exc_info": sys.exc_info()})
    assert "Aminata" not in str(entry)
    assert entry["exception"].startswith("ValidationError")
    assert any("test_logging.py" in place for place in entry["stack"])


def test_text_that_is_known_to_be_safe_is_kept() -> None:
    assert describe(TransientError("Kafka is away")) == "TransientError: Kafka is away"


async def test_a_loop_that_fails_says_nothing_of_what_it_worked_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store's own errors quote the documents that were to be written."""
    failed, capture = asyncio.Event(), LogCapture()
    logger = structlog.wrap_logger(None, processors=[safe_exception, capture])
    monkeypatch.setattr(loops, "log", logger)

    async def step() -> float | None:
        failed.set()
        raise RuntimeError("Aminata Modèle")

    loop = asyncio.create_task(loops.forever("test", step, loops.Wakeup()))
    await failed.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert [entry["event"] for entry in capture.entries] == ["loop failed"]
    assert "Aminata" not in str(capture.entries)
