"""Policy files of one version: read whole, checked by pydantic, versioned by their content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from shared.hours import BANGUI

Model = TypeVar("Model", bound=BaseModel)
Models = Mapping[str, type[BaseModel]]


#: Says from which day on a version decides; without it a version decides at once.
STARTS = "version.yaml"


class Start(BaseModel):
    """The file version.yaml: the day in Bangui on which a version begins to decide."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    starts: date


class PolicyError(Exception):
    """Policy files that cannot be put in force; the message names file, line and mistake."""


@dataclass(frozen=True)
class Bundle:
    """All policy files of one version: `version` is `p-` and 12 hex digits of their hash."""

    version: str
    files: Mapping[str, str]
    _loaded: Mapping[type[BaseModel], BaseModel]

    @property
    def starts_at(self) -> datetime | None:
        """When the version begins to decide; None when it has no such day."""
        start = self._loaded.get(Start)
        if not isinstance(start, Start):
            return None
        return datetime.combine(start.starts, time(), BANGUI)

    def get(self, model: type[Model]) -> Model:
        """Return the file that is described by a model."""
        return self._loaded[model]  # type: ignore[return-value]

    def keys(self, name: str, *place: str) -> list[str]:
        """Return the keys at a place of a file that another service describes, if it is there."""
        content = _read(name, self.files[name]) if name in self.files else {}
        for step in place:
            content = content.get(step, {}) if isinstance(content, dict) else {}
        return list(content) if isinstance(content, dict) else []

    def where(self, name: str, *place: str | int) -> str:
        """Return `file:line` of a place in a file, for a mistake found between files."""
        return f"{name}:{_line(_read(name, self.files[name]), place)}"


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
    if STARTS in files:
        loaded[Start] = _validate(STARTS, _read(STARTS, files[STARTS]), Start)
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
        raise PolicyError(_explain(error, model, lambda loc: (name, content, loc))) from error


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
        raise PolicyError(_explain(error, model, find)) from error


def _explain(
    error: ValidationError,
    model: type[BaseModel],
    find: Callable[[tuple[Any, ...]], tuple[str, Any, tuple[Any, ...]]],
) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        name, content, loc = find(problem["loc"])
        place = ".".join(str(step) for step in loc)
        what = problem["msg"]
        if problem["type"] == "extra_forbidden":
            what = f"unknown key; allowed: {', '.join(_allowed(model, problem['loc'][:-1]))}"
        lines.append(f"{name}:{_line(content, loc)}: {place or 'file'}: {what}")
    return "\n".join(lines)


def _allowed(model: Any, loc: tuple[Any, ...]) -> list[str]:
    """Return the keys that a model has at a location: through mappings, lists and choices."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        if not loc:
            return list(model.model_fields)
        field = model.model_fields.get(str(loc[0]))
        return _allowed(field.annotation, loc[1:]) if field else []
    inner = [arg for arg in get_args(model) if arg is not Ellipsis]
    found = [keys for arg in inner if (keys := _allowed(arg, loc[1:]) or _allowed(arg, loc))]
    return found[-1] if found else []


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
