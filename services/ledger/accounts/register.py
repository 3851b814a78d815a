"""What administrators do with organisations, sites and calendar days: events with history."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.ledger.accounts.events import CalendarDaySet, OrganisationDescribed, SiteDescribed
from services.ledger.accounts.identity import organisation_id
from services.ledger.accounts.manage import Order
from services.ledger.accounts.permits import require_administrator
from services.ledger.accounts.records import Entry, Records
from services.ledger.accounts.register_rules import (
    DayKind,
    RegisteredDay,
    RegisteredSite,
    calendar_over,
    check_day,
    check_id,
    check_organisation,
    day_after,
    organisations_over,
    site_after,
    sites_over,
    written,
)
from services.ledger.accounts.rules import Decided
from services.ledger.accounts.rules import Organisation as Said
from services.ledger.deadlines import WorkCalendar
from shared.clock import Clock
from shared.directory import Organisation, Organisations, Site, Sites
from shared.event_store import EventStore
from shared.events.envelope import Event
from shared.ids import derived_id
from shared.mongo import Database

_REFRESH_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Files:
    """The files of the policy that the register lies over."""

    organisations: Organisations
    sites: Sites
    calendar: WorkCalendar


class Register:
    """Organisations, sites and days: the files of the policy, and what administrators said since.

    What was said is kept in memory for those who ask in passing, and read again after each change
    and every two seconds, as another process may have said it.
    """

    def __init__(
        self,
        db: Database,
        organisations: Records[Said],
        files: Callable[[], Files],
        clock: Clock,
    ) -> None:
        events = EventStore(db, source="ledger", collection="account_events")
        self.organisations = organisations
        self.sites = Records(events, db["account_sites"], RegisteredSite, site_after, clock)
        self.days = Records(events, db["account_days"], RegisteredDay, day_after, clock)
        self._files, self._clock = files, clock
        self._said: Sequence[Said] = ()
        self._merged: tuple[Organisations, Sequence[Said], Organisations] | None = None

    async def ensure_indexes(self) -> None:
        """Create the indexes, bring up to date what a crash left behind, and read what was said."""
        for records in (self.sites, self.days):
            await records.ensure_indexes()
            await records.catch_up()
        await self.refresh()

    async def refresh(self) -> None:
        """Read again what administrators have said of organisations."""
        said = [entry.state for entry in await self.organisations.all({})]
        if said != self._said:
            self._said = said

    async def watch(self) -> None:
        """Read it again and again."""
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            await self.refresh()

    def directory(self) -> Organisations:
        """Return the organisations as they stand."""
        file, said = self._files().organisations, self._said
        known = self._merged
        if known is None or known[0] is not file or known[1] is not said:
            known = self._merged = (file, said, organisations_over(file, said))
        return known[2]

    async def all_sites(self) -> Sites:
        """Return the sites as they stand."""
        return sites_over(self._files().sites, [one.state for one in await self.sites.all({})])

    async def calendar(self) -> WorkCalendar:
        """Return the calendar as it stands."""
        said = [one.state for one in await self.days.all({})]
        return calendar_over(self._files().calendar, said)

    async def policy_files(self) -> dict[str, str]:
        """Return the text of each policy file that the register lies over."""
        await self.refresh()
        return {
            "organisations.yaml": written(self.directory()),
            "sites.yaml": written(await self.all_sites()),
            "calendar.yaml": written(await self.calendar()),
        }

    async def describe_organisation(
        self, order: Order, organisation: str, described: Organisation
    ) -> Entry[Said]:
        """Say what an organisation is, a new one or one that is known."""
        require_administrator(order.caller)
        check_id(organisation, "organisation")
        sites = await self.all_sites()
        event = OrganisationDescribed(by=order.by, organisation=organisation, described=described)

        def decide(entry: Entry[Said] | None) -> Decided:
            said = entry.state.described if entry else None
            before = said or self._files().organisations.find(organisation)
            check_organisation(described, before, sites)
            return Decided(event)

        ident = organisation_id(organisation)
        changed = await self.organisations.change(ident, decide, order.cause)
        await self.refresh()
        return changed

    async def describe_site(
        self, order: Order, site: str, described: Site
    ) -> Entry[RegisteredSite]:
        """Say what a site is."""
        require_administrator(order.caller)
        check_id(site, "site")
        event = SiteDescribed(by=order.by, site=site, described=described)
        return await self.sites.change(site_id(site), lambda _: Decided(event), order.cause)

    async def set_day(
        self, order: Order, day: date, kind: DayKind, why: str
    ) -> Entry[RegisteredDay]:
        """Say whether people work on a day."""
        require_administrator(order.caller)
        check_day(day, (await self.calendar()).local_day(self._clock.now()))
        event = CalendarDaySet(by=order.by, day=day, kind=kind, why=why)
        return await self.days.change(day_id(day), lambda _: Decided(event), order.cause)

    async def history(self, order: Order, stream: str) -> Sequence[Event]:
        """Return what happened to an organisation, a site or a day."""
        require_administrator(order.caller)
        return await self.days.history(stream)


def site_id(site: str) -> str:
    """Return the stream of a site."""
    return derived_id("site", site)


def day_id(day: date) -> str:
    """Return the stream of a day."""
    return derived_id("day", day.isoformat())
