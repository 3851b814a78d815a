"""The status view: repeats and disorder are harmless, and the complainant sees the last word."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from services.intake.consumers import StatusView
from shared.events import Event
from shared.events.ledger import (
    Actor,
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseSummary,
    ComplainantWrote,
    RemedyProposed,
)
from shared.events.routing import GrievanceRouted
from shared.ids import grievance_id
from shared.mongo import Collection, Database
from shared.waiting import Changes
from tests.service.intake.conftest import Intake

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DUE = datetime(2026, 12, 3, 22, 59, tzinfo=UTC)
BY = Actor(sub="p-1", role="csr", organisation="societe-demo")


def summary(reference: str, state: str) -> CaseSummary:
    """Return the case in a state."""
    return CaseSummary.model_validate(
        {
            "reference": reference,
            "state": state,
            "closed_as": "resolved-agreed" if state == "closed" else None,
            "lane": "open",
            "responder": "company",
            "holder": "societe-demo",
            "level": 0,
            "severity": "S3",
            "category": None,
            "site": None,
            "stage": None,
            "due_at": None if state == "closed" else DUE,
            "accused": [],
            "advocate": None,
            "language": "fr",
            "channel": "web",
            "contactable": [],
            "policy_version": "p-0",
        }
    )


def route(reference: str) -> GrievanceRouted:
    """Return the route of a case; only its shape matters here."""
    values: dict[str, Any] = {
        **summary(reference, "routed").model_dump(),
        "reason": "submitted",
        "organisation": None,
        "ladder_end": False,
        "rules": [],
        "received_at": NOW,
        "anonymous": True,
    }
    return GrievanceRouted.model_validate(values)


def story(reference: str) -> list[Event]:
    """Return the ledger's events of a case from opening to closing; one place is not published."""
    data = [
        (1, CaseOpened(case=summary(reference, "routed"), route=route(reference), deadlines=())),
        (2, CaseAcknowledged(case=summary(reference, "acknowledged"), by=BY)),
        (
            4,
            RemedyProposed(
                case=summary(reference, "remedy_proposed"),
                by=BY,
                text_id="t1",
                deliver_by=DUE,
                deadlines=(),
            ),
        ),
        (
            5,
            CaseClosed(
                case=summary(reference, "closed"),
                closed_as="resolved-agreed",
                by=BY,
                text_id=None,
            ),
        ),
    ]
    return [
        Event.derived(
            fact,
            subject=grievance_id(reference),
            sequence=sequence,
            time=NOW + timedelta(hours=sequence),
            cause=f"c{sequence}",
        )
        for sequence, fact in data
    ]


async def test_any_order_and_any_repeats_give_the_same_view(database: Database) -> None:
    view = StatusView(database["status"], Changes())
    events = [event for reference in ("A", "B", "C") for event in story(reference)]
    expected = None
    for seed in range(12):
        await database["status"].delete_many({})
        shuffled = events + random.Random(seed).sample(events, 6)
        random.Random(seed).shuffle(shuffled)
        for start in range(0, len(shuffled), 1 + seed % 4):
            await view.handle(shuffled[start : start + 1 + seed % 4])
        found = await database["status"].find({}).sort("_id", 1).to_list(None)
        for document in found:
            document["steps"] = dict(sorted(document["steps"].items()))
        expected = expected or found
        assert found == expected
        assert {(d["sequence"], d["state"], len(d["steps"])) for d in found} == {(5, "closed", 4)}


async def test_two_processes_that_begin_one_view_together_lose_no_step(database: Database) -> None:
    """Each has other steps of cases that neither has seen opened."""
    views = [StatusView(database["status"], Changes()) for _ in range(3)]
    names = [f"C{n}" for n in range(10)]
    shares: list[list[Event]] = [[], [], []]
    for name in names:
        for number, event in enumerate(story(name)[1:]):
            shares[number].append(event)
    await asyncio.gather(*(view.handle(share) for view, share in zip(views, shares, strict=True)))
    found = await database["status"].find({}).to_list(None)
    expected = {(5, "closed", tuple(f"{n:08d}" for n in (2, 4, 5)))}
    assert {(d["sequence"], d["state"], tuple(sorted(d["steps"]))) for d in found} == expected
    assert len(found) == len(names)


class Meanwhile:
    """A collection in which something else happens after its first update of many."""

    def __init__(self, status: Collection, happens: Callable[[], Awaitable[None]]) -> None:
        self._status, self._happens = status, [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._status, name)

    async def update_many(self, *given: Any) -> Any:
        """Update, and let the other thing happen before the answer is there."""
        result = await self._status.update_many(*given)
        while self._happens:
            await self._happens.pop()()
        return result


async def test_a_view_that_another_begins_right_after_the_update_loses_no_step(
    database: Database,
) -> None:
    _, _, proposed, closed = story("A")
    _, _, others, _ = story("B")
    other = StatusView(database["status"], Changes())
    meanwhile = Meanwhile(database["status"], lambda: other.handle([proposed]))
    view = StatusView(cast("Collection", meanwhile), Changes())
    await view.handle([closed, others])
    found = await database["status"].find({}).to_list(None)
    assert {(d["reference"], d["sequence"], tuple(sorted(d["steps"]))) for d in found} == {
        ("A", 5, ("00000004", "00000005")),
        ("B", 4, ("00000004",)),
    }


async def test_an_end_tells_how_long_it_may_be_appealed_whatever_comes_after(
    database: Database,
) -> None:
    view = StatusView(database["status"], Changes())
    *before, end = story("A")
    assert isinstance(end.data, CaseClosed)
    end = replace(end, data=end.data.model_copy(update={"appeal_until": DUE}))
    wrote = ComplainantWrote(
        case=summary("A", "closed"), message_id="m", resumed=False, deadlines=()
    )
    later = Event.derived(wrote, subject=end.subject, sequence=6, time=NOW, cause="c6")
    await view.handle([*before, later])
    await view.handle([end])
    [found] = await database["status"].find({}).to_list(None)
    assert found["steps"]["00000005"]["appeal_until"] == DUE


async def test_the_complainant_reads_the_steps_and_the_officers_words(intake: Intake) -> None:
    filed = (await intake.file({"text": "x"})).json()
    reference = filed["reference"]
    body = {"id": "t1", "text": "Deux sacs de manioc", "author": "csr"}
    await intake.vault("POST", f"/{grievance_id(reference)}/texts", json=body)
    view = StatusView(intake.parts.db["status"], intake.parts.changes)
    await view.handle(story(reference)[:3])
    headers = {"X-Recours-Code": filed["code"]}
    url = f"/v1/grievances/{reference}"
    status = (await intake.http.get(url, headers=headers)).json()
    assert status["state"] == "remedy_proposed"
    assert status["holder"] == "Société minière (démonstration)"
    assert status["due_at"] == "2026-12-03T22:59:00.000Z"
    assert "3 décembre" in status["timeline"][1]["text"]
    assert status["timeline"][-1]["words"] == "Deux sacs de manioc"
    answer = await intake.http.post(f"{url}/answer", json={"agreed": True}, headers=headers)
    assert answer.status_code == 201
    await view.handle(story(reference)[3:])
    closed = (await intake.http.get(url, headers=headers)).json()
    assert (closed["state"], closed["due_at"]) == ("closed", None)
    withdrawn = await intake.http.post(f"{url}/withdrawal", json={}, headers=headers)
    assert withdrawn.status_code == 409
