"""What must hold when a system that was hurt has come to rest: pure, each check says what broke."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.mongo import Document
from tests.prove.outside import Seen
from tests.prove.told import Told

_SHOWN = 12


@dataclass
class Verdict:
    """Figures and failures gathered by the checks."""

    figures: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str, which: Iterable[object]) -> int:
        """Note a failure with the first of those it concerns; return how many there are."""
        found = [str(one) for one in which]
        if found:
            more = f" … and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            self.failures.append(f"{what} ({len(found)}): {', '.join(found[:_SHOWN])}{more}")
        return len(found)


def check_cases(verdict: Verdict, told: Told, seen: Seen) -> None:
    """Every accepted grievance is exactly one case with a holder and a date; none is invented."""
    several = {key: found for key, found in told.filed.items() if len(found) > 1}
    shared = [r for r, n in Counter(r for f in told.filed.values() for r in f).items() if n > 1]
    opened = Counter(
        event["data"]["case"]["reference"] for event in seen.ledger if _name(event) == "case.opened"
    )
    stored = Counter(view["reference"] for view in seen.views)
    lost = verdict.fail("accepted, but no case", told.accepted - set(seen.cases))
    lost += verdict.fail("accepted, but in nobody's list", told.accepted - set(seen.listed))
    doubled = verdict.fail("a key with several references", several.items())
    doubled += verdict.fail("a reference given to two", shared)
    doubled += verdict.fail("opened twice", (r for r, n in opened.items() if n > 1))
    doubled += verdict.fail("listed twice", (r for r, n in Counter(seen.listed).items() if n > 1))
    doubled += verdict.fail("two views of a case", (r for r, n in stored.items() if n > 1))
    doubts = len(told.asked - set(told.filed))
    invented = (set(seen.cases) | set(opened)) - told.accepted
    if len(invented) > doubts:
        doubled += verdict.fail(f"cases that nobody filed ({doubts} in doubt)", invented)
    verdict.fail(
        "open without a holder or a date",
        (r for r, case in seen.cases.items() if _open(case) and not _dated(case)),
    )
    verdict.figures |= {
        "accepted": len(told.accepted),
        "cases": len(seen.cases),
        "in_doubt": doubts,
        "lost": lost,
        "doubled": doubled,
        **{f"filed_{way}": count for way, count in sorted(told.by_way.items())},
    }


def _open(case: Mapping[str, Any]) -> bool:
    return bool(case["state"] != "closed")


def _dated(case: Mapping[str, Any]) -> bool:
    return bool(case["holder"] and case["due_at"])


def _name(event: Document) -> str:
    return str(event["type"]).removeprefix("cf.recours.").rsplit(".", 1)[0]


def check_commands(verdict: Verdict, told: Told, seen: Seen) -> None:
    """A command that was answered took effect once; one that was refused not at all."""
    effects = Counter(event.get("cause") for event in seen.ledger)
    given: Mapping[bool, list[str]] = {True: [], False: []}
    twice = []
    for order in told.ordered:
        times = effects[f"request:{order.by}:{order.key}"]
        if times > 1:
            twice.append(f"{order.command} {order.reference}")
        if order.status is not None and times == 0 and order.status < 300:
            given[True].append(f"{order.command} {order.reference}")
        if order.status is not None and times > 0 and order.status >= 400:
            given[False].append(f"{order.command} {order.reference} told {order.status}")
    requests = sum(1 for cause in effects if str(cause).startswith("request:"))
    known = {f"request:{order.by}:{order.key}" for order in told.ordered}
    verdict.figures["lost"] += verdict.fail("commands answered, but without effect", given[True])
    verdict.figures["doubled"] += verdict.fail("commands that took effect twice", twice)
    verdict.figures["doubled"] += verdict.fail("commands refused that took effect", given[False])
    verdict.fail(
        "commands that nobody gave",
        (c for c in effects if str(c).startswith("request:") and c not in known),
    )
    verdict.figures["commands"] = requests


def check_writings(verdict: Verdict, told: Told, seen: Seen) -> None:
    """What complainants sent stands once in intake's stream and once in the case."""
    sent = {w.message_id for w in told.written if w.message_id}
    kept = Counter(
        event["data"].get("message_id")
        for event in seen.intake
        if _name(event) in ("message.received", "answer.given")
    )
    heard = Counter(
        event["data"].get("message_id") for event in seen.ledger if "message_id" in event["data"]
    )
    verdict.figures["lost"] += verdict.fail(
        "messages lost", (m for m in sent if not kept[m] or not heard[m])
    )
    verdict.figures["doubled"] += verdict.fail(
        "messages doubled", (m for m in sent if kept[m] > 1 or heard[m] > 1)
    )
    answers = Counter(w.reference for w in told.written if w.kind == "answer" and _done(w.status))
    doubts = Counter(w.reference for w in told.written if w.kind == "answer" and w.status is None)
    references = {e["subject"]: e["data"]["reference"] for e in seen.intake if e["data"]}
    given = Counter(
        references[event["subject"]] for event in seen.intake if _name(event) == "answer.given"
    )
    verdict.figures["lost"] += verdict.fail(
        "answers lost", (r for r, n in answers.items() if given[r] < n)
    )
    verdict.figures["doubled"] += verdict.fail(
        "answers doubled", (r for r, n in given.items() if n > answers[r] + doubts[r])
    )
    verdict.figures["writings"] = sum(1 for w in told.written if _done(w.status))


