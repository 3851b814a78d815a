"""Opening a grievance by its reference and code; both wrong ones look the same and are limited."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from services.intake.identifiers import Identifiers, plain_code, valid_reference
from services.intake.store import IntakeStore
from shared.clock import real_time
from shared.errors import NotFound, TooMany
from shared.events.codes import Language
from shared.ids import grievance_id
from shared.mongo import Document

#: Looked up when the reference cannot be one, so that the same work is done in the same time.
_NOBODY = grievance_id("-")
_NOT_FOUND = "There is no grievance with this reference and code"


@dataclass(frozen=True, slots=True)
class Opened:
    """A grievance whose complainant has shown the code, or the number it came from."""

    grievance: str
    reference: str
    person: str
    language: Language
    channel: str
    stored_at: datetime


def opened(document: Document) -> Opened:
    """Return what a vault document tells without any key."""
    return Opened(
        grievance=document["_id"],
        reference=document["reference"],
        person=document["person"],
        language=document["language"],
        channel=document["channel"],
        stored_at=document["stored_at"],
    )


class Access:
    """Opens grievances; wrong attempts are counted per reference and address, and per address.

    The counts are in this process's memory: each replica allows as many.
    """

    def __init__(
        self,
        store: IntakeStore,
        ids: Identifiers,
        *,
        per_reference: str = "10/10minutes",
        per_address: str = "60/10minutes",
    ) -> None:
        self._store = store
        self._ids = ids
        # Not the moving window: its storage keeps an entry for each name ever tried.
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._per_reference = parse(per_reference)
        self._per_address = parse(per_address)

    async def open(self, reference: str, code: str, address: str) -> Opened:
        """Return the grievance; raises NotFound, the same for both, or TooMany."""
        known = valid_reference(reference)
        counted = [
            (self._per_reference, (known or reference[:40], address)),
            (self._per_address, (address,)),
        ]
        for limit, names in counted:
            self._refuse_when_used_up(limit, names)
        document = await self._store.doors_by_id.find(grievance_id(known) if known else _NOBODY)
        given = self._ids.code_hash(known or "", plain_code(code[:40]))
        right = hmac.compare_digest(given, document["code"] if document else "0" * len(given))
        if document is None or not right:
            for limit, names in counted:
                self._limiter.hit(limit, *names)
            raise NotFound(_NOT_FOUND)
        return opened(document)

    def _refuse_when_used_up(self, limit: RateLimitItem, names: tuple[str, ...]) -> None:
        if not self._limiter.test(limit, *names):
            reset = self._limiter.get_window_stats(limit, *names).reset_time
            wait = max(1, ceil(reset - real_time()))
            raise TooMany("Too many wrong attempts; wait a while", retry_after=wait)
