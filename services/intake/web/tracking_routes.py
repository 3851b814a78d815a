"""The tracking page: who holds the case, until when, and what its complainant can do now.

Everything is a POST: reference and code never stand in an address. A page carries an encrypted
key of 15 minutes for its next request; there is no cookie. Each act is asked, checked and
confirmed, and its nonce makes it one act however often it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.intake.access import Opened
from services.intake.followups import BOTH_SIDES
from services.intake.parts import IntakeParts, address_of
from services.intake.store import OTHER_BODY
from services.intake.submission import Attachment
from services.intake.timeline import spoken_date
from services.intake.web.acts import ACTS, Act, Said, perform, problems, read_said, wording
from services.intake.web.case_page import case_values
from services.intake.web.form_routes import Parts, keys_of
from services.intake.web.leaving import MADE, was_left
from services.intake.web.pages import page
from services.intake.web.photo import read_photo
from services.intake.web.settings import settings
from services.intake.web.texts import Words
from shared.errors import Conflict, Invalid, NotFound, TooMany, TransientError
from shared.mongo import StoreUnavailable
from shared.web import fields_of

router = APIRouter(include_in_schema=False)
_AWAY: Final = (TransientError, *StoreUnavailable)
#: Fields that belong to a page and not to what somebody says on it.
_OF_THE_PAGE: Final = ("cle", "langue", "reference", "code", "go", MADE)


@dataclass(frozen=True)
class Visit:
    """A case that is open on somebody's screen, and what they say on its page."""

    request: Request
    parts: IntakeParts
    case: Opened
    language: str
    token: str
    said: Said


@router.get("/suivi")
async def ask_for_key(request: Request, langue: str = "fr") -> Response:
    """Ask for the reference and the code."""
    return _ask(request, _language(langue))


@router.post("/suivi")
async def track(request: Request, parts: Parts) -> Response:
    """Open a case by reference and code, or by the key of the page before, and act on it."""
    fields = await fields_of(request)
    given = dict(reversed(fields))
    language = _language(given.get("langue", "fr"))
    if was_left(request, given.get(MADE)):
        return _ask(request, language)
    reference, code = given.get("reference", "")[:40], given.get("code", "")[:40]
    # Whoever was away for long gives the code again and goes on where they were.
    going_on = [(name, value) for name, value in fields if name not in _OF_THE_PAGE]
    if given.get("cle"):
        known = keys_of(parts).read(given["cle"])
        if known is None:
            return _ask(request, language, "", "error_expired", 403, going_on)
        reference, code = known
    try:
        case = await parts.access.open(reference, code, address_of(request))
    except NotFound:
        return _ask(request, language, reference, "error_unknown", 404, going_on)
    except TooMany as error:
        response = _ask(request, language, reference, "error_often", 429, going_on)
        response.headers.update(error.headers)
        return response
    except _AWAY:
        return _away(_ask(request, language, reference, "error_away", 503, going_on))
    said = read_said(fields)
    # The buttons under a proposal say the answer together with the act.
    wanted, _, answer = given.get("faire", "").partition(":")
    if answer in ("yes", "no", "part") and not said.agreed:
        said = said.model_copy(update={"agreed": answer})
    if not said.nonce:
        said = said.model_copy(update={"nonce": token_hex(16)})
    token = keys_of(parts).make(case.reference, code)
    visit = Visit(request, parts, case, language, token, said)
    try:
        return await _go_on(visit, ACTS.get(wanted), given.get("go", ""))
    except _AWAY:
        return _away(_ask(request, language, case.reference, "error_away", 503, going_on))


async def _go_on(visit: Visit, act: Act | None, go: str) -> Response:
    """Show the case, ask for an act, have it checked, or carry it out."""
    if act is None:
        return await _case(visit)
    if go == "confirm":
        return await _carry_out(visit, act)
    status = await visit.parts.tracking.status(visit.case, visit.language)
    if act.needs not in status["possible"]:
        return await _refused(visit, status=status)
    if go == "check" and (failed := problems(act, visit.said)):
        return _act(visit, act, status, failed=failed, code=422)
    if go == "check" and act.name != "photo":
        return _check(visit, act, status)
    plain_yes = act.name == "answer" and visit.said.agreed == "yes" and go != "change"
    if not act.fields or plain_yes:
        return _check(visit, act, status)
    return _act(visit, act, status)


