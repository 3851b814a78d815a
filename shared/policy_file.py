"""Policy as data: YAML files read whole, checked by pydantic, versioned by their content."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from shared.errors import NotFound
from shared.mongo import Collection, Database, Document, insert_new

log = structlog.get_logger("recours.policy")

Model = TypeVar("Model", bound=BaseModel)
Models = Mapping[str, type[BaseModel]]
_POLL_SECONDS = 2.0


class PolicyError(Exception):
    """Policy files that cannot be put in force; the message names file, line and mistake."""


@dataclass(frozen=True)
class Bundle:
    """All policy files of one version: `version` is `p-` and 12 hex digits of their hash."""

    version: str
    files: Mapping[str, str]
    _loaded: Mapping[type[BaseModel], BaseModel]

    def get(self, model: type[Model]) -> Model:
        """Return the file that is described by a model."""
        return self._loaded[model]  # type: ignore[return-value]


Check = Callable[[Bundle], None]


def load_bundle(folder: Path, models: Models, checks: Sequence[Check] = ()) -> Bundle:
    """Read all YAML files below a folder and validate those named in `models`.

    A name in `models` that ends in `/` is a folder: its files are read as one mapping from file
    name (without ending) to content. Raises PolicyError.
    """
    paths = sorted(folder.rglob("*.yaml"))
    if not paths:
        raise PolicyError(f"{folder}: no policy files (*.yaml) here")
    try:
        files = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{folder}: cannot be read: {error}") from error
    return build_bundle(files, models, checks)


def build_bundle(files: Mapping[str, str], models: Models, checks: Sequence[Check] = ()) -> Bundle:
    """Validate policy files given as texts; raises PolicyError."""
    loaded: dict[type[BaseModel], BaseModel] = {}
    for name, model in models.items():
        if name.endswith("/"):
            parts = {
                file[len(name) : -len(".yaml")]: _read(file, files[file])
                for file in files
                if file.startswith(name)
            }
            loaded[model] = _validate_folder(name, parts, model)
        elif name in files:
            loaded[model] = _validate(name, _read(name, files[name]), model)
        else:
            raise PolicyError(f"{name}: this policy file is missing")
    bundle = Bundle(_version(files), dict(files), loaded)
    for check in checks:
        check(bundle)
    return bundle


def _version(files: Mapping[str, str]) -> str:
    digest = sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name].encode())}\0{files[name]}\0".encode())
    return f"p-{digest.hexdigest()[:12]}"


def _read(name: str, text: str) -> Any:
    yaml = YAML(typ="rt")
    try:
        return yaml.load(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"{name}:{line}: {error.problem or 'not valid YAML'}") from error
    except YAMLError as error:
        raise PolicyError(f"{name}: not valid YAML") from error


def _validate(name: str, content: Any, model: type[Model]) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise PolicyError(_explain(error, lambda loc: (name, content, loc))) from error


def _validate_folder(folder: str, parts: Mapping[str, Any], model: type[Model]) -> Model:
    def find(loc: tuple[Any, ...]) -> tuple[str, Any, tuple[Any, ...]]:
        # The first step of the location is the model's own field, the second the file.
        if len(loc) > 1 and loc[1] in parts:
            return f"{folder}{loc[1]}.yaml", parts[loc[1]], loc[2:]
        return folder, None, loc

    field = next(iter(model.model_fields))
    try:
        return model.model_validate({field: dict(parts)})
    except ValidationError as error:
        raise PolicyError(_explain(error, find)) from error


def _explain(
    error: ValidationError, find: Callable[[tuple[Any, ...]], tuple[str, Any, tuple[Any, ...]]]
) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        name, content, loc = find(problem["loc"])
        place = ".".join(str(step) for step in loc)
        lines.append(f"{name}:{_line(content, loc)}: {place or 'file'}: {problem['msg']}")
    return "\n".join(lines)


def _line(content: Any, loc: tuple[Any, ...]) -> int:
    """Return the line (from 1) of the deepest part of a location that the file has."""
    line = 1
    for step in loc:
        try:
            line = content.lc.data[step][0] + 1
            content = content[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


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
        bundle = build_bundle(files, self._models)
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
