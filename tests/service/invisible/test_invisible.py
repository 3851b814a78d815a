"""A protected case, or one that accuses the caller, cannot be told from one that does not exist."""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.ledger.consumers import work_due
from shared.events import Event
from shared.ids import grievance_id
from tests.service.invisible.twins import Ask, Twin, asks, callers, twin
from tests.service.notify.world import outside
from tests.support.clock import FrozenClock
from tests.unit.ledger import cases

LONG = os.environ.get("RECOURS_EXAMPLES") == "long"
HIDDEN = "HIDDEN1"
PROTECTED: dict[str, Any] = {
    "lane": "protected",
    "responder": "protection",
    "holder": "protection-demo",
    "severity": "S1",
    "category": "SGBV",
    "organisation": None,
    "advocate": None,
}
ACCUSING: dict[str, Any] = {
    "responder": "authority",
    "holder": "commune-demo",
    "accused": ("societe-demo", "syndicat-demo"),
    "advocate": None,
}
RIGHTFUL = {("protection", "protection-demo"), ("protection", "protection-nationale-demo")}
ORGANISATIONS = ("societe-demo", "protection-demo", None)
MORE = (
    "mediation-demo",
    "syndicat-demo",
    "commune-demo",
    "protection-nationale-demo",
    "police-demo",
    "nobody",
)


@pytest.fixture
async def twins(mongo_uri: str) -> AsyncIterator[tuple[Twin, Twin]]:
    """Two systems with the same cases that everybody may know of, at the same time of day."""
    clock = FrozenClock("2026-11-23T08:00:00+01:00")
    async with (
        outside() as world,
        twin(mongo_uri, world, clock) as having,
        twin(mongo_uri, world, clock) as lacking,
    ):
        for system in (having, lacking):
            await system.hear(*known())
        yield having, lacking


def known() -> list[Event]:
    """Return cases that are in both systems."""
    return [
        cases.routed("k1", reference="KNOWN1"),
        cases.routed("k2", reference="KNOWN2", responder="syndicate", holder="syndicat-demo"),
        cases.routed("k3", reference="KNOWN3", responder="authority", holder="commune-demo"),
        cases.routed("k4", reference="KNOWN4", responder="triage", holder="syndicat-demo"),
    ]


async def let_fire(system: Twin) -> None:
    """Let everything that is due in a system fire, and be told."""
    while claimed := await system.ledger.queue.claim():
        await work_due(system.ledger, claimed)
    await system.tell_all()


async def assert_same(
    twins: tuple[Twin, Twin], requests: list[Ask], who: list[tuple[str, str | None]]
) -> None:
    """Assert that none of these people can tell the two systems apart."""
    having, lacking = twins
    assert requests
    for role, organisation in who:
        for ask in requests:
            seen = await having.answer(ask, role, organisation)
            assert seen == await lacking.answer(ask, role, organisation), (role, organisation, ask)
            assert seen["status"] < 500


async def cursors(having: Twin) -> list[str]:
    """Return a place in the list right before, at and after each hidden case."""
    found = await having.ledger.views.collection.find({}).to_list(None)
    keys = [d["due_key"] for d in found if d["reference"].startswith("HIDDEN")][:2]
    return [place for key in keys for place in (f"{key[:-1]}", key, f"{key}0")]


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("story", ["fresh", "missed and moved up", "withdrawn"])
async def test_a_protected_case_is_like_none(twins: tuple[Twin, Twin], story: str) -> None:
    """For every role but the protection focal points that hold or held it, at every endpoint."""
    having, lacking = twins
    await having.hear(cases.routed("p1", reference=HIDDEN, **PROTECTED))
    if story == "missed and moved up":
        having.ledger.clock.move(hours=30)  # type: ignore[attr-defined]
        for system in twins:
            await let_fire(system)
        up = PROTECTED | {"reason": "deadline-missed", "level": 1}
        up["holder"] = "protection-nationale-demo"
        await having.hear(cases.routed("p2", reference=HIDDEN, **up))
    if story == "withdrawn":
        gone = cases.incoming(cases.withdrawn().data, "p3", gid=grievance_id(HIDDEN))
        await having.hear(gone)
    rightful = RIGHTFUL if story == "missed and moved up" else {("protection", "protection-demo")}
    for role, organisation in rightful:
        for service, path in (("ledger", ""), ("notify", "/deliveries")):
            ask = Ask(service, "GET", f"/v1/cases/{HIDDEN}{path}")
            assert (await having.answer(ask, role, organisation))["status"] == 200
            assert (await lacking.answer(ask, role, organisation))["status"] == 404
    organisations = (*ORGANISATIONS, *MORE) if LONG else ORGANISATIONS
    who = [caller for caller in callers(organisations) if caller not in rightful]
    await assert_same(twins, asks(HIDDEN, await cursors(having)), who)


@pytest.mark.timeout(3_000)
async def test_a_case_is_like_none_for_those_it_accuses(twins: tuple[Twin, Twin]) -> None:
    """Also for a monitor of an accused body, and also when such cases fill many pages."""
    having, _ = twins
    count = 130
    hidden = [
        cases.routed(f"a{number}", reference=f"HIDDEN{number}", **ACCUSING)
        for number in range(count)
    ]
    sooner = cases.routed("late", reference="KNOWN9", severity="S4", category="PRO_CARD")
    for system in twins:
        await system.hear(sooner)
    await having.hear(*hidden)
    who = callers(("societe-demo", "syndicat-demo"))
    await assert_same(twins, asks(HIDDEN, await cursors(having)), who)
