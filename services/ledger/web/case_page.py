"""The page of a case: who has it, what is asked, what was said and what happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from babel.dates import format_date
from fastapi import Request, Response

from services.ledger.answers import case_answer
from services.ledger.bodies import CaseAnswer
from services.ledger.drafts import Draft
from services.ledger.handlers import open_case
from services.ledger.linking import seen_by_caller
from services.ledger.sight import Sight, may_read
from services.ledger.stages import Stages
from services.ledger.store import Ledger
from services.ledger.timeline import View, stays_hidden
from services.ledger.verify import record_of
from services.ledger.web import picture
from services.ledger.web.codes import CLOSED, KINDS, STAGES, STATES
from services.ledger.web.dialogue import Said, said_in
from services.ledger.web.entries import line_of, lines_of, parties_of, short_type
from services.ledger.web.forms import FORMS
from services.ledger.web.pages import Names, page
from services.ledger.web.session import Visitor, language_of, ledger_at
from services.ledger.web.spans import spans_of
from services.ledger.web.texts import Words

_PLAN: Final = "safetyplan.recorded"


@dataclass(frozen=True)
class Opened:
    """A case as its reader sees it, with what the page needs beside that."""

    answer: CaseAnswer
    draft: Draft
    sight: Sight


async def read_case(ledger: Ledger, who: Visitor, reference: str) -> Opened:
    """Return a case that somebody may see; raises NotFound."""
    draft, sight = await open_case(ledger, reference, who.caller)
    record = await record_of(ledger.events.collection, draft.case.id)
    related = await seen_by_caller(ledger, draft.case, who.caller) if sight.full else []
    owed = (await ledger.rules_for(draft)).stages.holders
    answer = case_answer(draft.case, draft.stream, record, View(sight, who.caller, related, owed))
    return Opened(answer, draft, sight)


async def case_page(
    request: Request,
    who: Visitor,
    reference: str,
    *,
    done: bool = False,
    problem: str | None = None,
    status: int = 200,
    seen: int | None = None,
) -> Response:
    """Return the page of a case.

    `seen` is the version that somebody decided on: what happened since is marked.
    """
    ledger, words = ledger_at(request), Words(language_of(request))
    opened = await read_case(ledger, who, reference)
    answer, names, now = opened.answer, Names(ledger, words), ledger.clock.now()
    return page(
        request,
        "case.html",
        who=who,
        status=status,
        problem=problem,
        done=done,
        c=answer,
        names=names,
        chip=names.chip(answer.due_at, answer.late_since, now) if opened.draft.case.open else None,
        state=_state(answer, words),
        asked=words.of(STAGES, answer.stage) if _owes(answer, who, ledger) else "",
        acts=[(name, FORMS[name].title[words.language == "en"]) for name in answer.possible
              if name in FORMS],
        reads=opened.sight.words or opened.sight.full,
        picture=_picture(opened, who, now),
        short_day=lambda at: format_date(at, "d MMM", locale=words.language),
        said=[_said(one, opened, who, names, words) for one in said_in(answer, opened.draft.case)],
        entries=lines_of(answer.timeline, seen, names, words),
        plan_day=_plan_day(answer, names),
        kinds=KINDS,
    )  # fmt: skip


def _picture(opened: Opened, who: Visitor, now: datetime) -> picture.Picture | None:
    """Draw the dates that the reader may know of: all that are not hidden, or those that run."""
    spans = [
        span
        for span in spans_of(opened.draft.case.id, opened.draft.stream)
        if not any(stays_hidden(lane, who.caller) for lane in span.lanes)
    ]
    if not opened.sight.full:
        spans = [span for span in spans if span.end is None]
    told = [
        (one.at, party["audience"] == "complainant")
        for one in opened.answer.timeline
        for party in parties_of(one)
        if party["told"]
    ]
    return picture.drawn(spans, told, now)


def _owes(answer: CaseAnswer, who: Visitor, ledger: Ledger) -> bool:
    """Tell whether the date that runs is one that the reader's organisation has to keep."""
    owed = ledger.policy.current.get(Stages).holders
    return answer.stage in owed and answer.holder == who.caller.organisation


def _plan_day(answer: CaseAnswer, names: Names) -> str:
    """Return when the safety plan was last written."""
    written = [one.at for one in answer.timeline if short_type(one.type) == _PLAN]
    return names.day(written[-1]) if written else ""


def _state(answer: CaseAnswer, w: Words) -> str:
    return w.of(CLOSED, answer.closed_as) if answer.closed_as else w.of(STATES, answer.state)


def _said(one: Said, opened: Opened, who: Visitor, names: Names, w: Words) -> dict[str, Any]:
    """Return a thing that was said, with a way to its words for those who may read them."""
    case, sight = opened.draft.case, opened.sight
    mine = who.caller.organisation
    may = one.text_id and (sight.words or may_read(case, sight, mine, one.text_id))
    line = line_of(one.item, names, w)
    return {
        "at": line.at,
        "day": line.day,
        "said": line.said,
        "by": names.organisation(one.by) if one.by else w("complainant"),
        "readers": w(f"readers_{one.readers}") if one.readers else "",
        "text_id": one.text_id if may else None,
    }
