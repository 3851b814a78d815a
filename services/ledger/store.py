"""What the ledger stands on, and how decided events become stored ones with their views."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import httpx

from services.ledger.access import Access
from services.ledger.accounts.identity import Identity
from services.ledger.accounts.openid import OpenId
from services.ledger.accounts.register import Register
from services.ledger.accounts.rules import is_away
from services.ledger.alerts import Alerts
from services.ledger.attendance import Attendance
from services.ledger.deadlines import WorkCalendar
from services.ledger.decisions import Known, Rules
from services.ledger.drafts import Draft, published
from services.ledger.due import wake_at
from services.ledger.reports import Reports
from services.ledger.stages import Stages
from services.ledger.views import CaseViews, document_of
from shared.access import Caller, Identify
from shared.clock import Clock
from shared.directory import Organisations, Sites
from shared.due_queue import DueQueue
from shared.errors import NotFound
from shared.event_store import Appended, EventStore
from shared.events.envelope import Event, StoredEvent
from shared.group_commit import GroupCommit
from shared.loops import UnderWay
from shared.mongo import Database, Document
from shared.outbox import OutboxRelay
from shared.policy_file import Bundle, Models, PolicySource
from shared.ranges import in_ranges
from shared.taxonomy import Taxonomy
from shared.waiting import Changes

MODELS: Models = {
    "access.yaml": Access,
    "stages.yaml": Stages,
    "calendar.yaml": WorkCalendar,
    "organisations.yaml": Organisations,
    "taxonomy.yaml": Taxonomy,
    "sites.yaml": Sites,
}
_REBUILD_BATCH = 200
_REMEMBERED = 20_000

#: A case with what a command decided on it, and the fingerprint of the request.
Command = tuple[Draft, str]


def rules_of(bundle: Bundle) -> Rules:
    """Return the ledger's part of a policy version."""
    return Rules(
        bundle.version,
        bundle.get(Stages),
        bundle.get(WorkCalendar),
        Known(bundle.get(Organisations), bundle.get(Taxonomy), bundle.get(Sites)),
    )


