"""Sending what is due: prepare a chunk, mark it, hand it over, tell the case, note the outcome."""

import asyncio
import random
import time
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from aiolimiter import AsyncLimiter

from services.notify.domain import Outcome, next_attempt
from services.notify.prepare import NO_MESSAGE, Preparing, Ready
from services.notify.recorder import Fact, Recorder, not_told, told
from services.notify.senders.sender import Sender
from services.notify.store import LEASE, Deliveries, Finish, told_by, untold_since
from services.notify.tally import Tally
from shared.clock import Clock
from shared.mongo import Document

log = structlog.get_logger("recours.notify")

CHUNK: Final = 100
_WORKERS: Final = 4
_SEND_SECONDS: Final = 20.0
#: How long a stop waits for what has begun to leave.
_STOPPING_SECONDS: Final = 5.0
#: How long after a claim sending may still begin: well before the lease is over.
_HELD_SECONDS: Final = LEASE.total_seconds() * 0.75


class Sending:
    """Sends deliveries: at once those that this process inserted, the others when they are due.

    Whoever inserted or claimed a delivery has it for the lease. It is marked before it leaves;
    if the process dies then, the record tells whether it was handed over, and only when not even
    that is known it is sent again and marked as perhaps told twice.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        recorder: Recorder,
        preparing: Preparing,
        senders: Mapping[str, Sender],
        clock: Clock,
        tally: Tally,
        *,
        per_second: Mapping[str, float],
    ) -> None:
        self._deliveries = deliveries
        self._recorder = recorder
        self._preparing = preparing
        self._senders = senders
        self._clock = clock
        self._tally = tally
        self._pace = {name: AsyncLimiter(rate, 1) for name, rate in per_second.items()}
        self._chunks: asyncio.Queue[tuple[float, Sequence[Document]]] = asyncio.Queue(maxsize=200)

    @property
    def waiting(self) -> int:
        """How many chunks wait in this process."""
        return self._chunks.qsize()

    async def offer(self, documents: Sequence[Document]) -> None:
        """Take deliveries that were just inserted under a lease; give back what is too much."""
        until = time.monotonic() + _HELD_SECONDS
        held: dict[str, list[Document]] = {}
        for document in documents:
            held.setdefault(document["wake"], []).append(document)
        for lease in list(held):
            try:
                self._chunks.put_nowait((until, held[lease]))
            except asyncio.QueueFull:
                log.info("deliveries left to the due queue", leases=len(held))
                await self._deliveries.release(held)
                return
            del held[lease]

    async def run(self) -> None:
        """Send what is offered until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(self._work())

    async def run_due(self) -> None:
        """Send what is due until cancelled."""
        await self._deliveries.queue.run(self.deliver_claimed)

    async def _work(self) -> None:
        while True:
            until, chunk = await self._chunks.get()
            # What waits is taken along, as mails of one office are joined within a chunk.
            while len(chunk) < CHUNK and not self._chunks.empty():
                later, more = self._chunks.get_nowait()
                until, chunk = min(until, later), [*chunk, *more]
            try:
                await self.deliver(chunk, until)
            except Exception:  # the lease brings the chunk back; the worker must go on
                log.exception("a chunk of deliveries failed", count=len(chunk))

    async def deliver_claimed(self, documents: Sequence[Document]) -> None:
        """Send deliveries claimed from the due queue."""
        await self.deliver(documents, time.monotonic() + _HELD_SECONDS)

    async def deliver(self, documents: Sequence[Document], until: float) -> None:
        """Send one chunk, unless its lease is nearly over."""
        open_, finishes = await self._sort_out_settled(documents)
        ready, done, facts = await self._prepare(open_)
        await self._wait_for_turn(ready)
        if time.monotonic() > until:
            # Nothing was marked or sent: the due queue brings these back.
            ready = []
        await _to_the_end(self._hand_over(ready, finishes + done, facts))

    async def _hand_over(
        self, ready: list[Ready], finishes: list[Finish], facts: list[Fact]
    ) -> None:
        """Mark, send, tell the case and note the outcomes of what is ready."""
        if ready:
            begun, lease = await self._deliveries.begin([d for r in ready for d in r.deliveries])
            whole = [r for r in ready if begun.issuperset(d["_id"] for d in r.deliveries)]
            outcomes = await asyncio.gather(*(self._send(r) for r in whole))
            now = self._clock.now()
            for one, outcome in zip(whole, outcomes, strict=True):
                settled, told_facts = self._settle(one, outcome, now, lease)
                finishes += settled
                facts += told_facts
            # Of a joined mail another worker has a part: what is held here of it is due again.
            for part in ready:
                finishes += [
                    Finish(d, {"state": d["state"]}, lease, wake_at=now)
                    for d in part.deliveries
                    if part not in whole and d["_id"] in begun
                ]
        # The record first: should the process die between the two, it tells what was handed over.
        await self._recorder.record(facts)
        await self._deliveries.finish(finishes)

    async def _wait_for_turn(self, ready: Sequence[Ready]) -> None:
        """Keep to the pace of gateway and mail server, before anything is marked."""
        for one in ready:
            if one.channel in self._pace and one.message.to:
                await self._pace[one.channel].acquire()

    async def _sort_out_settled(
        self, documents: Sequence[Document]
    ) -> tuple[list[Document], list[Finish]]:
        """Find what a crash left half way: recorded already, or perhaps told."""
        marked = [d for d in documents if d["state"] == "attempting"]
        if not marked:
            return list(documents), []
        settled = await self._recorder.settled([d for d in marked if d.get("subject")])
        finishes = [
            Finish(d, {"state": settled[d["_id"]]}, d["wake"])
            for d in marked
            if d["_id"] in settled
        ]
        untouched = [d for d in documents if d["state"] != "attempting"]
        unclear = [d for d in marked if d["_id"] not in settled]
        return [*untouched, *await self._deliveries.note_interrupted(unclear)], finishes

    async def _prepare(
        self, documents: Sequence[Document]
    ) -> tuple[list[Ready], list[Finish], list[Fact]]:
        ready: list[Ready] = []
        finishes: list[Finish] = []
        facts: list[Fact] = []
        now = self._clock.now()
        for deliveries, prepared in await self._preparing.prepare(documents):
            if isinstance(prepared, Ready):
                ready.append(prepared)
            elif isinstance(prepared, datetime):
                finishes += [
                    Finish(d, {"state": "queued"}, d["wake"], wake_at=prepared) for d in deliveries
                ]
            elif prepared is not None:
                nothing = Ready(deliveries, deliveries[0]["channel"], NO_MESSAGE)
                settled, more = self._settle(nothing, prepared, now)
                finishes += settled
                facts += more
            else:
                fields = {"state": "skipped", "reason": "empty"}
                finishes += [Finish(d, fields, d["wake"]) for d in deliveries]
        return ready, finishes, facts

    async def _send(self, ready: Ready) -> Outcome:
        if not ready.message.to:
            return Outcome("failed", "no-address")
        sender = self._senders.get(ready.channel)
        if sender is None:
            return Outcome("failed", "no-way-out")
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                return await sender.send(ready.message)
        except TimeoutError:
            return Outcome("retry", "timeout", unclear=True)

    def _settle(
        self,
        ready: Ready,
        outcome: Outcome,
        now: datetime,
        lease: str | None = None,
    ) -> tuple[list[Finish], list[Fact]]:
        """Return what to write for the outcome of a message, and what to tell the cases.

        `now` is the same for a whole chunk, so that equal outcomes are one write; `lease` is what
        its deliveries must still have, by default the one that they were read with.
        """
        self._tally.attempted(ready.channel, outcome.kind)
        finishes: list[Finish] = []
        facts: list[Fact] = []
        for delivery in ready.deliveries:
            settled, told_facts = self._settle_one(
                delivery, ready, outcome, now, lease or delivery["wake"]
            )
            finishes += settled
            facts += told_facts
        return finishes, facts

    def _settle_one(
        self,
        delivery: Document,
        ready: Ready,
        outcome: Outcome,
        now: datetime,
        held: str,
    ) -> tuple[list[Finish], list[Fact]]:
        tried, round_ = len(delivery["attempts"]) + 1, _this_round(delivery)
        attempt = {"at": now, "outcome": outcome.kind, "code": outcome.code}
        twice = bool(delivery.get("maybe_twice"))
        if outcome.kind == "retry":
            first_at = round_[0]["at"] if round_ else now
            wake_at = next_attempt(
                len(round_) + 1, first_at, now, jitter=random.random(), speed=self._clock.speed
            )
            if wake_at is not None:
                fields: dict[str, Any] = {"state": "queued"}
                fields["maybe_twice"] = twice or outcome.unclear
                return [Finish(delivery, fields, held, attempt, wake_at)], []
        reason = "gave-up" if outcome.kind == "retry" else outcome.code
        state = {"sent": "sent", "skipped": "skipped"}.get(outcome.kind, "failed")
        fields = {"state": state, "channel": ready.channel, "maybe_twice": twice}
        if state != "sent":
            fields["reason"] = reason
        failed = state == "failed"
        own = fields | untold_since(delivery, now, failed)
        finishes = [Finish(delivery, own, held, attempt)]
        finishes += [
            told_by(delivery, item, fields | untold_since(item, now, failed), attempt)
            for item in ready.items
        ]
        facts = [
            told(d, channel=ready.channel, attempts=tried, twice=twice)
            if state == "sent"
            else not_told(d, channel=ready.channel, attempts=tried, reason=reason)
            for d in (ready.items or (delivery,))
            if not d.get("alert")
        ]
        return finishes, facts


def _this_round(delivery: Document) -> list[Document]:
    """Return the attempts since the operator let a notice leave again; all, if nobody did."""
    again = delivery.get("retried_at")
    return [one for one in delivery["attempts"] if again is None or one["at"] >= again]


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work that a clean stop lets finish: what has begun to leave is recorded as well."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        done, _ = await asyncio.wait([task], timeout=_STOPPING_SECONDS)
        for ended in done:
            if error := ended.exception():
                log.warning("a chunk ended badly while stopping", error=type(error).__name__)
        raise
