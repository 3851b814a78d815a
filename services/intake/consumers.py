"""The ledger's events, made into the status view that the complainant sees."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.intake.timeline import told_to_complainant
from shared.events.envelope import Event
from shared.events.ledger import (
    AppealDecided,
    CaseClosed,
    CaseEvent,
    CaseExtended,
    CaseOpened,
    DeadlineMissed,
    RemedyDelivered,
    RemedyProposed,
)
from shared.mongo import Collection, Document, each_its_own, insert_new
from shared.waiting import Changes


class StatusView:
    """Projects ledger events; repeats and disorder are harmless.

    Each step stands under its sequence, and the case's state follows the highest sequence seen.
    """

    def __init__(self, status: Collection, changes: Changes) -> None:
        self._status = status
        self._changes = changes

    async def handle(self, events: list[Event]) -> None:
        """Bring the view up to date: one insert for new cases, one write for the others."""
        by_case: dict[str, list[Event]] = {}
        for event in events:
            if isinstance(event.data, CaseEvent):
                by_case.setdefault(event.subject, []).append(event)
        new = [
            status_document(gid, steps)
            for gid, steps in by_case.items()
            if any(isinstance(step.data, CaseOpened) for step in steps)
        ]
        there = await insert_new(self._status, new)
        begun = {document["_id"] for document in new} - there
        await self._update({gid: by_case[gid] for gid in by_case if gid not in begun})
        self._changes.tell(by_case)

    async def _update(self, cases: Mapping[str, list[Event]]) -> None:
        """Add steps to views that are there, and begin those that are not."""
        if not cases:
            return
        changed = await self._status.update_many({"_id": {"$in": list(cases)}}, [_step_on(cases)])
        if changed.matched_count == len(cases):
            return
        # Those that are there, or that somebody begins now, are refused and get their steps by an
        # update: a second one does no harm. To ask first which are lacking would leave out what is
        # begun between the update and the answer.
        begun = [status_document(gid, steps) for gid, steps in cases.items()]
        await self._update({gid: cases[gid] for gid in await insert_new(self._status, begun)})


def _step_on(cases: Mapping[str, list[Event]]) -> Document:
    """Return the update: every step is added, and the head follows the highest sequence seen."""
    mine = {gid: {"head": _head(steps), "steps": _numbered(steps)} for gid, steps in cases.items()}
    newer = {"$lt": ["$sequence", "$$mine.head.sequence"]}
    steps = {"steps": {"$mergeObjects": ["$steps", "$$mine.steps"]}}
    head = {"$cond": [newer, "$$mine.head", {}]}
    return each_its_own(mine, {"$mergeObjects": ["$$ROOT", head, steps]})


def _last(steps: Sequence[Event]) -> Event:
    return max(steps, key=lambda step: step.sequence)


def _head(steps: Sequence[Event]) -> Document:
    """Return where the case stands after its last event."""
    last = _last(steps)
    data = last.data
    assert isinstance(data, CaseEvent)
    case = data.case
    return {
        "sequence": last.sequence,
        "reference": case.reference,
        "lane": case.lane,
        "final": case.final,
        "state": case.state,
        "closed_as": case.closed_as,
        "holder": case.holder,
        "stage": case.stage,
        "due_at": case.due_at,
    }


def _numbered(steps: Sequence[Event]) -> Document:
    """Return the steps that the complainant sees, each under its own sequence."""
    return {
        f"{step.sequence:08d}": _step(step, step.data)
        for step in steps
        if isinstance(step.data, CaseEvent) and told_to_complainant(step.type)
    }


def status_document(gid: str, steps: Sequence[Event]) -> Document:
    """Return the view of a case whose steps so far are all at hand."""
    return {"_id": gid, **_head(steps), "steps": _numbered(steps)}


def _step(event: Event, data: CaseEvent) -> dict[str, Any]:
    case = data.case
    step: dict[str, Any] = {
        "at": event.time,
        "type": event.type,
        "holder": case.holder,
        "due_at": case.due_at,
    }
    if isinstance(data, DeadlineMissed):
        step["missed"] = {"stage": data.stage, "due_at": data.due_at}
    if isinstance(data, CaseExtended):
        step["date"] = data.until
    if isinstance(data, RemedyProposed | AppealDecided) and data.items:
        step["items"] = [item.model_dump(exclude={"owed_by"}) for item in data.items]
    if isinstance(data, RemedyDelivered):
        step["numbers"] = data.items and list(data.items)
    if isinstance(data, CaseClosed):
        step["closed_as"] = data.closed_as
    if isinstance(data, CaseClosed | AppealDecided):
        step["appeal_until"] = data.appeal_until
    text_id = getattr(data, "text_id", None)
    if text_id:
        step["text_id"] = text_id
    return step
