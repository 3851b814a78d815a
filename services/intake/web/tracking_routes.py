"""The tracking page: who holds the case, until when, and what its complainant can do now.

Everything is a POST: reference and code never stand in an address. A page carries an encrypted
key of 15 minutes for its next request; there is no cookie.
"""

from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.intake.access import Opened
from services.intake.parts import IntakeParts, address_of
from services.intake.timeline import spoken_date
from services.intake.web.form_routes import Parts, keys_of
from services.intake.web.pages import page
from shared.errors import Conflict, Invalid, NotFound, TooMany, TransientError
from shared.mongo import StoreUnavailable
from shared.web import fields_of

router = APIRouter(include_in_schema=False)
CHANNEL: Final = "web"
_ACTIONS: Final = ("message", "answer", "withdrawal", "appeal")
_PROPOSED: Final = "cf.recours.remedy.proposed.v1"


@router.get("/suivi")
async def ask_for_key(request: Request, langue: str = "fr") -> Response:
    """Ask for the reference and the code."""
    return _ask(request, _language(langue))


@router.post("/suivi")
async def track(request: Request, parts: Parts) -> Response:
    """Open a case by reference and code, or by the key of the page before, and act on it."""
    said = dict(await fields_of(request))
    language = _language(said.get("langue", "fr"))
    reference, code = said.get("reference", "")[:40], said.get("code", "")[:40]
    if said.get("cle"):
        known = keys_of(parts).read(said["cle"])
        if known is None:
            return _ask(request, language, "", "error_expired", 403)
        reference, code = known
    try:
        case = await parts.access.open(reference, code, address_of(request))
    except NotFound:
        return _ask(request, language, reference, "error_unknown", 404)
    except TooMany as error:
        response = _ask(request, language, reference, "error_often", 429)
        response.headers.update(error.headers)
        return response
    except (TransientError, *StoreUnavailable):
        return _away(_ask(request, language, reference, "error_away", 503))
    token = keys_of(parts).make(case.reference, code)
    return await _case(request, parts, case, said, token, language)


async def _case(
    request: Request,
    parts: IntakeParts,
    case: Opened,
    said: dict[str, str],
    token: str,
    language: str,
) -> Response:
    action = said.get("faire", "")
    failed: dict[str, str] = {}
    status_code = 200
    if action in _ACTIONS:
        try:
            await _act(parts, case, action, said)
        except Conflict:
            failed, status_code = {"main": "error_state"}, 409
        except Invalid:
            long = len(said.get("texte", "")) > 1
            failed, status_code = {"texte": "error_too_long" if long else "error_choose"}, 422
        except (TransientError, *StoreUnavailable):
            failed, status_code = {"texte": "error_away"}, 503
    try:
        status = await parts.tracking.status(case)
    except (TransientError, *StoreUnavailable):
        return _away(_ask(request, language, case.reference, "error_away", 503))
    response = page(
        request,
        "case.html",
        language,
        status=status_code,
        s=status,
        late=_late(status, parts),
        proposal=_proposal(status),
        timeline=[
            {**entry, "day": spoken_date(datetime.fromisoformat(entry["at"]), language)}
            | {"words": entry.get("words")}
            for entry in status["timeline"]
        ],
        token=token,
        # The same page sent twice is one action; a failed one keeps its nonce for the next try.
        nonce=said.get("nonce", "")[:64] if status_code == 503 else token_hex(16),
        typed=said.get("texte", "") if failed else "",
        done=action if action in _ACTIONS and not failed else None,
        failed=failed,
    )
    return _away(response) if status_code == 503 else response


async def _act(parts: IntakeParts, case: Opened, action: str, said: dict[str, str]) -> None:
    text = said.get("texte", "").replace("\r\n", "\n")
    key = f"{case.reference}:{said.get('nonce') or token_hex(16)}"[:200]
    follow = parts.followups
    if action == "message":
        await follow.message(case, channel=CHANNEL, key=key, text=text)
    elif action == "answer":
        agreed = said.get("agreed")
        if agreed not in ("yes", "no"):
            raise Invalid("Say whether you agree")
        await follow.answer(
            case, channel=CHANNEL, key=key, agreed=agreed == "yes", text=text or None
        )
    elif action == "withdrawal":
        pressured = {"yes": True, "no": False}.get(said.get("pressured", ""))
        await follow.withdraw(
            case, channel=CHANNEL, key=key, pressured=pressured, text=text or None
        )
    else:
        await follow.appeal(case, channel=CHANNEL, key=key, text=text or None)


def _late(status: dict[str, Any], parts: IntakeParts) -> bool:
    due = status["due_at"]
    return bool(due) and datetime.fromisoformat(due) < parts.handlers.clock.now()


def _proposal(status: dict[str, Any]) -> str | None:
    proposals = [e.get("words") for e in status["timeline"] if e["type"] == _PROPOSED]
    return proposals[-1] if proposals else None


def _language(value: str) -> str:
    return value if value in ("fr", "sg", "en") else "fr"


def _ask(
    request: Request,
    language: str,
    reference: str = "",
    problem: str | None = None,
    status: int = 200,
) -> Response:
    failed = {"reference": problem} if problem else {}
    return page(request, "track.html", language, status=status, reference=reference, failed=failed)


def _away(response: Response) -> Response:
    response.headers["Retry-After"] = "5"
    return response
