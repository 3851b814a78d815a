"""Use cases: events of a case become deliveries; a receipt is taken; a case's notices are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notify.audience import COMPLAINANT, Audiences, Notice, alert_of, notices
from services.notify.deliveries import CHUNK, Sending
from services.notify.documents import alert_delivery, delivery_of, digest_of, place_in_line
from services.notify.domain import advances, digest_slot, kannel_status
from services.notify.prepare import NOWHERE
from services.notify.recorder import Recorder, not_told
from services.notify.store import Deliveries
from services.notify.tally import Tally
from shared.access import Caller
from shared.clock import Clock
from shared.directory import Organisations
from shared.due_queue import wake_key
from shared.errors import NotFound
from shared.events import Event
from shared.events.ledger import CaseEvent
from shared.hours import quiet_until
from shared.mongo import Document
from shared.policy_file import PolicySource

#: A daily mail is not joined any more so shortly before it goes (real time).
_DIGEST_MARGIN: Final = timedelta(seconds=5)
_OFFICES: Final = ("protection", "representative", "csr", "authority")


@dataclass(frozen=True)
class Parts:
    """What endpoints and consumers work with."""

    deliveries: Deliveries
    recorder: Recorder
    sending: Sending
    policy: PolicySource
    clock: Clock
    tally: Tally


async def plan(
    events: Sequence[Event],
    *,
    deliveries: Deliveries,
    sending: Sending,
    policy: PolicySource,
    clock: Clock,
) -> None:
    """Write down who is to be told of a batch of events, in one write, and begin to send."""
    table, directory = policy.current.get(Audiences), policy.current.get(Organisations)
    now = clock.now()
    planned: dict[str, Document] = {}
    for event in events:
        for notice in notices(event, table, directory):
            document = _planned(notice, event, now)
            planned.setdefault(document["_id"], document)
        if alert := alert_of(event, table):
            document = alert_delivery(alert, event)
            planned[document["_id"]] = document
    if not planned:
        return
    at_once = [d for d in planned.values() if not d.keys() & {"wake", "digest"}]
    for start in range(0, len(at_once), CHUNK):
        lease = deliveries.queue.lease()
        for document in at_once[start : start + CHUNK]:
            document["wake"] = lease
    new = {document["_id"] for document in await deliveries.insert(list(planned.values()))}
    offices = {d["recipient"] for d in planned.values() if "digest" in d}
    if offices:
        slot = digest_slot(now, margin=_DIGEST_MARGIN * clock.speed)
        await deliveries.insert(
            [digest_of(office, slot, table.grouped_notice) for office in sorted(offices)]
        )
    await sending.offer([document for document in at_once if document["_id"] in new])


def _planned(notice: Notice, event: Event, now: datetime) -> Document:
    """Return a delivery: one with neither `wake` nor `digest` is to be sent at once."""
    data = event.data
    assert isinstance(data, CaseEvent)
    if notice.recipient != COMPLAINANT:
        document = delivery_of(notice, event, data, channel="email")
        return document | ({"digest": place_in_line(document)} if notice.grouped else {})
    ways = [way for way in ("sms", "email") if way in data.case.contactable]
    document = delivery_of(notice, event, data, channel=ways[0] if ways else NOWHERE)
    hold = quiet_until(now, exempt=notice.quiet_exempt) if ways[:1] == ["sms"] else None
    return document | ({"wake": wake_key(hold, document["_id"])} if hold else {})


async def take_receipt(
    delivery_id: str,
    value: str,
    *,
    deliveries: Deliveries,
    recorder: Recorder,
    tally: Tally,
    clock: Clock,
) -> None:
    """Take a gateway's receipt; one that is unknown here is counted and answered all the same."""
    status = kannel_status(value)
    if status is None:
        tally.receipt("unknown")
        return
    before = await deliveries.note_receipt(delivery_id, status, clock.now())
    if before is None:
        tally.receipt("unknown")
        return
    tally.receipt(status)
    # A repeat too: the process may have died before the fact was recorded.
    if status == "failed" and (
        advances(before["receipt"], status) or before["receipt"] == "failed"
    ):
        attempts = max(1, len(before["attempts"]))
        fact = not_told(
            before, channel=before["channel"], attempts=attempts, reason="network-refused"
        )
        await recorder.record([fact])


async def deliveries_of(
    reference: str, caller: Caller, *, deliveries: Deliveries
) -> list[Document]:
    """Return the deliveries of a case for an office that holds or hears it; else NotFound."""
    found = await deliveries.of_case(reference)
    if not found or not _may_see(caller, found):
        raise NotFound("There is no such case")
    return found


def _may_see(caller: Caller, found: Sequence[Document]) -> bool:
    organisation = caller.organisation
    if caller.role not in _OFFICES or organisation is None:
        return False
    if any(organisation in delivery["accused"] for delivery in found):
        return False
    if any(d["lane"] == "protected" for d in found) and caller.role != "protection":
        return False
    return any(organisation in (d["recipient"], d["holder"]) for d in found)
