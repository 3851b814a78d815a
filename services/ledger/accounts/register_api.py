"""HTTP for administrators: organisations, sites and calendar days. No case is here."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.accounts.bodies import Happening, History
from services.ledger.accounts.doors import Administrators, Registered, not_kept
from services.ledger.accounts.identity import organisation_id
from services.ledger.accounts.register import day_id, site_id
from services.ledger.accounts.register_rules import DayKind
from services.ledger.deadlines import WorkCalendar
from shared.access import require_admin
from shared.directory import (
    Function,
    Organisation,
    OrganisationKind,
    Organisations,
    Site,
    Sites,
)
from shared.events.envelope import Event

router = APIRouter(prefix="/v1", tags=["directory"], dependencies=[Depends(not_kept)])
operator = APIRouter(
    prefix="/internal", tags=["operator"], dependencies=[Depends(require_admin), Depends(not_kept)]
)
Ident = Annotated[str, Path(min_length=1, max_length=80)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=50)]
Email = Annotated[str, Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrganisationBody(_Body):
    """What an organisation is; `emails` are addresses of the office, not of a person."""

    name: Name
    kind: OrganisationKind
    functions: Annotated[tuple[Function, ...], Field(max_length=20)] = ()
    sites: Names = ()
    aliases: Names = ()
    emails: Annotated[tuple[Email, ...], Field(max_length=20)] = ()
    national: bool = False


class SiteBody(_Body):
    """What a site is; nothing finer than this is kept."""

    name: Name
    prefecture: Name | None = None
    commune: Name | None = None
    aliases: Names = ()


class DayBody(_Body):
    """Whether people work on a day, and by which decree."""

    kind: DayKind
    why: Annotated[str, Field(min_length=1, max_length=300)]


@router.put("/organisations/{organisation}")
async def describe_organisation(
    organisation: Ident, body: OrganisationBody, order: Administrators, register: Registered
) -> Organisation:
    """Say what an organisation is, a new one or one that is known."""
    described = Organisation.model_validate(body.model_dump())
    await register.describe_organisation(order, organisation, described)
    return register.directory().organisations[organisation]


@router.get("/organisations")
async def list_organisations(order: Administrators, register: Registered) -> Organisations:
    """Return the directory's organisations as they stand."""
    await register.refresh()
    return register.directory()


@router.put("/sites/{site}")
async def describe_site(
    site: Ident, body: SiteBody, order: Administrators, register: Registered
) -> Site:
    """Say what a site is."""
    described = Site.model_validate(body.model_dump())
    return (await register.describe_site(order, site, described)).state.described


@router.get("/sites")
async def list_sites(order: Administrators, register: Registered) -> Sites:
    """Return the directory's sites as they stand."""
    return await register.all_sites()


@router.put("/calendar/{day}")
async def set_day(day: date, body: DayBody, order: Administrators, register: Registered) -> DayBody:
    """Say whether people work on a day; cases opened before keep the calendar they have."""
    state = (await register.set_day(order, day, body.kind, body.why)).state
    return DayBody(kind=state.kind, why=state.why)


@router.get("/calendar")
async def read_calendar(order: Administrators, register: Registered) -> WorkCalendar:
    """Return the calendar as it stands."""
    return await register.calendar()


@router.get("/organisations/{organisation}/history")
async def organisation_history(
    organisation: Ident, order: Administrators, register: Registered
) -> History:
    """Return what happened to an organisation."""
    return _history(await register.history(order, organisation_id(organisation)))


@router.get("/sites/{site}/history")
async def site_history(site: Ident, order: Administrators, register: Registered) -> History:
    """Return what happened to a site."""
    return _history(await register.history(order, site_id(site)))


@router.get("/calendar/{day}/history")
async def day_history(day: date, order: Administrators, register: Registered) -> History:
    """Return what happened to a day."""
    return _history(await register.history(order, day_id(day)))


@operator.get("/policy-files")
async def policy_files(register: Registered) -> dict[str, str]:
    """Return the policy files with what administrators described, to be put in force."""
    return await register.policy_files()


def _history(events: Sequence[Event]) -> History:
    return History(events=[Happening.of(event) for event in events])
