"""Use cases of intake: take in a grievance, and what its complainant does afterwards."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.intake.domain import Note, Policy, prepare
from services.intake.identifiers import Identifiers, Identity
from services.intake.lexicon import CategoryWords, DangerWords
from services.intake.photos import without_traces
from services.intake.store import Collision, Deposit, IntakeStore, Stored, to_json
from services.intake.submission import Submission
from shared.clock import Clock
from shared.directory import Organisations, Sites
from shared.errors import TooLarge, TransientError
from shared.group_commit import GroupCommit
from shared.hours import BANGUI
from shared.policy_file import PolicySource
from shared.taxonomy import Taxonomy
from shared.tracing import current

POLICY_MODELS: Mapping[str, type[BaseModel]] = {
    "taxonomy.yaml": Taxonomy,
    "sites.yaml": Sites,
    "organisations.yaml": Organisations,
    "danger.yaml": DangerWords,
    "keywords.yaml": CategoryWords,
}
_ATTEMPTS = 5
_BATCH = 500
_BATCH_SECONDS = 60.0
#: The store takes documents of 16 MB; one that it refuses would spoil the write that all share.
_LARGEST_RAW = 12 * 1024 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the complainant is told: how the grievance is called and the code that opens it."""

    reference: str
    code: str
    grievance: str
    received_at: datetime
    replayed: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Filing:
    """One submission of many, with the channel's own key; `raw` is kept sealed as it came.

    `body` is what tells a repeat from another submission under the same key, `raw` if left out.
    """

    submission: Submission
    key: str
    raw: Any
    body: Any = None
    cut: bool = False


class Handlers:
    """Takes in grievances; a repeat gets the same answer, another body under its key is refused."""

    def __init__(
        self,
        store: IntakeStore,
        ids: Identifiers,
        policy: PolicySource,
        clock: Clock,
        *,
        queue_limit: int = 5_000,
        store_seconds: float = 3.0,
    ) -> None:
        self.store = store
        self.ids = ids
        self.clock = clock
        self._policy = policy
        self._seconds = store_seconds
        self.commit: GroupCommit[Deposit, Stored] = GroupCommit(
            store.flush, largest=_BATCH, limit=queue_limit
        )

    @property
    def policy_version(self) -> str:
        """The version of the policy in force."""
        return self._policy.current.version

    def policy(self) -> Policy:
        """Return the policy in force."""
        bundle = self._policy.current
        return Policy(
            taxonomy=bundle.get(Taxonomy),
            sites=bundle.get(Sites),
            organisations=bundle.get(Organisations),
            danger=bundle.get(DangerWords),
            keywords=bundle.get(CategoryWords),
        )

    async def submit(
        self,
        submission: Submission,
        *,
        channel: str,
        key: str,
        raw: Any,
        body: Any = None,
        cut: bool = False,
        batch: str | None = None,
    ) -> Receipt:
        """Store a grievance durably and return its receipt.

        Args:
            submission: what was said; see `Submission`.
            channel: `rest`, `web`, `kannel`, `twilio`, `import`, …
            key: the channel's own id of this submission; a repeat has the same.
            raw: the payload as it came (bytes, or JSON-ready values), kept sealed.
            body: what tells a repeat from another submission, `raw` when None.
            cut: shorten an overlong text (kept whole in `raw`) instead of refusing it.
            batch: the import it belongs to.

        Raises Invalid (empty, too long, a photo that is none, or the key was used with another
        body) and TransientError when the store does not take it in time.
        """
        if submission.attachments:
            files = await without_traces(submission.attachments)
            submission = submission.model_copy(update={"attachments": files})
        filing = Filing(submission, key, raw, body, cut)
        return await within(self._seconds, self._file(filing, channel, batch))

    async def submit_many(
        self, filings: Sequence[Filing], *, channel: str, batch: str | None = None
    ) -> list[Receipt | Exception]:
        """Store many submissions, 500 to a write; each gets its receipt or its own error."""
        results: list[Receipt | Exception] = []
        for start in range(0, len(filings), _BATCH):
            chunk = filings[start : start + _BATCH]
            tasks = [self._file(filing, channel, batch) for filing in chunk]
            outcomes = await within(_BATCH_SECONDS, asyncio.gather(*tasks, return_exceptions=True))
            for outcome in outcomes:
                if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
                    raise outcome
                results.append(outcome)
        return results

    async def _file(self, filing: Filing, channel: str, batch: str | None) -> Receipt:
        now = self.clock.now()
        today = now.astimezone(BANGUI).date()
        prepared = prepare(filing.submission, self.policy(), today, cut=filing.cut)
        fingerprint = self.ids.fingerprint(filing.raw if filing.body is None else filing.body)
        reach, raw = prepared.reach, _raw_bytes(filing.raw)
        for attempt in range(_ATTEMPTS):
            identity = self.ids.identity(channel, filing.key, attempt)
            deposit = Deposit(
                identity=identity,
                fingerprint=fingerprint,
                person=self.ids.person(reach.sms, reach.email),
                channel=channel,
                received_at=now,
                prepared=prepared,
                raw=raw,
                batch=batch,
                traceparent=current.get(),
            )
            try:
                stored = await self.commit.submit(deposit)
            except Collision:
                continue
            return _receipt(identity, stored, prepared.notes)
        raise TransientError("No free reference was found; send it again")


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Await the store for so long; then say that it is away, so that the caller can try again."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise TransientError("The store does not answer in time; send it again") from None


def _receipt(identity: Identity, stored: Stored, notes: tuple[Note, ...]) -> Receipt:
    return Receipt(
        reference=identity.reference,
        code=identity.code,
        grievance=identity.grievance,
        received_at=stored.received_at.astimezone(UTC),
        replayed=stored.replayed,
        notes=notes,
    )


def _raw_bytes(raw: Any) -> bytes:
    """Return the payload as bytes; raises TooLarge when it is more than the store can keep."""
    written = _written(raw)
    if len(written) > _LARGEST_RAW:
        raise TooLarge("All fields together are larger than can be kept; nothing was stored")
    return written


def _written(raw: Any) -> bytes:
    # Files are kept beside it, so their data is only measured.
    if isinstance(raw, bytes):
        return raw
    if isinstance(raw, dict) and isinstance(raw.get("attachments"), list):
        files = [
            {**file, "data": f"<{len(str(file.get('data', '')))} characters>"}
            if isinstance(file, dict)
            else file
            for file in raw["attachments"]
        ]
        raw = {**raw, "attachments": files}
    return to_json(raw)


__all__ = ["POLICY_MODELS", "Filing", "Handlers", "Receipt", "Submission", "within"]
