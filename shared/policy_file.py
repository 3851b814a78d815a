"""The policy in force: watched for changes, with the earlier versions for cases in flight."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from shared.errors import NotFound
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

    A changed folder is read whole; a mistake in it is logged and the running version stays.
    """

    def __init__(self, folder: Path, models: Models, checks: Sequence[Check] = ()) -> None:
        self._folder = folder
        self._models = models
        self._checks = checks
        self._collection: Collection | None = None
        self.current = load_bundle(folder, models, checks)
        self._known = {self.current.version: self.current}
        self._seen = self._stamp()
        self.refused: str | None = None

    async def keep_in(self, db: Database) -> None:
        """Keep every version in force in the collection `policies`, for cases in flight."""
        self._collection = db["policies"]
        await self._remember(self.current)

    async def _remember(self, bundle: Bundle) -> None:
        if self._collection is not None:
            files = [{"name": name, "text": text} for name, text in bundle.files.items()]
            await insert_new(self._collection, [{"_id": bundle.version, "files": files}])

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
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            await self.reload()

    async def reload(self) -> None:
        """Put changed files in force when they are valid; else say why not and go on."""
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
        await self._remember(fresh)
        self._known[fresh.version] = fresh
        self.current, self.refused = fresh, None
        log.info("policy in force", version=fresh.version)

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        return tuple(
            (str(path), path.stat().st_mtime_ns, path.stat().st_size)
            for path in sorted(self._folder.rglob("*.yaml"))
        )
