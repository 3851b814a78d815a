"""The page of a case: who has it, what is asked, what was said and what happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from babel.dates import format_date
from fastapi import Request, Response

from services.ledger.answers import case_answer
from services.ledger.bodies import CaseAnswer, TimelineItem
from services.ledger.drafts import Draft
from services.ledger.handlers import open_case
from services.ledger.linking import seen_by_caller
from services.ledger.sight import Sight, may_read
from services.ledger.stages import Stages
from services.ledger.store import Ledger
from services.ledger.timeline import View, stays_hidden
from services.ledger.verify import record_of
from services.ledger.web import picture
from services.ledger.web.dialogue import Said, said_in
from services.ledger.web.forms import FORMS
from services.ledger.web.pages import Names, page
from services.ledger.web.session import Visitor, language_of, ledger_at
from services.ledger.web.spans import spans_of
from services.ledger.web.texts import AUDIENCES, CLOSED, EVENTS, KINDS, STAGES, STATES, Words

_INFORMED: Final = "party.informed"
#: Links do not count in versions, as not everybody sees both cases.
_LINKED: Final = "case.linked"


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
        said=[_said(one, opened, who, names, words) for one in said_in(answer)],
        entries=_entries(answer, seen, names, words),
        kinds=KINDS,
    )  # fmt: skip


def _entries(answer: CaseAnswer, seen: int | None, names: Names, w: Words) -> list[dict[str, Any]]:
    """Return what happened, with a mark on what is newer than the version that was seen."""
    rows, version = [], 0
    for one in answer.timeline:
        version += short_type(one.type) != _LINKED
        rows.append(_entry(one, names, w) | {"new": seen is not None and version > seen})
    return rows


def _picture(opened: Opened, who: Visitor, now: datetime) -> picture.Picture | None:
    """Draw the dates that the reader may know of: all that are not hidden, or those that run."""
    spans = [
        span
        for span in spans_of(opened.draft.case.id, opened.draft.stream)
        if not any(stays_hidden(lane, who.caller) for lane in span.lanes)
    ]
    if not opened.sight.full:
        spans = [span for span in spans if span.end is None]
    told = [one.at for one in opened.answer.timeline if short_type(one.type) == _INFORMED]
    return picture.drawn(spans, told, now)


def _owes(answer: CaseAnswer, who: Visitor, ledger: Ledger) -> bool:
    """Tell whether the date that runs is one that the reader's organisation has to keep."""
    owed = ledger.policy.current.get(Stages).holders
    return answer.stage in owed and answer.holder == who.caller.organisation


def _state(answer: CaseAnswer, w: Words) -> str:
    return w.of(CLOSED, answer.closed_as) if answer.closed_as else w.of(STATES, answer.state)


def short_type(event_type: str) -> str:
    """Return the noun and the participle of an event's type."""
    return event_type.removeprefix("cf.recours.").rpartition(".v")[0]


def _entry(item: TimelineItem, names: Names, w: Words) -> dict[str, Any]:
    details = item.details
    said = w.of(EVENTS, short_type(item.type)).format(
        holder=names.organisation(item.holder),
        closed=w.of(CLOSED, details.get("closed_as")),
        stage=w.of(STAGES, details.get("stage")),
        to=names.organisation(details.get("to") if isinstance(details.get("to"), str) else None),
        audience=w.of(AUDIENCES, details.get("audience")),
    )
    by = names.organisation(item.by["organisation"]) if item.by else ""
    return {"at": item.at, "day": names.day(item.at), "said": said, "by": by}


def _said(one: Said, opened: Opened, who: Visitor, names: Names, w: Words) -> dict[str, Any]:
    """Return a thing that was said, with a way to its words for those who may read them."""
    case, sight = opened.draft.case, opened.sight
    mine = who.caller.organisation
    may = one.text_id and (sight.words or may_read(case, sight, mine, one.text_id))
    return _entry(one.item, names, w) | {
        "by": names.organisation(one.by) if one.by else w("complainant"),
        "readers": w(f"readers_{one.readers}"),
        "text_id": one.text_id if may else None,
    }
