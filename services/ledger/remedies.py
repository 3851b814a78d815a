"""The remedy: what is proposed, agreed, delivered and verified, by whom and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.ledger.case import NOT_ROUTED, Case
from services.ledger.deadlines import due_after, normalised
from services.ledger.decisions import Rules, possible_in, require, wrong
from shared.errors import Conflict
from shared.events.codes import RemedyKind
from shared.events.intake import AnswerGiven
from shared.events.ledger import (
    Actor,
    Deadline,
    DeliveryVerified,
    RemedyAgreed,
    RemedyDelivered,
    RemedyItem,
    RemedyProposed,
)
from shared.events.routing import GrievanceRouted


@dataclass(frozen=True)
class Wanted:
    """One thing that a proposal is to have; who owes it is the holder when nobody is named."""

    kind: RemedyKind
    amount: int | None
    owed_by: str | None
    by: date | datetime


def decide_propose(
    case: Case,
    by: Actor,
    deliver_by: date | datetime | None,
    text_id: str,
    now: datetime,
    rules: Rules,
    wanted: Sequence[Wanted] = (),
) -> RemedyProposed:
    """The holder proposes a remedy and the date by which it would be done."""
    route = require(case, "propose-remedy")
    items = items_of(wanted, case, now, rules)
    dates = [item.due_at for item in items]
    if deliver_by is not None:
        dates.append(_when("deliver_by", deliver_by, route, now, rules))
    if not dates:
        raise wrong("deliver_by", "is needed when there are no items")
    clock = rules.clock("answer", route, now)
    return RemedyProposed(
        case=NOT_ROUTED,
        by=by,
        text_id=text_id,
        deliver_by=max(dates),
        deadlines=(clock,),
        items=items,
    )


def items_of(
    wanted: Sequence[Wanted],
    case: Case,
    now: datetime,
    rules: Rules,
    *,
    debtor: str | None = None,
) -> tuple[RemedyItem, ...]:
    """Return the items of a remedy, numbered; `debtor` owes what nobody is named for."""
    most = rules.stages.remedy.most_items
    if len(wanted) > most:
        raise wrong("items", f"must be at most {most}")
    return tuple(
        _item(number, one, case, now, rules, debtor) for number, one in enumerate(wanted, start=1)
    )


def _item(
    number: int, wanted: Wanted, case: Case, now: datetime, rules: Rules, debtor: str | None
) -> RemedyItem:
    route, place = case.route, f"items.{number - 1}"
    assert route is not None
    most = rules.stages.remedy.most_amount
    if wanted.amount is not None and not 0 < wanted.amount <= most:
        raise wrong(f"{place}.amount", f"must be a whole number of XAF from 1 to {most}")
    if wanted.amount is None and wanted.kind == "crop-compensation":
        raise wrong(f"{place}.amount", "is needed for a compensation")
    owed_by = wanted.owed_by or debtor or route.holder
    if owed_by not in parties(case):
        raise wrong(f"{place}.owed_by", "must be a party of the case")
    return RemedyItem(
        number=number,
        kind=wanted.kind,
        amount=wanted.amount,
        owed_by=owed_by,
        due_at=_when(f"{place}.by", wanted.by, route, now, rules),
    )


def parties(case: Case) -> frozenset[str]:
    """Return who may owe something in a case: who held it, and who is complained about."""
    named = case.route.organisation if case.route else None
    return frozenset(seat.organisation for seat in case.seats) | ({named} if named else set())


def _when(
    field: str, day: date | datetime, route: GrievanceRouted, now: datetime, rules: Rules
) -> datetime:
    """Read a date like that of an extension: it rolls off days off, and the policy has a cap."""
    elapsed, calendar = rules.elapsed(route.severity), rules.calendar
    when = normalised(day, elapsed=elapsed, calendar=calendar)
    cap = rules.stages.remedy.latest.of(route.severity)
    latest = due_after(now, cap, elapsed=elapsed, calendar=calendar)
    if when <= now:
        raise wrong(field, "must be in the future", latest)
    if when > latest:
        raise wrong(field, "is later than the policy allows", latest)
    return when


def agreed(case: Case, answer: AnswerGiven, now: datetime, rules: Rules) -> RemedyAgreed | None:
    """Return the agreement to the whole remedy or to some of its items, None if to none of them."""
    route, numbers = case.route, None
    assert route is not None
    due_at = case.deliver_by
    if case.remedy and answer.items is not None:
        known = {item.number for item in case.items("proposed")}
        numbers = tuple(sorted(known & set(answer.items)))
        if not numbers:
            return None
    if case.remedy:
        taken = [i for i in case.items("proposed") if numbers is None or i.number in numbers]
        due_at = min(item.due_at for item in taken)
    clock = rules.clock("deliver", route, now)
    if due_at is not None and due_at > now:
        clock = Deadline(stage="deliver", started_at=now, due_at=due_at)
    return RemedyAgreed(
        case=NOT_ROUTED, message_id=answer.message_id, deadlines=(clock,), items=numbers
    )


def decide_record_delivery(
    case: Case,
    by: Actor,
    text_id: str | None,
    now: datetime,
    rules: Rules,
    numbers: Sequence[int] | None = None,
) -> RemedyDelivered:
    """Who owes the remedy, or the holder, reports what was delivered, with the evidence."""
    route = require(case, "record-delivery")
    if case.remedy and text_id is None:
        raise wrong("text", "is needed: say what shows that it was delivered")
    mine = case.items("agreed")
    if by.organisation != route.holder:
        mine = tuple(item for item in mine if item.owed_by == by.organisation)
    delivered = _chosen(mine, numbers)
    if case.remedy and not delivered:
        raise Conflict(
            "Nothing that you owe waits for its delivery",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "record-delivery"],
        )
    left = [item for item in case.items("agreed") if item not in delivered]
    clock = _next_delivery(case, left, now, rules) if left else rules.clock("verify", route, now)
    return RemedyDelivered(
        case=NOT_ROUTED,
        by=by,
        text_id=text_id,
        deadlines=(clock,),
        items=tuple(item.number for item in delivered) if case.remedy else None,
    )


def _chosen(
    possible: Sequence[RemedyItem], numbers: Sequence[int] | None
) -> tuple[RemedyItem, ...]:
    if numbers is None:
        return tuple(possible)
    unknown = set(numbers) - {item.number for item in possible}
    if unknown:
        allowed = ", ".join(str(item.number) for item in possible) or "none"
        raise wrong("items", f"must be numbers of items that wait for this; there are: {allowed}")
    return tuple(item for item in possible if item.number in numbers)


def _next_delivery(case: Case, left: Sequence[RemedyItem], now: datetime, rules: Rules) -> Deadline:
    """Return the clock of what is to be delivered next; a date that was missed stays renewed."""
    due_at = min(item.due_at for item in left)
    if due_at > now:
        return Deadline(stage="deliver", started_at=now, due_at=due_at)
    assert case.route is not None
    return case.clock("deliver") or rules.clock("deliver", case.route, now)


def decide_verify_delivery(
    case: Case,
    by: Actor,
    now: datetime,
    rules: Rules,
    numbers: Sequence[int] | None = None,
) -> DeliveryVerified:
    """The complainant's side confirms what was delivered; never the organisation that owes it."""
    require(case, "verify-delivery")
    if by.organisation in case.debtors:
        raise Conflict(
            "The organisation that owes the remedy cannot confirm its delivery",
            state=case.state,
            possible=[name for name in possible_in(case) if name != "verify-delivery"],
        )
    return verified(case, by, now, rules, numbers)


def confirmed_by(
    case: Case, by: Actor, answer: AnswerGiven, now: datetime, rules: Rules
) -> DeliveryVerified | None:
    """Return the complainant's yes to what was delivered or to some of it, None if to none."""
    if answer.items is None or not case.remedy:
        return verified(case, by, now, rules)
    numbers = {item.number for item in case.items("delivered")} & set(answer.items)
    return verified(case, by, now, rules, sorted(numbers)) if numbers else None


def verified(
    case: Case, by: Actor, now: datetime, rules: Rules, numbers: Sequence[int] | None = None
) -> DeliveryVerified:
    """Return the confirmation of what was delivered, or of these items."""
    route = case.route
    assert route is not None
    waiting = case.items("delivered")
    confirmed = _chosen(waiting, numbers)
    if case.items("agreed"):
        clock = _next_delivery(case, case.items("agreed"), now, rules)
    else:
        stage = case.clock("verify") if len(confirmed) < len(waiting) else None
        clock = stage or rules.clock("close", route, now)
    return DeliveryVerified(
        case=NOT_ROUTED,
        by=by,
        deadlines=(clock,),
        items=tuple(item.number for item in confirmed) if case.remedy else None,
    )
