"""What the ledger listens to, and the loop of what becomes due."""

from collections.abc import Mapping, Sequence

from services.ledger.drafts import REACTS_TO
from services.ledger.store import Ledger
from shared.delivery import Handle
from shared.errors import TransientError
from shared.events.envelope import Event
from shared.events.routing import GrievanceRouted
from shared.kafka import INTAKE_EVENTS, NOTIFY_EVENTS, QUEUES
from shared.mongo import Document

_ATTEMPTS = 6


def consumers(ledger: Ledger) -> Mapping[str, Handle]:
    """Return topic → handler; all topics are taken in alike."""

    async def handle(events: list[Event]) -> None:
        await take_in(ledger, events)

    return dict.fromkeys((*QUEUES, INTAKE_EVENTS, NOTIFY_EVENTS), handle)


async def take_in(ledger: Ledger, events: Sequence[Event]) -> None:
    """Let a batch act on its cases: one read, all decisions in memory, one write, one projection.

    A case that somebody else changed meanwhile is read and decided again.
    """
    left = [event for event in events if isinstance(event.data, REACTS_TO)]
    for _ in range(_ATTEMPTS):
        if not left:
            return
        drafts = await ledger.drafts([event.subject for event in left])
        now = ledger.clock.now()
        for event in left:
            draft = drafts[event.subject]
            version = event.data.policy_version if isinstance(event.data, GrievanceRouted) else None
            draft.react(event, now, await ledger.rules_for(draft, version))
        appended = await ledger.store(list(drafts.values()))
        lost = appended.lost
        left = [event for event in left if event.subject in lost]
    if left:
        raise TransientError("Cases kept changing while a batch was taken in")


async def work_due(ledger: Ledger, claimed: Sequence[Document]) -> None:
    """Fire what is due in claimed cases; the ids derive from the deadlines, so twice is once."""
    now = ledger.clock.now()
    seen = {document["_id"]: document["version"] for document in claimed}
    drafts = await ledger.drafts(list(seen))
    for draft in drafts.values():
        draft.fire(now, await ledger.rules_for(draft))
    appended = await ledger.store([draft for draft in drafts.values() if draft.new])
    # A lost race means that the case changed: it is looked at again at once, on top of that.
    lost = appended.lost
    for gid, draft in drafts.items():
        if gid in lost or seen[gid] < draft.case.sequence - len(draft.new):
            await _settle(ledger, gid)
        elif not draft.new:
            await ledger.views.sleep_until(gid, draft.case.sequence, await ledger.wake_of(draft))


async def _settle(ledger: Ledger, gid: str) -> None:
    """Bring the view of a case up to its events, with the time of its next waking."""
    draft = await ledger.draft(gid)
    await ledger.project([draft])
    await ledger.views.sleep_until(gid, draft.case.sequence, await ledger.wake_of(draft))
