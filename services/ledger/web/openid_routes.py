"""Pages to sign in by the provider of one's organisation: go there, and come back."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from services.ledger.accounts import openid as use
from services.ledger.accounts.doors import address_of, openid_of
from services.ledger.accounts.openid_rules import FLOW_FOR
from services.ledger.web.pages import page
from services.ledger.web.session import keep, require_same_site
from services.ledger.web.sign_in_routes import asked, too_often
from shared.errors import Conflict, NotFound, TooMany, Unauthorized
from shared.web import fields_of

router = APIRouter(include_in_schema=False)

_LONGEST: Final = 4_000


def _cookie(request: Request) -> str:
    return "__Host-desk-openid" if request.app.state.settings.production else "desk-openid"


@router.post("/desk/openid/start")
async def start(request: Request) -> Response:
    """Show where the organisation's people sign in; this browser keeps that it began it."""
    require_same_site(request)
    said = dict(await fields_of(request))
    openid = await openid_of(request)
    try:
        begun = await use.start(openid, said.get("organisation", "")[:80], address_of(request))
    except TooMany as error:
        return too_often(request, said, error)
    except NotFound:
        return asked(request, said, "no_provider", 404)
    except Conflict:
        return asked(request, said, "provider_wrong", 409)
    # A link and no redirect: pages may send forms to this site only, redirects included.
    host = urlsplit(begun.url).hostname
    response = page(request, "openid.html", state="there", host=host, link=begun.url)
    response.set_cookie(
        _cookie(request),
        begun.binding,
        max_age=int(FLOW_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.production,
        path="/",
    )
    return response


@router.get("/desk/openid")
async def back(request: Request) -> Response:
    """Begin the session of somebody whom the provider sent back; the same answer whatever is wrong.

    The desk is a link away: the session's cookie goes with no page that another site led to.
    """
    openid = await openid_of(request)
    state, code = (request.query_params.get(name, "")[:_LONGEST] for name in ("state", "code"))
    binding = request.cookies.get(_cookie(request), "")[:_LONGEST]
    try:
        begun = await use.complete(openid, state, code, binding, address_of(request))
    except TooMany as error:
        return too_often(request, {}, error)
    except (Unauthorized, Conflict):
        return _forgotten(request, asked(request, None, "not_by_provider", 401))
    response = page(request, "openid.html", state="back", host="", link="/desk")
    return _forgotten(request, keep(request, response, begun.token))


def _forgotten(request: Request, response: Response) -> Response:
    response.delete_cookie(_cookie(request), path="/", secure=request.app.state.settings.production)
    return response
