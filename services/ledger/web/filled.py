"""What a form offers to choose, and what was filled in: as a command's body, and in words. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from babel.dates import format_date

from services.ledger.case import Case
from services.ledger.decisions import Rules
from services.ledger.endings import closings
from services.ledger.questions import may_be_asked
from services.ledger.web.codes import CHOICES, CLOSED, KINDS, SEVERITIES
from services.ledger.web.forms import Field, Form
from services.ledger.web.texts import Words
from shared.events.ledger import RemedyItem

#: How many items a form has room for.
ITEMS: Final = 3
_OF_ITEM: Final = ("kind", "what", "amount", "owed_by", "by")
Options = Mapping[str, list[tuple[str, str]]]


def choices(
    field: Field, case: Case, rules: Rules, w: Words, mine: str | None
) -> list[tuple[str, str]]:
    """Return value and words of each choice of a field; `mine` is the reader's organisation.

    Nobody learns here what others ask each other.
    """
    place = 1 if w.language == "en" else 0
    known = rules.known
    match field.options:
        case "closings":
            return [(name, w.of(CLOSED, name)) for name in closings(case)]
        case "bodies":
            bodies = known.organisations.organisations.items()
            return sorted(((i, body.name) for i, body in bodies), key=lambda one: one[1])
        case "parties":
            others = sorted(may_be_asked(case, rules) - {mine})
            return [(i, known.organisations.name_of(i)) for i in others]
        case "questions":
            return [
                (one.text_id, known.organisations.name_of(one.asker or ""))
                for one in case.questions
                if one.answer_id is None and one.to == mine
            ]
        case "categories":
            found = known.taxonomy.categories.items()
            return sorted(((i, getattr(one.label, w.language)) for i, one in found),
                          key=lambda one: one[1])  # fmt: skip
        case "severities":
            return [(code, words[place]) for code, words in SEVERITIES.items()]
        case "agreed" | "delivered" as state:
            return [(str(one.number), item_in_words(one, w)) for one in case.items(state)]
        case tuple() as codes:
            return [(code, w.of(CHOICES, code)) for code in codes]
        case _:
            return []


def body_of(form: Form, said: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the command's body from the fields of a form; what was left empty is left out."""
    body: dict[str, Any] = {}
    for field in form.fields:
        values = [value.strip() for value in said.get(field.name, []) if value.strip()]
        if field.kind == "numbers":
            body |= {field.name: [int(one) for one in values if one.isdecimal()]} if values else {}
        elif field.kind == "many":
            body |= {field.name: values} if values else {}
        elif field.kind == "items":
            items = [item for n in range(1, ITEMS + 1) if (item := _item(said, n))]
            body |= {"items": items} if items else {}
        elif values:
            value = values[0]
            body[field.name] = value == "true" if value in ("true", "false") else value
    return body


def _item(said: Mapping[str, list[str]], number: int) -> dict[str, Any] | None:
    given = {name: said.get(f"item{number}_{name}", [""])[0].strip() for name in _OF_ITEM}
    if given["kind"] not in KINDS:
        return None
    # An item without a day of its own is due with the whole.
    given["by"] = given["by"] or said.get("deliver_by", [""])[0].strip()
    item: dict[str, Any] = {name: value for name, value in given.items() if value}
    if "amount" in item:
        digits = item["amount"].replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
        # What is no number stays as it was written: the command says what is wrong with it.
        item["amount"] = int(digits) if digits.isascii() and digits.isdigit() else item["amount"]
    return item


def item_in_words(item: RemedyItem, w: Words) -> str:
    """Return an item as people call it: its number, what it is, and how much."""
    amount = f" · {item.amount:,} FCFA".replace(",", " ") if item.amount else ""
    return f"{item.number}. {w.of(KINDS, item.kind)}{amount}"


def shown(
    form: Form, said: Mapping[str, list[str]], options: Options, w: Words
) -> list[tuple[str, str]]:
    """Return what was filled in, for a last look; `options` has the words of what was chosen."""
    place = 1 if w.language == "en" else 0
    rows = []
    for field in form.fields:
        named = dict(options.get(field.name, ()))
        if field.kind == "items":
            rows += [
                (w("item", n=number), words)
                for number in range(1, ITEMS + 1)
                if (words := _item_said(said, number, named, w))
            ]
        elif values := [value for value in said.get(field.name, []) if value.strip()]:
            dated = field.kind == "date"
            said_so = (_day(one, w) if dated else named.get(one, one) for one in values)
            rows.append((field.label[place], ", ".join(said_so)))
    return rows


def _item_said(
    said: Mapping[str, list[str]], number: int, named: Mapping[str, str], w: Words
) -> str | None:
    given = {part: said.get(f"item{number}_{part}", [""])[0] for part in _OF_ITEM}
    if not given["kind"]:
        return None
    given["by"] = given["by"] or said.get("deliver_by", [""])[0]
    given |= {
        "kind": w.of(KINDS, given["kind"]),
        "amount": f"{given['amount']} FCFA" if given["amount"] else "",
        "owed_by": named.get(given["owed_by"], ""),
        "by": _day(given["by"], w),
    }
    return " · ".join(filter(None, given.values()))


def _day(given: str, w: Words) -> str:
    """Return a day as people say it; what is no day stays as it was written."""
    try:
        return str(format_date(date.fromisoformat(given), "EEEE d MMMM y", locale=w.language))
    except ValueError:
        return given
