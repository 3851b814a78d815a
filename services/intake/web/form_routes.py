"""The public form: each step is one POST to the same address, answered by the next page."""

import asyncio
from secrets import token_hex
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.handlers import Receipt
from services.intake.identifiers import grouped_code
from services.intake.parts import IntakeParts, address_of, parts_of
from services.intake.web import form
from services.intake.web.form import Answers, Step
from services.intake.web.leaving import MADE, was_left
from services.intake.web.pages import CaseKeys, page
from services.intake.web.settings import settings
from services.intake.web.texts import Words
from shared.directory import Organisation
from shared.errors import Invalid, TransientError
from shared.mongo import StoreUnavailable
from shared.web import fields_of

router = APIRouter(include_in_schema=False)
Parts = Annotated[IntakeParts, Depends(parts_of)]
CHANNEL: Final = "web"
#: Kinds of organisation that can be asked to answer; protection is never somebody's adversary.
_ANSWERING: Final = ("company", "cooperative", "authority", "syndicate")
_HIDEABLE: Final = (*_ANSWERING, "protection")


def keys_of(parts: IntakeParts) -> CaseKeys:
    """Return the maker of case keys; its secret follows from intake's own."""
    return CaseKeys(parts.ids.digest("web-case-key"))


@router.get("/")
async def start(request: Request) -> Response:
    """The first page: three languages, each in its own words."""
    return page(request, "start.html", "fr", en=Words("en"))


@router.get("/dire")
async def begin_again() -> Response:
    """A reload of the form's address begins at the first page; nothing was kept."""
    return RedirectResponse("/", 303, {"Cache-Control": "no-store"})


@router.post("/dire")
async def next_step(request: Request, parts: Parts) -> Response:
    """Take the answers of a page and show the next one; the last one files them."""
    fields = await fields_of(request)
    said = dict(fields)
    if was_left(request, said.get(MADE)):
        return await start(request)
    answers = form.read_answers(fields)
    if not answers.nonce:
        answers = answers.model_copy(update={"nonce": token_hex(16)})
    step, go = form.read_step(said.get("at")), said.get("go", "next")
    if said.get("danger_go") in ("yes", "no"):
        answers = answers.model_copy(update={"danger": said["danger_go"]})
        go = "next"
    if go == "start":
        return _show(request, parts, "danger", answers)
    if go == "send":
        return await _send(request, parts, answers)
    if go == "back":
        if step == "danger":
            return page(request, "start.html", "fr", en=Words("en"))
        back = form.follow(answers, step, parts.handlers.policy().taxonomy, back=True)
        return _show(request, parts, back, answers)
    if go.startswith("to:"):
        return _show(request, parts, form.read_step(go[3:]), answers)
    taxonomy = parts.handlers.policy().taxonomy
    if failed := form.problems(answers, step, taxonomy):
        return _show(request, parts, step, answers, failed)
    return _show(request, parts, form.follow(answers, step, taxonomy), answers)


async def file(parts: IntakeParts, answers: Answers) -> Receipt:
    """File what was said: once for its nonce; Invalid for other answers under the same."""
    return await parts.handlers.submit(
        form.submission_of(answers, parts.handlers.policy().taxonomy),
        channel=CHANNEL,
        key=answers.nonce,
        raw=answers.model_dump(mode="json", exclude={"nonce"}),
    )


async def _send(request: Request, parts: IntakeParts, answers: Answers) -> Response:
    if failed := form.problems(answers, "check", parts.handlers.policy().taxonomy):
        return _show(request, parts, "check", answers, failed)
    try:
        receipt = await file(parts, answers)
    except Invalid:
        words = {"heading": "sent_before_q", "body": "sent_before"}
        return page(request, "message.html", answers.lang, status=422, **words)
    except (TransientError, *StoreUnavailable):
        return _show(request, parts, "check", answers, {"words": "error_away"}, status=503)
    status = await soon(request, parts, receipt)
    return page(
        request,
        "receipt.html",
        answers.lang,
        reference=grouped_reference(receipt.reference),
        code=grouped_code(receipt.code),
        token=keys_of(parts).make(receipt.reference, receipt.code),
        s=status,
        help=settings.help() if answers.danger == "yes" else None,
    )


