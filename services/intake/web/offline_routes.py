"""Writing without a network: the page that a telephone keeps, and what it sends afterwards.

A service worker keeps one page and what that page needs, and shows it when the network is away.
What is written there waits on the telephone under the number by which the form knows a repeat, so
that it is filed once however often it is sent, also when the form itself had sent it already.
"""

import json
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.intake.identifiers import grouped_code
from services.intake.parts import IntakeParts
from services.intake.web import form
from services.intake.web.case_texts import CASE_TEXTS
from services.intake.web.form import Answers
from services.intake.web.form_routes import Parts, choices, file, grouped_reference, soon
from services.intake.web.offline_texts import OFFLINE_TEXTS
from services.intake.web.pages import TEMPLATES, page
from services.intake.web.settings import settings
from services.intake.web.static_routes import ADDRESSES, JAVASCRIPT, version_of
from services.intake.web.texts import TEXTS, Words
from shared.errors import Invalid
from shared.web import compressed, fields_of

router = APIRouter(include_in_schema=False)
#: Pages in Sango are French, so there are two.
LANGUAGES: Final = ("fr", "en")
_WORKER: Final = (Path(__file__).parent / "static" / "worker.js").read_text()
_SHORTEST_NUMBER: Final = 16
#: The version of all that the kept pages are made from, beside the policy. Browsers ask for the
#: worker at each page, and to make the pages for it would cost more than the page itself.
_PROGRAM: Final = version_of(
    *(template.read_bytes() for template in sorted(TEMPLATES.glob("*.html"))),
    repr((TEXTS, CASE_TEXTS, OFFLINE_TEXTS, settings.help())).encode(),
)


@router.get("/hors-ligne")
async def write(request: Request, parts: Parts, langue: str = "fr") -> Response:
    """The whole form on one page, with nothing in it that is about anybody."""
    language = langue if langue in LANGUAGES else "fr"
    values = choices(parts, Answers(lang=language))
    return page(request, "offline.html", language, h="h2", **values)


@router.post("/hors-ligne")
async def take(request: Request, parts: Parts) -> Response:
    """File what waited on a telephone, and say under which reference and code, to a script."""
    answers = form.read_answers(await fields_of(request))
    words = Words(answers.lang)
    failed = form.problems(answers, "check", parts.handlers.policy().taxonomy)
    if len(answers.nonce) < _SHORTEST_NUMBER or failed:
        key = next(iter(failed.values()), "error_nothing_said")
        return _answer({"reason": words(key)}, 422)
    try:
        receipt = await file(parts, answers)
    except Invalid:
        return _answer({"reason": words("sent_before")}, 409)
    status = await soon(request, parts, receipt)
    held = f"{words('held_by')} {status['holder']}." if status["holder"] else words("receipt_next")
    due = f" {words('due')} {status['due_text']}." if status["due_text"] else ""
    return _answer(
        {
            "reference": grouped_reference(receipt.reference),
            "code": grouped_code(receipt.code),
            "next": held + due,
        }
    )


def _answer(content: dict[str, str], status: int = 200) -> Response:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})


@router.get("/hors-ligne.js")
async def worker(request: Request, parts: Parts) -> Response:
    """The service worker; it is another one as soon as anything that it keeps has changed."""
    text = _WORKER.replace("{}", json.dumps(_kept(parts)), 1)
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
        # Its own folder would be wide enough; this says that it is meant to be.
        "Service-Worker-Allowed": "/",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{version_of(text.encode())}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return compressed(request, text.encode(), JAVASCRIPT, headers)


def _kept(parts: IntakeParts) -> dict[str, object]:
    """Return what the worker keeps: addresses, and a name that changes with what stands there."""
    return {
        "name": f"{parts.handlers.policy_version}-{_PROGRAM}",
        "pages": {language: f"/hors-ligne?langue={language}" for language in LANGUAGES},
        "files": [ADDRESSES[name] for name in ("style", "icons", "script", "offline")],
    }
