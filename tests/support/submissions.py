"""Builders of submissions and routes for tests."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from services.routing.policy import MODELS, Policy, check
from shared.events.intake import Accused, GrievanceSubmitted
from shared.policy_file import load_bundle

POLICY_DIR = Path(__file__).resolve().parents[2] / "deploy" / "policy"


@cache
def policy() -> Policy:
    """Return the policy that is shipped."""
    return Policy.of(load_bundle(POLICY_DIR, MODELS, [check]))


def submission(**changes: Any) -> GrievanceSubmitted:
    """Return a submission at the demonstration site; `accused` may be ids and `kind:…` marks."""
    values: dict[str, Any] = {
        "reference": "K7QM4T2P",
        "channel": "web",
        "language": "fr",
        "received_at": datetime(2026, 11, 23, 7, tzinfo=UTC),
        "category": None,
        "site": "doungoubou-demo",
        "organisation": None,
        "danger": False,
        "danger_signs": (),
        "representative": None,
        "anonymous": True,
        "contactable": (),
        "consents": {},
    } | changes
    named = values.pop("accused", ())
    accused = tuple(
        Accused(organisation=None, kind=name.removeprefix("kind:"))
        if name.startswith("kind:")
        else Accused(organisation=name, kind=None)
        for name in named
    )
    return GrievanceSubmitted(accused=accused, **values)
