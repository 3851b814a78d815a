"""A case, what was said in it, and each act on it: asked, checked, confirmed."""

from collections.abc import Mapping
from secrets import token_hex

from fastapi import APIRouter, Request, Response

from services.ledger.bodies import CaseAnswer
from services.ledger.case import Case
from services.ledger.decisions import Rules
from services.ledger.handlers import open_case, unknown
from services.ledger.orders import Asked, give, order_of, tried
from services.ledger.remedies import parties
from services.ledger.web.case_page import case_page, read_case
from services.ledger.web.codes import KINDS, STATES
from services.ledger.web.filled import ITEMS, Options, body_of, choices, shown
from services.ledger.web.forms import FORMS, Form
from services.ledger.web.pages import Names, page
from services.ledger.web.reading import as_sorted, beside, texts_of
from services.ledger.web.refusals import told
from services.ledger.web.session import (
    Visitor,
    language_of,
    ledger_at,
    require_form,
    to,
    visitor,
)
from services.ledger.web.texts import Words
from shared.errors import Conflict, DomainError, Invalid, NotFound, Stale
from shared.web import fields_of

router = APIRouter(include_in_schema=False)


@router.get("/desk/cases/{reference}")
async def show(request: Request, reference: str, done: str = "") -> Response:
    """Show a case to who may see it."""
    who = await visitor(request)
    return await case_page(request, who, reference, done=done in FORMS)


@router.get("/desk/cases/{reference}/words")
async def show_words(request: Request, reference: str) -> Response:
    """Show what was said, as far as somebody may read it; each reading is noted."""
    who, ledger = await visitor(request), ledger_at(request)
    draft, sight = await open_case(ledger, reference, who.caller)
    texts = await texts_of(ledger, draft.case, sight, who)
    return page(request, "words.html", who=who, reference=draft.case.reference, texts=texts)


@router.get("/desk/cases/{reference}/{command}")
async def ask(request: Request, reference: str, command: str) -> Response:
    """Ask for what a command needs."""
    who = await visitor(request)
    return await _form(request, who, reference, _form_of(command), command, None)


@router.post("/desk/cases/{reference}/{command}")
async def act(request: Request, reference: str, command: str) -> Response:
    """Say what a command would do, or carry it out once that is confirmed."""
    who, ledger = await visitor(request), ledger_at(request)
    said: dict[str, list[str]] = {}
    for name, value in await fields_of(request):
        said.setdefault(name, []).append(value)
    require_form(request, who, {name: values[0] for name, values in said.items()})
    form, body = _form_of(command), body_of(_form_of(command), said)
    asked = Asked(
        who.caller,
        reference,
        command,
        said.get("nonce", [""])[0][:100] or token_hex(16),
        _number(said.get("version", [""])[0]),
    )
    try:
        order, other = order_of(
            asked, body, request.app.state.settings.token_key.get_secret_value()
        )
        if said.get("go") == ["change"]:
            return await _form(request, who, reference, form, command, said)
        if said.get("go") != ["confirm"]:
            after = await tried(ledger, order)
            return await _check(request, who, reference, form, command, said, after)
        await give(ledger, order, other)
    except NotFound:
        raise
    except Stale:
        return await case_page(
            request, who, reference, problem="moved_on", status=412, seen=asked.if_match
        )
    except (Conflict, Invalid) as error:
        return await _form(
            request, who, reference, form, command, said, problem=error, status=error.status
        )
    return to(f"/desk/cases/{reference}?done={command}")


def _form_of(command: str) -> Form:
    if command not in FORMS:
        raise unknown()
    return FORMS[command]


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


async def _form(
    request: Request,
    who: Visitor,
    reference: str,
    form: Form,
    command: str,
    said: Mapping[str, list[str]] | None,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> Response:
    ledger, words = ledger_at(request), Words(language_of(request))
    opened = await read_case(ledger, who, reference)
    answer, case = opened.answer, opened.draft.case
    said = as_sorted(answer, command) if said is None else said
    if command not in answer.possible and problem is None:
        return await case_page(request, who, reference, problem="moved_on", status=409)
    rules = await ledger.rules_for(opened.draft)
    place = 1 if words.language == "en" else 0
    sentence, reasons = told(problem, form, place) if problem else (None, [])
    return page(
        request,
        "act.html",
        who=who,
        status=status,
        reference=reference,
        command=command,
        form=form,
        title=form.title[place],
        does=form.does[place],
        place=place,
        options=_options(form, case, rules, answer, who, words),
        said=said,
        kinds=KINDS,
        items=range(1, ITEMS + 1),
        version=answer.version,
        # The same page sent twice is one act; what failed keeps its nonce for the next try.
        nonce=said.get("nonce", [token_hex(16)])[0],
        problem=sentence,
        reasons=reasons,
        beside=await beside(ledger, opened, who, command, words),
    )


def _options(
    form: Form, case: Case, rules: Rules, answer: CaseAnswer, who: Visitor, words: Words
) -> Options:
    """Return what can be chosen, each with its words; of an item, who may owe it.

    Who else is a party is told to those who know what the case is about, and to nobody else.
    """
    mine, known = who.caller.organisation, rules.known.organisations
    owing = sorted(parties(case)) if answer.category else []
    return {
        field.name: [(one, known.name_of(one)) for one in owing]
        if field.kind == "items"
        else choices(field, case, rules, words, mine)
        for field in form.fields
    }


async def _check(
    request: Request,
    who: Visitor,
    reference: str,
    form: Form,
    command: str,
    said: Mapping[str, list[str]],
    after: Case,
) -> Response:
    ledger, words = ledger_at(request), Words(language_of(request))
    names, place = Names(ledger, words), 1 if words.language == "en" else 0
    opened = await read_case(ledger, who, reference)
    answer, before = opened.answer, opened.draft.case
    rules, clock = await ledger.rules_for(opened.draft), after.next_clock
    hidden = [(n, v) for n, values in said.items() for v in values if n not in ("go", "csrf")]
    assert after.route is not None
    return page(
        request,
        "check.html",
        who=who,
        reference=reference,
        command=command,
        title=form.title[place],
        does=form.does[place],
        hidden=hidden,
        shown=shown(form, said, _options(form, before, rules, answer, who, words), words),
        state=words.of(STATES, after.state),
        date=names.day(clock.due_at) if clock else None,
        holder=None if after.escalating else names.organisation(after.route.holder),
    )
