"""Copies of the shipped policy in which a test changes something."""

from pathlib import Path

from deploy.policy_diff.histories import ALL_MODELS
from shared.policy_bundle import Bundle, build_bundle
from tests.support.submissions import POLICY_DIR


def files() -> dict[str, str]:
    """Return the shipped policy files by name."""
    return {p.relative_to(POLICY_DIR).as_posix(): p.read_text() for p in POLICY_DIR.rglob("*.yaml")}


def edited(*edits: tuple[str, str, str]) -> dict[str, str]:
    """Return the shipped files after edits: file, a text that stands in it, and another."""
    changed = files()
    for name, old, new in edits:
        assert old in changed[name], (name, old)
        changed[name] = changed[name].replace(old, new, 1)
    return changed


def bundle(*edits: tuple[str, str, str]) -> Bundle:
    """Return the shipped policy after edits, as the services read it."""
    return build_bundle(edited(*edits), ALL_MODELS)


def folder(into: Path, *edits: tuple[str, str, str]) -> Path:
    """Write the shipped policy after edits into a folder."""
    for name, text in edited(*edits).items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_text(text)
    return into
