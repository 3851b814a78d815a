"""All public pages in one router, and what they show to somebody who sends too much at once."""

from typing import Final

from fastapi import APIRouter, Request, Response

from services.intake.web import form_routes, leaving, offline_routes, static_routes, tracking_routes
from services.intake.web.pages import page

_FORMS: Final = ("/dire", "/suivi")
router = APIRouter(include_in_schema=False)
router.include_router(static_routes.router)
router.include_router(leaving.router)
router.include_router(form_routes.router)
router.include_router(offline_routes.router)
router.include_router(tracking_routes.router)


def too_large_page(request: Request) -> Response | None:
    """Return the page for a form that is too large to be read, None for what is no page's."""
    if request.url.path not in _FORMS:
        return None
    # What language was chosen stands in the body that is not read.
    language = "en" if request.headers.get("accept-language", "").startswith("en") else "fr"
    words = {"heading": "too_large_q", "body": "too_large"}
    return page(request, "message.html", language, status=413, **words)