def _done(status: int | None) -> bool:
    return status is not None and status < 300


def check_deadlines(
    verdict: Verdict, seen: Seen, *, until: datetime, speed: float, most_late: float
) -> None:
    """Each deadline fired once, never early, and none that has passed is left.

    `until` is the end of the time that ran at `speed`: what came due before it must have fired
    within `most_late` real seconds; what a jump of the clock made due is only counted.
    """
    fired: Counter[tuple[str, ...]] = Counter()
    early, late, slowest = [], [], 0.0
    for event in seen.ledger:
        data = event["data"]
        if _name(event) not in ("deadline.missed", "deadline.approaching"):
            continue
        share = str(data.get("share", ""))
        fired[event["subject"], _name(event), data["stage"], data["due_at"], share] += 1
        if _name(event) == "deadline.missed":
            due = datetime.fromisoformat(data["due_at"])
            if event["time"] < due:
                early.append(event["subject"])
            if due < until:
                behind = (min(event["time"], until) - due).total_seconds() / speed
                slowest = max(slowest, behind)
                late += [f"{event['subject']} {behind:.0f} s"] if behind > most_late else []
    verdict.figures["doubled"] += verdict.fail(
        "deadlines that fired twice", (key for key, n in fired.items() if n > 1)
    )
    verdict.fail("deadlines that fired early", early)
    verdict.fail(f"deadlines that fired more than {most_late:.0f} s late", late)
    verdict.figures["lost"] += verdict.fail(
        "deadlines passed that did not fire",
        (
            f"{reference} {clock['stage']}"
            for reference, case in seen.cases.items()
            for clock in case["deadlines"]
            if not clock["paused"] and datetime.fromisoformat(clock["due_at"]) <= seen.now
        ),
    )
    verdict.figures |= {"deadlines": len(fired), "deadline_late_max_s": round(slowest, 1)}


def check_routes(verdict: Verdict, seen: Seen) -> None:
    """Routing decided once on each question: a submission, a missed date, an escalation."""
    decided = Counter((event["subject"], event.get("cause")) for event in seen.routing)
    taken = Counter(
        (event["subject"], event.get("cause"))
        for event in seen.ledger
        if _name(event) in ("case.opened", "case.escalated")
    )
    verdict.figures["doubled"] += verdict.fail(
        "routed twice", (key for key, n in (decided + taken).items() if n > 1 and decided[key] > 1)
    )
    verdict.figures["doubled"] += verdict.fail(
        "moved twice for one route", (key for key, n in taken.items() if n > 1)
    )


def check_log(verdict: Verdict, seen: Seen) -> None:
    """Kafka holds each event to be published, in the order of its stream but for repeats."""
    stored = {event["_id"] for event in (*seen.intake, *seen.routing, *seen.notify)}
    stored |= {
        event["_id"]
        for event in seen.ledger
        if _name(event) != "parties.informed" and event["data"]["case"]["holder"]
    }
    known: set[str] = set()
    last: dict[tuple[str, str], int] = {}
    moved = []
    for entry in seen.log:
        if entry["id"] in known:
            continue
        known.add(entry["id"])
        stream = entry["topic"], entry["subject"]
        if entry["sequence"] < last.get(stream, 0):
            moved.append(f"{entry['topic']} {entry['subject']} {entry['sequence']}")
        last[stream] = entry["sequence"]
    verdict.figures["lost"] += verdict.fail("events never published", stored - known)
    verdict.fail("events published that nobody stored", known - stored)
    verdict.fail("events published out of their order", moved)
    verdict.figures["events"] = len(known)
    verdict.figures["published_again"] = len(seen.log) - len(known)


def check_record(verdict: Verdict, seen: Seen) -> None:
    """Every chain holds, the API says so too, and nothing waits."""
    verdict.fail("the record does not hold", seen.verified)
    verdict.fail(
        "cases whose chain the API calls broken",
        (r for r, case in seen.cases.items() if not case["chain"]["verified"]),
    )
    verdict.fail("stuck", seen.stuck)


def check_clients(verdict: Verdict, told: Told, wanted: Sequence[str]) -> None:
    """No client got an answer that it should never get, and every way was used."""
    verdict.fail("wrong answers", told.wrong)
    verdict.fail("ways that nothing came by", (way for way in wanted if not told.by_way.get(way)))