@dataclass
class Ledger:
    """The collaborators of the ledger's use cases.

    `shown` remembers which versions this process has brought into the views itself.
    """

    db: Database
    events: EventStore
    views: CaseViews
    queue: DueQueue
    policy: PolicySource
    clock: Clock
    http: httpx.AsyncClient
    relay: OutboxRelay | None = None
    shown: dict[str, int] = field(default_factory=dict)
    identity: Identity | None = None
    openid: OpenId | None = None
    register: Register | None = None
    changes: Changes = field(default_factory=Changes)
    reports: Reports = field(init=False)
    attendance: Attendance = field(init=False)
    alerts: Alerts = field(init=False)
    _commands: GroupCommit[Command, bool] = field(init=False)
    _storing: UnderWay = field(default_factory=UnderWay)

    def __post_init__(self) -> None:
        self._commands = GroupCommit(self._keep_all)
        self.attendance = Attendance(self.db, self.clock)
        self.alerts = Alerts(self.events, self.clock)
        self.reports = Reports(self.views.collection, self.policy, self.clock)

    @property
    def identify(self) -> Identify | None:
        """How callers are told apart, where accounts are kept; that they were here is noted."""
        return self._identified if self.identity else None

    async def _identified(self, credential: str, method: str, path: str) -> Caller:
        assert self.identity is not None
        caller = await self.identity.identify(credential, method, path)
        await self.attendance.note(caller.organisation)
        return caller

    def nudge(self) -> None:
        """Tell the relay that there is something to publish."""
        if self.relay is not None:
            self.relay.nudge()

    @property
    def access(self) -> Access:
        """Who may see and do what: the version in force, whichever a case was decided under."""
        return self.policy.current.get(Access)

    def today(self) -> date:
        """Return the day it is where the cases are, by the policy in force."""
        return self.policy.current.get(WorkCalendar).local_day(self.clock.now())

    async def away_until(self, sub: str) -> str | None:
        """Return the last day (ISO) on which somebody said they are away; None when they are here.

        Programs and people with a signed token have no account here, and are never away.
        """
        entry = await self.identity.accounts.seen(sub) if self.identity else None
        away = entry is not None and is_away(entry.state, self.today())
        return entry.state.away_until if entry and away else None

    async def rules_for(self, draft: Draft, version: str | None = None) -> Rules:
        """Return the policy a case was opened under; for a new one that of its route.

        A version that is not kept here is replaced by the one in force: a case must get a date.
        """
        wanted = draft.case.rules_version or version
        if wanted is None or wanted == self.policy.current.version:
            return rules_of(self.policy.current)
        try:
            kept = rules_of(await self.policy.get(wanted))
            # The rules stay those of the case; who and what is there does not.
            return replace(kept, known=rules_of(self.policy.current).known)
        except NotFound:
            return rules_of(self.policy.current)

    async def draft(self, subject: str) -> Draft:
        """Load one case to work on."""
        return Draft(subject, await self.events.load(subject))

    async def drafts(self, subjects: Sequence[str]) -> dict[str, Draft]:
        """Load cases to work on, in one read."""
        streams = await self.events.load_many(dict.fromkeys(subjects))
        return {subject: Draft(subject, stream) for subject, stream in streams.items()}

    async def keep(self, draft: Draft, fingerprint: str) -> bool:
        """Store what a command decided, together with those that come meanwhile.

        Returns False when somebody else was first: nothing of the draft is stored then. Each write
        is made durable by itself, which was most of the time of a command (measured).
        """
        return await self._commands.submit((draft, fingerprint))

    async def _keep_all(self, commands: Sequence[Command]) -> list[bool | Exception]:
        outcomes: dict[int, bool | Exception] = {}
        for together in _apart(commands):
            prints = {event.id: print_ for draft, print_ in together for event in draft.new}
            try:
                appended = await self.store([draft for draft, _ in together], prints=prints)
            except Exception as error:  # the others of the group are not told of it
                outcomes |= {id(draft): error for draft, _ in together}
            else:
                lost = appended.lost
                outcomes |= {id(draft): draft.case.id not in lost for draft, _ in together}
        return [outcomes[id(draft)] for draft, _ in commands]

    async def store(
        self, drafts: Sequence[Draft], *, prints: Mapping[str, str] | None = None
    ) -> Appended:
        """Append what was decided in one write, and bring the views up to it in another.

        `prints` are the fingerprints of the requests that led to events, by the events' ids.
        """
        changed = [draft for draft in drafts if draft.new]
        with self._storing.one():
            appended = await self.events.append(
                [event for draft in changed for event in draft.new],
                publish=published,
                extra=(lambda event: {"request": {"fingerprint": prints[event.id]}})
                if prints
                else None,
            )
            lost = appended.lost
            await self.project([draft for draft in changed if draft.case.id not in lost])
        if appended.stored:
            self.nudge()
            self.changes.tell(event.subject for event in appended.stored if published(event))
        return appended

    async def project(self, drafts: Sequence[Draft]) -> None:
        """Write the views of cases as they stand in the drafts."""
        new: list[tuple[str, Document]] = []
        changed: list[tuple[str, Document]] = []
        for draft in drafts:
            if draft.case.route is not None:
                item = (draft.case.id, await self.view_of(draft))
                (changed if draft.was_open else new).append(item)
        await self.views.project(new, changed)
        if len(self.shown) > _REMEMBERED:
            self.shown.clear()
        self.shown |= {gid: view["version"] for gid, view in (*new, *changed)}

    async def view_of(self, draft: Draft) -> Document:
        """Return the view of a case that has a holder."""
        return document_of(draft.case, draft.head, await self.rules_for(draft))

    async def wake_of(self, draft: Draft) -> datetime | None:
        """Return when a case must be looked at next."""
        return wake_at(draft.case, await self.rules_for(draft))

    async def catch_up(self, events: Sequence[Event | StoredEvent]) -> None:
        """Bring the views that are behind these events up to date (after a crash).

        What this process is storing just now is waited for: its own views come with it.
        """
        if self._not_shown(events):
            await self._storing.all_begun()
        latest = self._not_shown(events)
        if not latest:
            return
        versions = await self.views.versions(list(latest))
        behind = [gid for gid, seen in latest.items() if versions.get(gid, 0) < seen]
        if not behind:
            return
        drafts = await self.drafts(behind)
        for draft in drafts.values():
            draft.was_open = draft.case.id in versions
        await self.project(list(drafts.values()))

    def _not_shown(self, events: Sequence[Event | StoredEvent]) -> dict[str, int]:
        return {
            event.subject: event.sequence
            for event in events
            if self.shown.get(event.subject, 0) < event.sequence
        }

    async def rebuild(self) -> int:
        """Build all views again from the events, range by range of the cases; return how many."""

        async def first_events(low: str, high: str) -> list[Document]:
            query = {"subject": {"$gte": low, "$lt": high}, "sequence": 1}
            return await self.events.collection.find(query, {"subject": 1}).to_list(None)

        rebuilt = 0
        async for part in in_ranges(first_events, about=_REBUILD_BATCH):
            drafts = await self.drafts([document["subject"] for document in part])
            views = [
                (draft.case.id, await self.view_of(draft))
                for draft in drafts.values()
                if draft.case.route is not None
            ]
            await self.views.reset(views)
            rebuilt += len(views)
            await asyncio.sleep(0)
        return rebuilt


def _apart(commands: Sequence[Command]) -> Iterator[list[Command]]:
    """Yield the commands in groups in which no case comes twice: its first one goes first."""
    left = list(commands)
    while left:
        first = {draft.case.id: number for number, (draft, _) in reversed([*enumerate(left)])}
        chosen = set(first.values())
        yield [command for number, command in enumerate(left) if number in chosen]
        left = [command for number, command in enumerate(left) if number not in chosen]
