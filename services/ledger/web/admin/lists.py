"""The two kinds of page that everything administrators look after has: a list, and one of it."""

from typing import Any

from fastapi import Request, Response

from services.ledger.web.admin.act_routes import SUBJECTS
from services.ledger.web.admin.acts import Parts, parts_of
from services.ledger.web.admin.sight import require_there
from services.ledger.web.admin.views import AdminWords, admin_page
from services.ledger.web.session import Visitor, language_of, ledger_at, visitor


async def opened(request: Request, subject: str) -> tuple[Visitor, Parts, AdminWords]:
    """Return who opens a page, what they look after, and their words; raises NotFound."""
    who = await visitor(request)
    require_there(who.caller, subject)
    return who, parts_of(ledger_at(request)), AdminWords(language_of(request))


def listed_page(
    request: Request,
    who: Visitor,
    subject: str,
    columns: list[str],
    rows: list[tuple[str, list[str]]],
    begin: str,
    **given: Any,
) -> Response:
    """Return a page that lists what there is, with the act that begins another one."""
    words = AdminWords(language_of(request))
    first = SUBJECTS[subject][begin].form.title[words.place]
    return admin_page(
        request,
        "admin_list.html",
        who,
        title=words(subject),
        why=words(f"{subject}_why"),
        columns=columns,
        rows=[(f"/desk/admin/{subject}/{ident}", cells) for ident, cells in rows],
        begin=(f"/desk/admin/{subject}/new/{begin}", first),
        **({"filters": [], "chosen": "", "more": None} | given),
    )


def single_page(
    request: Request,
    who: Visitor,
    subject: str,
    ident: str,
    title: str,
    facts: list[tuple[str, str]],
    acts: list[str],
    history: list[Any],
    **given: Any,
) -> Response:
    """Return the page of one of them: how it stands, what can be done, what happened."""
    place = AdminWords(language_of(request)).place
    return admin_page(
        request,
        "admin_one.html",
        who,
        title=title,
        back=f"/desk/admin/{subject}",
        facts=[(label, value) for label, value in facts if value],
        acts=[
            (f"/desk/admin/{subject}/{ident}/{name}", SUBJECTS[subject][name].form.title[place])
            for name in acts
        ],
        history=history,
        done=request.query_params.get("done") == "1",
        **({"note": None} | given),
    )