async def _carry_out(visit: Visit, act: Act) -> Response:
    parts, said = visit.parts, visit.said
    failed, photo = problems(act, said), None
    if act.name == "photo":
        photo = await read_photo(visit.request)
        failed = {"photo": photo} if isinstance(photo, str) else {}
    try:
        if not failed:
            photo = photo if isinstance(photo, Attachment) else None
            await perform(act, parts.followups, visit.case, said, photo)
    except Conflict as error:
        return await _refused(visit, error)
    except Invalid as error:
        if error.detail == OTHER_BODY:
            return await _case(visit, failed={"main": "error_sent_before"}, code=422)
        failed = {act.fields[0] if act.fields else "main": "error_choose"}
    except _AWAY:
        status = await parts.tracking.status(visit.case, visit.language)
        return _away(_act(visit, act, status, failed={"main": "error_away"}, code=503))
    if failed:
        status = await parts.tracking.status(visit.case, visit.language)
        return _act(visit, act, status, failed=failed, code=422)
    return await _case(visit, done=f"{act.name}_done")


async def _refused(
    visit: Visit, error: Conflict | None = None, status: dict[str, Any] | None = None
) -> Response:
    """Say why an act was not carried out and what else there is."""
    until = error.members.get("until") if error else None
    if status and status["appeal_until"] and status["state"] == "closed":
        until = status["appeal_until"]
    words = Words(visit.language)
    if until:
        day = spoken_date(datetime.fromisoformat(str(until)), words.page_language)
        refusal = words("error_until", day=day)
    elif error and "question" in error.members:
        refusal = words("error_newer")
    elif error and "statement" in error.members:
        refusal = words("error_rewritten")
    else:
        refusal = words("error_state")
    return await _case(visit, refusal=refusal, code=409)


async def _case(
    visit: Visit,
    *,
    done: str | None = None,
    refusal: str | None = None,
    failed: dict[str, str] | None = None,
    code: int = 200,
) -> Response:
    status = await visit.parts.tracking.status(visit.case, visit.language)
    now = visit.parts.handlers.clock.now()
    return page(
        visit.request,
        "case.html",
        visit.language,
        status=code,
        token=visit.token,
        done=done,
        refusal=refusal,
        failed=failed or {},
        help=settings.help(),
        **case_values(status, now, Words(visit.language)),
    )


def _act(
    visit: Visit,
    act: Act,
    status: dict[str, Any],
    *,
    failed: dict[str, str] | None = None,
    code: int = 200,
) -> Response:
    """Ask for what an act needs; what was typed before stays."""
    return page(
        visit.request,
        "act.html",
        visit.language,
        status=code,
        failed=failed or {},
        **_values(visit, act, status),
    )


def _check(visit: Visit, act: Act, status: dict[str, Any]) -> Response:
    """Show what was said and what follows from it, before it counts."""
    return page(visit.request, "act_check.html", visit.language, **_values(visit, act, status))


def _values(visit: Visit, act: Act, status: dict[str, Any]) -> dict[str, Any]:
    said = visit.said
    if act.name == "answer" and said.question is None and status["question"]:
        said = said.model_copy(update={"question": status["question"]["number"]})
    if act.name == "share" and said.statement is None and status["statement"]:
        said = said.model_copy(
            update={"statement": status["statement"]["number"], "to": BOTH_SIDES}
        )
    if act.name == "statement" and not said.texte and not said.to and status["statement"]:
        words = status["statement"]["words"] or ""
        said = said.model_copy(update={"texte": words, "to": BOTH_SIDES})
    now = visit.parts.handlers.clock.now()
    return {
        "token": visit.token,
        "act": act,
        "said": said,
        "key": wording(act, said, status),
        **case_values(status, now, Words(visit.language)),
    }


def _language(value: str) -> str:
    return value if value in ("fr", "sg", "en") else "fr"


def _ask(
    request: Request,
    language: str,
    reference: str = "",
    problem: str | None = None,
    status: int = 200,
    going_on: Sequence[tuple[str, str]] = (),
) -> Response:
    failed = {"reference": problem} if problem else {}
    return page(
        request,
        "track.html",
        language,
        status=status,
        reference=reference,
        failed=failed,
        going_on=going_on,
    )


def _away(response: Response) -> Response:
    response.headers["Retry-After"] = "5"
    return response
