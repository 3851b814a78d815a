"""Whether each notice left once: what should be told, what notify kept, what the gateway got."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.notify.audience import Audiences, notices
from services.notify.documents import delivery_of
from services.notify.templates import MODELS
from shared.clock import RehearsalClock
from shared.directory import Organisations
from shared.event_store import from_document
from shared.events.ledger import CaseEvent
from shared.mongo import Document
from shared.policy_file import PolicySource
from shared.settings import CommonSettings
from tests.prove.checks import Verdict
from tests.prove.hurting import Hurt
from tests.prove.outside import Seen
from tests.prove.told import Told

#: The record's own entry of a notice; nobody is told of it.
_NOTED: Final = "cf.recours.parties.informed."
#: Whose death or pause can interrupt a delivery between the gateway's answer and the record.
_CAUSES: Final = frozenset({"notify", "store"})
#: How attempts end after which nobody can know whether the message left.
_UNCLEAR: Final = frozenset({"interrupted", "timeout", "gateway-silent", "mail-server-silent"})
#: The longest that an attempt lasts, and a little for its record.
_ATTEMPT_SECONDS: Final = 25.0


def check_notices(
    verdict: Verdict, told: Told, seen: Seen, may: Callable[[datetime], bool]
) -> None:
    """Each notice is there once, left once, or may have left twice because of a hurt.

    `may` tells whether an attempt that began at a time can have been interrupted.
    """
    kept = {delivery["_id"]: delivery for delivery in seen.deliveries}
    single, grouped = _wanted(seen)
    digests = {ident for ident, d in kept.items() if d["reference"] is None}
    verdict.figures["lost"] += verdict.fail("notices lost", (single | grouped) - set(kept))
    verdict.fail("notices that no event asks for", set(kept) - single - grouped - digests)
    left: defaultdict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    for message in seen.messages:
        for ident in message.get("notices") or [message.get("id")]:
            left[ident].append(message)
    verdict.fail("messages without a notice", (i for i in left if i not in kept))
    states = Counter(str(delivery["state"]) for delivery in seen.deliveries)
    verdict.fail("notices still on their way", _waiting(seen.deliveries))
    _check_left(verdict, kept, left, grouped, may)
    _check_daily(verdict, kept, left, grouped, digests)
    _check_recorded(verdict, kept, seen)
    verdict.fail(
        "receipts lost or doubled",
        (i for i in told.receipts if i in kept and _receipts(kept[i]) != 1),
    )
    verdict.figures |= {f"notices_{state}": count for state, count in sorted(states.items())}
    verdict.figures["messages"] = len(seen.messages)
    verdict.figures["receipts"] = len(told.receipts)


def _wanted(seen: Seen) -> tuple[set[str], set[str]]:
    """Return the ids of the notices that the record asks for: single ones, and for daily mails."""
    policy = PolicySource(CommonSettings().policy_dir, MODELS).current
    table, directory = policy.get(Audiences), policy.get(Organisations)
    single: set[str] = set()
    grouped: set[str] = set()
    for document in seen.ledger:
        if document["type"].startswith(_NOTED):
            continue
        event = from_document(document, "ledger")
        if not isinstance(event.data, CaseEvent) or not event.data.case.holder:
            continue
        for notice in notices(event, table, directory):
            person = notice.recipient == "complainant"
            ways = [way for way in ("sms", "email") if way in event.data.case.contactable]
            channel = (ways[0] if ways else "none") if person else "email"
            ident = delivery_of(notice, event, event.data, channel=channel)["_id"]
            (grouped if notice.grouped and not person else single).add(ident)
    return single, grouped


def _waiting(deliveries: Sequence[Document]) -> list[str]:
    return [
        f"{d['_id']} {d['state']} {[a['code'] for a in d['attempts']]}"
        for d in deliveries
        if d["state"] == "attempting"
        or (d["state"] == "queued" and (d["attempts"] or not _for_tomorrow(d)))
    ]


def _for_tomorrow(delivery: Document) -> bool:
    """Whether this is a daily mail of the next morning, or a notice that it will tell."""
    return delivery["reference"] is None or "digest" in delivery


def _check_left(
    verdict: Verdict,
    kept: Mapping[str, Document],
    left: Mapping[str | None, list[Mapping[str, Any]]],
    grouped: set[str],
    may: Callable[[datetime], bool],
) -> None:
    """Compare each notice that leaves by itself with what the gateway got."""
    lost, twice, unexplained, failed, flagged, doubles = [], [], [], [], 0, 0
    for ident, delivery in kept.items():
        if ident in grouped:
            continue
        times = len(left.get(ident, ()))
        causes = [a for a in delivery["attempts"] if a["code"] in _UNCLEAR]
        flagged += delivery["maybe_twice"]
        doubles += times > 1
        if delivery["state"] == "sent" and times == 0:
            lost.append(ident)
        if delivery["state"] == "failed":
            failed.append(f"{ident} {delivery.get('reason')}")
        if times > (1 + len(causes) if delivery["state"] == "sent" else len(causes)):
            twice.append(_told_of(delivery, left[ident]))
        if (times > 1 or causes) and not delivery["maybe_twice"]:
            twice.append(_told_of(delivery, left.get(ident, ())))
        if delivery["maybe_twice"] and not (causes and all(may(a["at"]) for a in causes)):
            unexplained.append(_told_of(delivery, left.get(ident, ())))
    verdict.figures["lost"] += verdict.fail("noted as sent, but never left", lost)
    verdict.figures["doubled"] += verdict.fail("left twice without a mark", twice)
    verdict.figures["doubled"] += verdict.fail("perhaps twice, but nothing was hurt", unexplained)
    verdict.fail("notices given up", failed)
    verdict.figures |= {"maybe_twice": flagged, "left_twice": doubles}


def _told_of(delivery: Document, messages: Sequence[Mapping[str, Any]]) -> str:
    times = " ".join(str(message["at"]) for message in messages)
    codes = " ".join(attempt["code"] for attempt in delivery["attempts"])
    return f"{delivery['_id']} {delivery['notice']} to {delivery['recipient']} at {times} ({codes})"


def interruptible(hurts: Sequence[Hurt], clock: RehearsalClock) -> Callable[[datetime], bool]:
    """Return whether an attempt that began at a time of the clock can have been interrupted.

    It can when something that keeps its record was hurt while it lasted; the gateway has 20 s.
    """
    windows = [
        (one.began - _ATTEMPT_SECONDS, one.ended + one.recovered_after)
        for one in hurts
        if _CAUSES & {victim.removesuffix("-2") for victim in one.round.victims}
    ]

    def may(at: datetime) -> bool:
        real = clock.anchor + (at - clock.start).total_seconds() / clock.speed
        return any(begin <= real <= end for begin, end in windows)

    return may


def _check_daily(
    verdict: Verdict,
    kept: Mapping[str, Document],
    left: Mapping[str | None, list[Mapping[str, Any]]],
    grouped: set[str],
    digests: set[str],
) -> None:
    """Each notice for a daily mail stands in one; a mail's reference counts once a language."""
    asked: Counter[tuple[str, str]] = Counter()
    maybe: set[str] = set()
    for ident in grouped & set(kept):
        delivery = kept[ident]
        if delivery["state"] == "sent":
            asked[delivery["recipient"], delivery["reference"]] += 1
    stood: Counter[tuple[str, str]] = Counter()
    references = {reference for _, reference in asked}
    for ident in digests:
        office = str(kept[ident]["recipient"])
        if kept[ident]["maybe_twice"]:
            maybe.add(office)
        for message in left.get(ident, ()):
            french = str(message["text"]).split("\n----\n")[0]
            for reference in references:
                stood[office, reference] += french.count(reference)
    verdict.figures["lost"] += verdict.fail(
        "warnings that stand in no daily mail", (k for k, n in asked.items() if stood[k] < n)
    )
    verdict.figures["doubled"] += verdict.fail(
        "warnings that stand in two daily mails",
        (k for k, n in stood.items() if n > asked[k] and k[0] not in maybe),
    )


def _check_recorded(verdict: Verdict, kept: Mapping[str, Document], seen: Seen) -> None:
    """The case was told once of each notice that left."""
    informed = Counter(
        party["delivery_id"]
        for event in seen.ledger
        if event["type"].startswith(_NOTED)
        for party in event["data"]["parties"]
    )
    sent = [i for i, d in kept.items() if d["state"] == "sent" and d["reference"] is not None]
    verdict.figures["lost"] += verdict.fail(
        "told, but not in the record", (i for i in sent if not informed[i])
    )
    # An entry more is the network's own refusal after the gateway took the message.
    verdict.figures["doubled"] += verdict.fail(
        "told once, twice in the record", (i for i in sent if informed[i] > 1)
    )


def _receipts(delivery: Document) -> int:
    return sum(1 for receipt in delivery.get("receipts", ()) if receipt["status"] == "delivered")
