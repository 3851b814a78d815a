"""Segments of text messages, by the vectors that agree with the gateways' own calculators."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.sms_text import encoding_of, segments, without_rare_letters

VECTORS = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "sms_segments.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_segments(case: dict[str, Any]) -> None:
    found = segments(case["text"])
    assert found.encoding == case["encoding"]
    assert found.units == case["units"]
    assert len(found.parts) == case["segments"]
    assert [len(part) for part in found.parts] == case["segment_lengths_chars"]


@pytest.mark.parametrize(("letter", "table"), VECTORS["characters_in_gsm0338"].items())
def test_letters(letter: str, table: str | None) -> None:
    assert encoding_of(letter) == ("GSM-7" if table else "UCS-2")
    assert segments(letter).units == (2 if table == "extension" else 1)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Reçu à l’heure, où ça ?", "Recu à l'heure, où ca ?"),
        ("« cœur » – août…", '" coeur " - aout...'),
        ("ÀÂÈÊÎÔÙÛŒ", "AAEEIOUUOE"),
        ("déjà vu", "déjà vu"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_french_without_its_rare_letters(text: str, sent: str) -> None:
    assert without_rare_letters(text) == sent
    assert encoding_of(sent) == "GSM-7"


@given(st.text(max_size=400))
def test_nothing_is_lost_in_cutting(text: str) -> None:
    found = segments(text)
    assert len(segments("".join(found.parts)).parts) == len(found.parts)
    limit = {"GSM-7": 160, "UCS-2": 70}[found.encoding]
    assert all(len(part) <= limit for part in found.parts)
