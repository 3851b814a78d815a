"""All pages of the desk in one router; whatever is refused is said as a page."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from services.ledger.web import (
    case_routes,
    figures_routes,
    inbox_routes,
    openid_routes,
    sign_in_routes,
    static_routes,
)
from services.ledger.web.admin import (
    act_routes,
    directory_routes,
    operation_routes,
    people_routes,
    policy_routes,
    program_routes,
    untold_routes,
)
from services.ledger.web.guide import routes as guide_routes
from services.ledger.web.pages import page
from services.ledger.web.session import SIGN_IN, forget, to
from shared.errors import DomainError, Forbidden, TransientError, Unauthorized
from shared.mongo import StoreUnavailable


class Page(APIRoute):
    """A page: its refusals are pages too, and who is not signed in is asked to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the page."""
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                response: Response = await handler(request)
            except Unauthorized:
                return forget(request, _to_sign_in(request))
            except Forbidden as error:
                if error.members.get("must"):
                    return to("/desk/second-factor")
                return page(request, "message.html", status=403, text="expired")
            except (TransientError, *StoreUnavailable):
                return page(request, "message.html", status=503, text="away")
            except DomainError as error:
                return page(request, "message.html", status=error.status, text="not_here")
            return response

        return shown


router = APIRouter(include_in_schema=False)
router.include_router(static_routes.router)


def _to_sign_in(request: Request) -> Response:
    """Lead to the page to sign in; as a whole where only a part of a page was asked for."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": SIGN_IN})
    return to(SIGN_IN)


def _pages(part: Any) -> APIRouter:
    """Return a router's routes as pages."""
    made = APIRouter(include_in_schema=False, route_class=Page)
    for route in part.routes:
        made.add_api_route(route.path, route.endpoint, methods=list(route.methods))
    return made


_PARTS = (
    sign_in_routes,
    openid_routes,
    inbox_routes,
    figures_routes,
    case_routes,
    operation_routes,
    policy_routes,
    untold_routes,
    people_routes,
    directory_routes,
    program_routes,
    act_routes,
    guide_routes,
)
for _part in _PARTS:
    router.include_router(_pages(_part.router))
