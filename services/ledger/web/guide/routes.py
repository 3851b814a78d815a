"""The guides as pages, for everybody: no guide says anything of a case."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from services.ledger.web.admin.texts import TEXTS as ADMIN_TEXTS
from services.ledger.web.forms import FORMS
from services.ledger.web.guide.texts import GUIDES, Guide, Pair
from services.ledger.web.pages import page
from services.ledger.web.session import Visitor, language_of, visitor
from services.ledger.web.texts import TEXTS
from shared.errors import DomainError, NotFound
from shared.web import kept_for_good

router = APIRouter(include_in_schema=False)
_FOLDER: Final = Path(__file__).with_name("pictures")
#: Every picture by its name and language, read at the start: nothing else can be asked for.
PICTURES: Final = {path.stem: path.read_bytes() for path in sorted(_FOLDER.glob("*.webp"))}
_VERSIONS: Final = {
    name: hashlib.sha256(content).hexdigest()[:12] for name, content in PICTURES.items()
}
_ACTS: Final = {name: form.title for name, form in FORMS.items()}


@router.get("/desk/guide")
async def guides(request: Request) -> Response:
    """List the guides."""
    place = _place(request)
    rows = [(role, guide.title[place], guide.lead[place]) for role, guide in GUIDES.items()]
    return page(request, "guides.html", who=await _maybe(request), guides=rows)


@router.get("/desk/guide/{role}")
async def one(request: Request, role: str) -> Response:
    """Show the guide of a role."""
    guide = GUIDES.get(role)
    if guide is None:
        raise NotFound("There is no such guide")
    who, place = await _maybe(request), _place(request)
    return page(
        request,
        "guide.html",
        who=who,
        pictures=True,
        title=guide.title[place],
        lead=guide.lead[place],
        steps=steps_of(role, guide, place),
    )


@router.get("/desk/guide/picture/{version}/{name}.webp")
async def picture(request: Request, version: str, name: str) -> Response:
    """Give a picture of a guide; its address changes with it, so that it may be kept."""
    if name not in PICTURES:
        raise NotFound("There is no such picture")
    return kept_for_good(request, PICTURES[name], "image/webp")


def steps_of(role: str, guide: Guide, place: int) -> list[dict[str, str | None]]:
    """Return the steps in one language (0 French, 1 English), buttons named as on the pages."""
    names = {
        "w": _named(TEXTS, place),
        "act": _named(_ACTS, place),
        "a": _named(ADMIN_TEXTS, place),
    }
    return [
        {
            "title": step.title[place],
            "text": step.text[place].format(**names),
            "picture": _address(f"{role}-{step.picture}.{'en' if place else 'fr'}"),
        }
        for step in guide.steps
    ]


def _named(table: Mapping[str, Pair], place: int) -> dict[str, str]:
    return {key: words[place] for key, words in table.items()}


def _address(name: str) -> str | None:
    return f"/desk/guide/picture/{_VERSIONS[name]}/{name}.webp" if name in PICTURES else None


def _place(request: Request) -> int:
    return 1 if language_of(request) == "en" else 0


async def _maybe(request: Request) -> Visitor | None:
    """Return who is signed in, for the header; a guide is there for anybody."""
    try:
        return await visitor(request)
    except DomainError:
        return None
