"""Organisations, sites and calendar days as administrators describe them, over the files. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from io import StringIO
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, field_serializer
from ruamel.yaml import YAML

from services.ledger.accounts import events as happened
from services.ledger.accounts.rules import Organisation as Said
from services.ledger.deadlines import Change, WorkCalendar
from shared.directory import Organisation, Organisations, Site, Sites
from shared.errors import Conflict, Invalid
from shared.events.envelope import EventData

DayKind = Literal["holiday", "working", "computed"]
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_FARTHEST: Final = timedelta(days=3 * 366)
_HEADER: Final = (
    "# Written by `recours directory write`: what administrators described, over the file.\n"
)


class RegisteredSite(BaseModel):
    """A site as it was described last."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    described: Site


class RegisteredDay(BaseModel):
    """A day as it was set last."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    kind: DayKind
    why: str

    @field_serializer("day")
    def _as_text(self, day: date) -> str:
        return day.isoformat()  # the store has no days without a time


def site_after(_: RegisteredSite | None, data: EventData) -> RegisteredSite:
    """Return a site as an event leaves it."""
    assert isinstance(data, happened.SiteDescribed)
    return RegisteredSite(id=data.site, described=data.described)


def day_after(_: RegisteredDay | None, data: EventData) -> RegisteredDay:
    """Return a day as an event leaves it."""
    assert isinstance(data, happened.CalendarDaySet)
    return RegisteredDay(day=data.day, kind=data.kind, why=data.why)


def check_id(ident: str, name: str) -> None:
    """Raise Invalid unless this can be a directory id."""
    if not _ID.fullmatch(ident):
        reason = "small letters, figures and hyphens, 60 at most"
        raise Invalid(f"Not an id: {reason}", errors=[{"field": name, "reason": reason}])


def check_organisation(new: Organisation, before: Organisation | None, sites: Sites) -> None:
    """Raise when a description names unknown sites, or makes another kind of an organisation."""
    unknown = sorted(set(new.sites) - sites.sites.keys())
    if unknown:
        reason = "names a site that is not in the directory"
        raise Invalid(f"The organisation {reason}", errors=[{"field": "sites", "reason": reason}])
    if before is not None and before.kind != new.kind:
        raise Conflict(
            "The kind of an organisation stays: people have roles by it. Describe another one"
        )


def check_day(day: date, today: date) -> None:
    """Raise Invalid for a day that is over, or too far away to be known."""
    if not today <= day <= today + _FARTHEST:
        reason = "must be from today to three years from now"
        raise Invalid(f"The day {reason}", errors=[{"field": "day", "reason": reason}])


def organisations_over(file: Organisations, said: Iterable[Said]) -> Organisations:
    """Return the directory's organisations with what administrators have said of them."""
    merged = dict(file.organisations)
    for one in said:
        found = one.described or merged.get(one.id)
        if found is not None:
            merged[one.id] = found if one.open else found.model_copy(update={"open": False})
    return Organisations(organisations=merged)


def sites_over(file: Sites, said: Iterable[RegisteredSite]) -> Sites:
    """Return the directory's sites with those that administrators described."""
    return Sites(sites={**file.sites, **{one.id: one.described for one in said}})


def calendar_over(file: WorkCalendar, said: Iterable[RegisteredDay]) -> WorkCalendar:
    """Return the calendar with the days that administrators have set."""
    added = {change.day: change for change in file.added}
    removed = {change.day: change for change in file.removed}
    for one in said:
        added.pop(one.day, None)
        removed.pop(one.day, None)
        if one.kind != "computed":
            days = added if one.kind == "holiday" else removed
            days[one.day] = Change(day=one.day, why=one.why)
    return file.model_copy(
        update={
            "added": tuple(added[day] for day in sorted(added)),
            "removed": tuple(removed[day] for day in sorted(removed)),
        }
    )


def written(content: BaseModel) -> str:
    """Return a policy file's text."""
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    yaml.dump(_plain(content.model_dump(mode="python", exclude_defaults=True)), out)
    return _HEADER + out.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
