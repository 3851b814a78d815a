"""Logs name the class and place of an error, never its text, which may quote content."""

import sys

from pydantic import BaseModel

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
