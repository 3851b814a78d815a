"""Print the part of `constraints.txt` that one image needs: what an extra asks for, and on down.

It reads the `# via` notes of the lock, so that an image is resolved by nobody: what is installed
is exactly what was tested.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

_NAME = re.compile(r"^([A-Za-z0-9._-]+)==")
_REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    """Return a package name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(text: str) -> dict[str, tuple[str, set[str]]]:
    """Return for each package its entry in the lock and the packages that ask for it."""
    entries: dict[str, tuple[str, set[str]]] = {}
    name, lines = "", list[str]()
    for line in [*text.splitlines(), "end=="]:
        if match := _NAME.match(line):
            if name:
                entries[name] = _entry(lines)
            name, lines = normal(match[1]), []
        lines.append(line)
    return entries


def _entry(lines: list[str]) -> tuple[str, set[str]]:
    code = [line for line in lines if line and not line.lstrip().startswith("#")]
    notes = [line.lstrip(" #").removeprefix("via").strip() for line in lines if "#" in line]
    return "\n".join(code).rstrip(" \\"), {normal(note.partition(" ")[0]) for note in notes if note}


def wanted(project: dict[str, list[str]], lock: dict[str, tuple[str, set[str]]]) -> list[str]:
    """Return the entries for the given direct requirements and everything they ask for."""
    names = {
        normal(m[0]) for group in project.values() for r in group if (m := _REQUIREMENT.match(r))
    }
    todo = set(names)
    while todo:
        found = {name for name, (_entry, askers) in lock.items() if askers & todo} - names
        names |= found
        todo = found
    missing = names - set(lock)
    if missing:
        sys.exit(f"constraints.txt does not hold {', '.join(sorted(missing))}: run `make lock`")
    return [lock[name][0] for name in sorted(names)]


def main() -> None:
    """Print the requirements of one extra."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extra")
    parser.add_argument("--without", default="", help="packages left out, separated by commas")
    given = parser.parse_args()
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    if given.extra not in extras:
        sys.exit(f"{given.extra} is none of {', '.join(extras)}")
    left_out = set(given.without.split(","))
    own = [r for r in extras[given.extra] if r.partition("==")[0] not in left_out]
    lock = read_lock(Path("constraints.txt").read_text())
    print("\n".join(wanted({"all": project["dependencies"], "own": own}, lock)))


if __name__ == "__main__":
    main()
