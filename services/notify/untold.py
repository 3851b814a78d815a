"""What could not be told: listed for the operator without a word of any case, and tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notify.audience import COMPLAINANT
from services.notify.store import Deliveries
from shared.clock import Clock
from shared.directory import Organisations
from shared.due_queue import wake_key, wake_time
from shared.errors import Conflict, NotFound
from shared.mongo import Document

#: The most that are listed at once, the oldest first.
MOST_LISTED: Final = 200


@dataclass(frozen=True)
class Untold:
    """A notice that could not be handed over; `recipient` is an organisation, None for a person.

    Which case it is about, and what it says, is left out on purpose.
    """

    id: str
    audience: str
    recipient: str | None
    channel: str
    reason: str
    since: datetime
    attempts: int


async def listed(deliveries: Deliveries) -> tuple[list[Untold], int]:
    """Return what could not be told, the oldest first, and how many there are in all."""
    found = await deliveries.untold(MOST_LISTED)
    return [_shown(one) for one in found], await deliveries.count_untold()


async def retry(
    ident: str, *, deliveries: Deliveries, directory: Organisations, clock: Clock
) -> None:
    """Let a notice leave again as if it had never been tried; what the person wants still binds.

    Raises NotFound for one that does not wait for it, and Conflict for an office that may not hear
    of the case any more.
    """
    delivery = await deliveries.untold_by_id(ident)
    if delivery is None:
        raise NotFound("There is no such notice that could not be told")
    if delivery["reference"] is not None and delivery["recipient"] != COMPLAINANT:
        others = await deliveries.of_case(delivery["reference"])
        if not _may_still_hear(delivery["recipient"], others, directory):
            await deliveries.give_up(delivery)
            raise Conflict("This office may not hear of the case any more; it is not told")
    now = clock.now()
    if not await deliveries.let_go_again(delivery, wake_key(now, ident), now):
        raise NotFound("There is no such notice that could not be told")


def _may_still_hear(recipient: str, of_case: Sequence[Document], directory: Organisations) -> bool:
    """Tell whether no notice of the case says that an office is accused or is not to protect."""
    body = directory.find(recipient)
    marks = {recipient, f"kind:{body.kind}" if body else recipient}
    if any(marks & set(one["accused"]) for one in of_case):
        return False
    protects = body is not None and body.kind == "protection"
    return protects or not any(one["lane"] == "protected" for one in of_case)


def _shown(delivery: Document) -> Untold:
    person = delivery["recipient"] == COMPLAINANT
    return Untold(
        id=delivery["_id"],
        audience=delivery["audience"],
        recipient=None if person else delivery["recipient"],
        channel=delivery["channel"],
        reason=delivery.get("reason") or "network-refused",
        since=wake_time(delivery["untold"]),
        attempts=len(delivery["attempts"]),
    )