async def soon(request: Request, parts: IntakeParts, receipt: Receipt) -> dict[str, Any]:
    """Return the status, waiting a moment for the holder's name and the date."""
    status: dict[str, Any] = {"holder": None, "due_text": None}
    try:
        case = await parts.access.open(receipt.reference, receipt.code, address_of(request))
        for _ in range(4):
            status = await parts.tracking.status(case)
            if status["holder"]:
                break
            await asyncio.sleep(0.3)
    except (TransientError, *StoreUnavailable):
        return status
    return status


def grouped_reference(reference: str) -> str:
    """Write a reference in two groups, easy to read aloud and to copy."""
    return f"{reference[:4]} {reference[4:]}"


def _show(
    request: Request,
    parts: IntakeParts,
    step: Step,
    answers: Answers,
    failed: dict[str, str] | None = None,
    status: int | None = None,
) -> Response:
    values = choices(parts, answers)
    if step == "check":
        values |= {
            "summary": _summary(answers, values, Words(answers.lang)),
            "doubts": form.doubts(answers),
        }
    response = page(
        request,
        "step.html",
        answers.lang,
        status=status or (422 if failed else 200),
        step=step,
        h="h1",
        words_label="words_label",
        failed=failed or {},
        position=form.position(step),
        **values,
    )
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def choices(parts: IntakeParts, answers: Answers) -> dict[str, Any]:
    """Return what the questions of the form offer, as far as it is answered, and the answers."""
    policy = parts.handlers.policy()
    language = Words(answers.lang).page_language
    taxonomy = policy.taxonomy
    known = policy.organisations.organisations

    site = answers.site if answers.site in policy.sites.sites else None

    def named(*kinds: str) -> list[tuple[str, str]]:
        return [
            (code, one.name)
            for code, one in known.items()
            if _offered(one, kinds) and (site is None or one.serves(site))
        ]

    return {
        "a": answers,
        "groups": [(code, label.text(language)) for code, label in taxonomy.groups.items()],
        "categories": [
            (code, taxonomy.categories[code].label.text(language))
            for code in form.finer(answers.group, taxonomy)
        ],
        "sites": [(code, site.name) for code, site in policy.sites.sites.items()],
        "organisations": named(*_ANSWERING),
        "hideable": named(*_HIDEABLE),
        "names": {code: one.name for code, one in known.items()},
        "syndicates": named("syndicate"),
        "consents": form.CONSENTS,
        "help": settings.help(),
    }


def _offered(organisation: Organisation, kinds: tuple[str, ...]) -> bool:
    return organisation.kind in kinds and organisation.open


def _summary(a: Answers, values: dict[str, Any], w: Words) -> list[tuple[str, Step, list[str]]]:
    groups, categories = dict(values["groups"]), dict(values["categories"])
    names = values["names"] | dict(values["sites"])
    kinds = {"security": w("hidden_security"), "armed": w("hidden_armed")}
    reply = {
        "sms": [w("reply_sms"), a.phone],
        "email": [w("reply_email"), a.email],
        "via": [w("reply_via"), names.get(a.via, ""), a.via_text],
    }.get(form.reply_of(a), [w("reply_none")])
    rows: list[tuple[str, Step, list[str]]] = [
        ("sum_danger", "danger", [w(a.danger)] if a.danger else []),
        ("sum_about", "about", [groups.get(a.group, ""), categories.get(a.category, "")]),
        ("sum_words", "words", [a.words]),
        ("sum_place", "place", [names.get(a.site, ""), a.site_text, a.day, a.about_when]),
        ("sum_who", "who", [names.get(a.organisation, ""), a.organisation_text]),
        (
            "sum_hidden",
            "who",
            [names.get(item) or kinds.get(item, "") for item in a.hidden_from] + [a.hidden_names],
        ),
        ("sum_reply", "reply", [*reply, a.safe, a.name]),
        (
            "sum_consents",
            "consents",
            [w(f"consent_{item}") for item in a.consents if item in form.CONSENTS],
        ),
    ]
    return [(label, step, [line for line in lines if line]) for label, step, lines in rows]
