"""Each check of the proof turns red on a record in which just one thing is wrong."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ledger.decisions import decide_acknowledge
from services.notify.audience import Audiences, notices
from services.notify.documents import delivery_of
from shared.clock import RehearsalClock
from shared.directory import Organisations
from shared.event_store import to_document
from shared.events.ledger import CaseEvent
from shared.ids import derived_id
from tests.prove.checks import Verdict
from tests.prove.hurting import Hurt, kill
from tests.prove.outside import Seen
from tests.prove.rehearsal import judge
from tests.prove.told import Ordered, Told, Written
from tests.unit.ledger import cases
from tests.unit.notify.cases import bundle

CLOCK = RehearsalClock(cases.MONDAY, speed=600.0, anchor=1_000.0)
HURT = Hurt(kill("notify"), began=1_000.0, ended=1_000.0, recovered_after=5.0)
#: An attempt that the hurt interrupted.
INTERRUPTED = {"at": cases.MONDAY, "outcome": "unknown", "code": "interrupted"}
SENT = {"at": cases.MONDAY, "outcome": "sent", "code": "kannel-202"}


@dataclass
class Run:
    """What a run ended with, to be spoiled."""

    told: Told
    seen: Seen
    hurts: tuple[Hurt, ...] = (HURT,)

    def verdict(self) -> Verdict:
        """Return what the checks say."""
        return judge(self.told, self.seen, self.hurts, CLOCK, self.seen.now, ways=("rest",))


@pytest.fixture
def run() -> Run:
    """A run with one case: opened, acknowledged on order, written to, a date missed, all told."""
    draft = cases.opened(contactable=("sms",))
    order = draft.add(
        decide_acknowledge(draft.case, cases.CSR),
        cause="request:demo-csr:key-1",
        now=cases.MONDAY + timedelta(hours=1),
    )
    draft.react(cases.message("m1"), cases.MONDAY + timedelta(hours=2), cases.RULES)
    assert draft.case.next_clock is not None
    now = draft.case.next_clock.due_at + timedelta(minutes=10)
    draft.fire(now, cases.RULES)
    ledger = [to_document(event) for event in draft.new]
    told = Told()
    told.asked.add("rest|k1")
    told.file("rest", "k1", cases.REFERENCE, "code")
    told.ordered.append(Ordered(cases.REFERENCE, "acknowledge", "key-1", "demo-csr", 200))
    told.written.append(Written(cases.REFERENCE, "messages", "k2", 201, derived_id("m1")))
    assert order.sequence == 2
    deliveries = _deliveries(draft.new)
    routing = {"_id": "r1", "subject": draft.case.id, "sequence": 1, "cause": "submitted"}
    stored = [_written(), routing, *ledger]
    seen = Seen(
        now=now,
        cases={cases.REFERENCE: _answer(draft)},
        listed=[cases.REFERENCE],
        intake=[_written()],
        routing=[routing],
        ledger=[*ledger, *(_informed(draft.case.id, d) for d in deliveries)],
        notify=[],
        log=[_published(event, "a topic") for event in stored],
        views=[{"reference": cases.REFERENCE}],
        deliveries=deliveries,
        messages=_messages(deliveries),
        stuck=(),
        verified=(),
    )
    return Run(told, seen)


def _answer(draft: Any) -> dict[str, Any]:
    clock = draft.case.next_clock
    return {
        "reference": cases.REFERENCE,
        "state": draft.case.state,
        "holder": draft.case.route.holder,
        "due_at": clock.due_at.isoformat(),
        "deadlines": [
            {"stage": c.stage, "due_at": c.due_at.isoformat(), "paused": False}
            for c in draft.case.clocks
        ],
        "chain": {"verified": True},
    }


def _published(event: dict[str, Any], topic: str) -> dict[str, Any]:
    return {
        "topic": f"{topic}.{event['_id']}" if event["sequence"] == 1 else topic,
        "id": event["_id"],
        "subject": event["subject"],
        "sequence": event["sequence"],
    }


def _written() -> dict[str, Any]:
    return to_document(cases.message("m1"))


def _deliveries(events: list[Any]) -> list[dict[str, Any]]:
    table, directory = bundle().get(Audiences), bundle().get(Organisations)
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        assert isinstance(event.data, CaseEvent)
        for notice in notices(event, table, directory):
            channel = "sms" if notice.recipient == "complainant" else "email"
            delivery = delivery_of(notice, event, event.data, channel=channel)
            kept = {
                "state": "sent",
                "grouped": notice.grouped,
                "receipts": [],
                "attempts": [dict(SENT)],
            }
            found.setdefault(delivery["_id"], delivery | kept)
    return [*found.values(), _digest()]


def _digest() -> dict[str, Any]:
    return {
        "_id": "digest-1",
        "reference": None,
        "recipient": "societe-demo",
        "notice": "deadline-digest",
        "state": "sent",
        "attempts": [],
        "maybe_twice": False,
    }


def _messages(deliveries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    at = datetime.fromtimestamp(1_002, UTC).isoformat()
    warned = sum(1 for delivery in deliveries if delivery.get("grouped"))
    return [
        {
            "id": delivery["_id"],
            "at": at,
            "channel": delivery.get("channel", "email"),
            "text": f"{cases.REFERENCE} " * (warned if delivery["reference"] is None else 1),
        }
        for delivery in deliveries
        if not delivery.get("grouped")
    ]


def _informed(subject: str, delivery: dict[str, Any]) -> dict[str, Any]:
    return {
        "_id": f"informed-{delivery['_id']}",
        "type": "cf.recours.parties.informed.v1",
        "subject": subject,
        "time": cases.MONDAY,
        "cause": f"told-{delivery['_id']}",
        "data": {"parties": [{"delivery_id": delivery["_id"]}], "case": {"holder": ""}},
    }


def test_a_run_without_fault_holds(run: Run) -> None:
    verdict = run.verdict()
    assert verdict.failures == []
    assert verdict.figures["lost"] == verdict.figures["doubled"] == 0
    assert verdict.figures["deadlines"] >= 3


def _of(run: Run, name: str) -> dict[str, Any]:
    return next(event for event in run.seen.ledger if f".{name}." in event["type"])


def _single(run: Run) -> dict[str, Any]:
    return next(d for d in run.seen.deliveries if d["reference"] and not d["grouped"])


def _change(run: Run, **changed: Any) -> None:
    run.seen = replace(run.seen, **changed)


def _lose_case(run: Run) -> None:
    _change(run, cases={}, listed=[])


def _invent_case(run: Run) -> None:
    _change(run, cases=dict(run.seen.cases) | {"INVENTED": run.seen.cases[cases.REFERENCE]})


def _two_references(run: Run) -> None:
    run.told.filed["rest|k1"].add("ANOTHER1")


def _open_twice(run: Run) -> None:
    _change(run, ledger=[*run.seen.ledger, _of(run, "case.opened")])


def _no_holder(run: Run) -> None:
    _change(run, cases={cases.REFERENCE: {**run.seen.cases[cases.REFERENCE], "holder": ""}})


def _forget_command(run: Run) -> None:
    _of(run, "case.acknowledged")["cause"] = "another"


def _command_twice(run: Run) -> None:
    _change(run, ledger=[*run.seen.ledger, deepcopy(_of(run, "case.acknowledged"))])


def _refused_but_done(run: Run) -> None:
    run.told.ordered[0] = replace(run.told.ordered[0], status=409)


def _lose_message(run: Run) -> None:
    _change(run, intake=[])


def _message_twice(run: Run) -> None:
    _change(run, ledger=[*run.seen.ledger, deepcopy(_of(run, "complainant.wrote"))])


def _deadline_twice(run: Run) -> None:
    _change(run, ledger=[*run.seen.ledger, deepcopy(_of(run, "deadline.missed"))])


def _deadline_early(run: Run) -> None:
    _of(run, "deadline.missed")["time"] = cases.MONDAY


def _deadline_left(run: Run) -> None:
    run.seen.cases[cases.REFERENCE]["deadlines"][0]["due_at"] = cases.MONDAY.isoformat()


def _deadline_late(run: Run) -> None:
    event = _of(run, "deadline.missed")
    event["data"]["due_at"] = (event["time"] - timedelta(days=3)).isoformat()


def _routed_twice(run: Run) -> None:
    _change(run, routing=[*run.seen.routing, *run.seen.routing])


def _lose_from_log(run: Run) -> None:
    _change(run, log=run.seen.log[1:])


def _invent_in_log(run: Run) -> None:
    _change(run, log=[*run.seen.log, dict(run.seen.log[0]) | {"id": "invented"}])


def _turn_log_round(run: Run) -> None:
    _change(run, log=run.seen.log[::-1])


def _lose_notice(run: Run) -> None:
    gone = _single(run)
    _change(run, deliveries=[d for d in run.seen.deliveries if d is not gone])


def _never_left(run: Run) -> None:
    gone = _single(run)["_id"]
    _change(run, messages=[m for m in run.seen.messages if m["id"] != gone])


def _left_twice(run: Run) -> None:
    _change(run, messages=[*run.seen.messages, run.seen.messages[0]])


def _interrupt(run: Run) -> None:
    _left_twice(run)
    ident = run.seen.messages[0]["id"]
    delivery = next(d for d in run.seen.deliveries if d["_id"] == ident)
    delivery |= {"maybe_twice": True, "attempts": [dict(INTERRUPTED), dict(SENT)]}


def _left_twice_marked_but_not_hurt(run: Run) -> None:
    _interrupt(run)
    run.hurts = (replace(HURT, began=2_000.0, ended=2_000.0),)


def _left_thrice(run: Run) -> None:
    _interrupt(run)
    _left_twice(run)


def _mark_lost(run: Run) -> None:
    _interrupt(run)
    ident = run.seen.messages[0]["id"]
    next(d for d in run.seen.deliveries if d["_id"] == ident)["maybe_twice"] = False


def _still_waiting(run: Run) -> None:
    _single(run)["state"] = "attempting"


def _not_in_a_daily_mail(run: Run) -> None:
    kept = [m for m in run.seen.messages if m["id"] != "digest-1"]
    digest = {"id": "digest-1", "at": kept[0]["at"], "channel": "email", "text": "rien"}
    _change(run, messages=[*kept, digest])


def _not_in_record(run: Run) -> None:
    gone = _single(run)["_id"]
    kept = [e for e in run.seen.ledger if e["data"].get("parties") != [{"delivery_id": gone}]]
    _change(run, ledger=kept)


def _lose_receipt(run: Run) -> None:
    run.told.receipts.add(_single(run)["_id"])


def _break_chain(run: Run) -> None:
    _change(run, verified=["case 3: changed"])


def _leave_stuck(run: Run) -> None:
    _change(run, stuck=["ledger: 3 events in the outbox"])


def _answer_wrongly(run: Run) -> None:
    run.told.wrong.append("POST /v1/grievances: 500")


def _skip_a_way(run: Run) -> None:
    run.told.by_way["rest"] = 0


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_lose_case, "accepted, but no case"),
        (_invent_case, "cases that nobody filed"),
        (_two_references, "a key with several references"),
        (_open_twice, "opened twice"),
        (_no_holder, "without a holder or a date"),
        (_forget_command, "commands answered, but without effect"),
        (_command_twice, "commands that took effect twice"),
        (_refused_but_done, "commands refused that took effect"),
        (_lose_message, "messages lost"),
        (_message_twice, "messages doubled"),
        (_deadline_twice, "deadlines that fired twice"),
        (_deadline_early, "deadlines that fired early"),
        (_deadline_left, "deadlines passed that did not fire"),
        (_deadline_late, "late"),
        (_routed_twice, "routed twice"),
        (_lose_from_log, "events never published"),
        (_invent_in_log, "events published that nobody stored"),
        (_turn_log_round, "events published out of their order"),
        (_lose_notice, "notices lost"),
        (_never_left, "noted as sent, but never left"),
        (_left_twice, "left twice without a mark"),
        (_left_twice_marked_but_not_hurt, "perhaps twice, but nothing was hurt"),
        (_left_thrice, "left twice without a mark"),
        (_mark_lost, "left twice without a mark"),
        (_still_waiting, "still on their way"),
        (_not_in_a_daily_mail, "warnings that stand in no daily mail"),
        (_not_in_record, "told, but not in the record"),
        (_lose_receipt, "receipts lost or doubled"),
        (_break_chain, "the record does not hold"),
        (_leave_stuck, "stuck"),
        (_answer_wrongly, "wrong answers"),
        (_skip_a_way, "ways that nothing came by"),
    ],
)
def test_each_fault_is_found(run: Run, spoil: Callable[[Run], None], says: str) -> None:
    spoil(run)
    failures = run.verdict().failures
    assert any(says in failure for failure in failures), failures


def test_a_notice_that_a_kill_doubled_is_counted_and_allowed(run: Run) -> None:
    _interrupt(run)
    verdict = run.verdict()
    assert verdict.failures == []
    assert (verdict.figures["maybe_twice"], verdict.figures["left_twice"]) == (1, 1)
