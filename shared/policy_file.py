"""The policy in force: watched for changes, with the earlier versions for cases in flight."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from shared.clock import Clock, SystemClock
from shared.errors import NotFound
from shared.events.envelope import format_time
from shared.mongo import Collection, Database, Document, insert_new
from shared.policy_bundle import (
    Bundle,
    Check,
    Models,
    PolicyError,
    build_bundle,
    load_bundle,
)

__all__ = [
    "Bundle",
    "Check",
    "Models",
    "PolicyError",
    "PolicySource",
    "build_bundle",
    "load_bundle",
]

log = structlog.get_logger("recours.policy")

_POLL_SECONDS = 2.0


class PolicySource:
    """The policy in force, kept up to date with its folder, and earlier versions by their hash.

    A changed folder is read whole; a mistake in it is logged and the running version stays. A
    version that starts on a later day (version.yaml) waits until then.
    """

    def __init__(
        self,
        folder: Path,
        models: Models,
        checks: Sequence[Check] = (),
        clock: Clock | None = None,
    ) -> None:
        self._folder = folder
        self._models = models
        self._checks = checks
        self._clock = clock or SystemClock()
        self._collection: Collection | None = None
        self._current = load_bundle(folder, models, checks)
        self._coming: Bundle | None = None
        self._known = {self._current.version: self._current}
        self._seen = self._stamp()
        self.refused: str | None = None

    @property
    def current(self) -> Bundle:
        """The version in force at this moment."""
        if self._coming is not None and not self._waits(self._coming):
            self._current, self._coming = self._coming, None
        return self._current

    @property
    def coming(self) -> Bundle | None:
        """The version that starts on a later day, if one waits."""
        return self._coming if self.current is not self._coming else None

    async def versions(self) -> list[tuple[str, str | None]]:
        """Return the versions that are kept, the newest in force first, with since when (ISO)."""
        if self._collection is None:
            return []
        kept = await self._collection.find({}, {"in_force": 1}).to_list(None)
        found = [(one["_id"], one.get("in_force")) for one in kept]
        return sorted(found, key=lambda one: one[1] or "", reverse=True)

    def _waits(self, bundle: Bundle) -> bool:
        return bundle.starts_at is not None and self._clock.now() < bundle.starts_at

    async def keep_in(self, db: Database) -> None:
        """Keep every version in force in the collection `policies`, for cases in flight.

        Where the folder's version is still to start, the one that was in force last goes on; the
        first of all decides at once, as there is no other.
        """
        self._collection = db["policies"]
        if self._waits(self._current) and (last := await self._last_in_force()):
            self._current, self._coming = last, self._current
            self._known[last.version] = last
            log.info("policy waits", version=self._coming.version, starts=self._coming.starts_at)
        await self._remember(self._current, in_force=True)

    async def _last_in_force(self) -> Bundle | None:
        assert self._collection is not None
        kept = await self._collection.find({"in_force": {"$gt": ""}}).to_list(None)
        past = [one for one in kept if one["_id"] != self._current.version]
        if not past:
            return None
        last = max(past, key=lambda one: str(one["in_force"]))
        try:
            return build_bundle(
                {file["name"]: file["text"] for file in last["files"]}, self._models
            )
        except PolicyError as error:
            log.warning("the version before cannot be read any more", reason=str(error))
            return None

    async def _remember(self, bundle: Bundle, *, in_force: bool) -> None:
        if self._collection is None:
            return
        files = [{"name": name, "text": text} for name, text in bundle.files.items()]
        await insert_new(self._collection, [{"_id": bundle.version, "files": files}])
        if in_force:
            now = format_time(self._clock.now())
            await self._collection.update_one({"_id": bundle.version}, {"$set": {"in_force": now}})

    async def get(self, version: str) -> Bundle:
        """Return a version that was in force once; raises NotFound."""
        if version in self._known:
            return self._known[version]
        kept: Document | None = None
        if self._collection is not None:
            kept = await self._collection.find_one({"_id": version})
        if kept is None:
            raise NotFound(f"The policy version {version} is not kept here")
        files = {file["name"]: file["text"] for file in kept["files"]}
        # A file that came later is asked of the version in force alone.
        models = {n: m for n, m in self._models.items() if n in files or n.endswith("/")}
        bundle = build_bundle(files, models)
        self._known[version] = bundle
        return bundle

    async def watch(self) -> None:
        """Look for changes every two seconds until cancelled."""
        noted = self.current.version
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            await self.reload()
            if self.current.version != noted:
                noted = self.current.version
                await self._remember(self.current, in_force=True)
                log.info("policy in force", version=noted)

    async def reload(self) -> None:
        """Put changed files in force when they are valid and their day has come; else say why."""
        stamp = await asyncio.to_thread(self._stamp)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            fresh = await asyncio.to_thread(load_bundle, self._folder, self._models, self._checks)
        except PolicyError as error:
            self.refused = str(error)
            log.error("policy refused, the running version stays", reason=self.refused)
            return
        self.refused = None
        self._known[fresh.version] = fresh
        waits = self._waits(fresh)
        await self._remember(fresh, in_force=not waits)
        if waits:
            self._coming = fresh
            log.info("policy waits", version=fresh.version, starts=fresh.starts_at)
        else:
            self._current, self._coming = fresh, None

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        return tuple(
            (str(path), path.stat().st_mtime_ns, path.stat().st_size)
            for path in sorted(self._folder.rglob("*.yaml"))
        )
