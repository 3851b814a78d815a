"""Chromium for the browser tests: the machine's own, or Debian's, fetched once into the cache.

Nothing is installed on the machine: apt fetches what the machine lacks into folders of its own,
checked by its signatures, and the packages are unpacked beside each other.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.embedded.fetch import once
from deploy.embedded.process import ServerError

#: The first version that all pages were tried with.
OLDEST: Final = 130
#: Names under which distributions install it.
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_PACKAGES: Final = ("chromium", "fonts-liberation")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HINT: Final = (
    "The browser tests need Chromium: install it, name it in RECOURS_CHROMIUM, or run `make test` "
    "on Debian, where it is fetched."
)


@dataclass(frozen=True)
class Chromium:
    """A browser that can be started: its program, what it needs around it, its version."""

    program: Path
    version: str
    environment: Mapping[str, str] = field(default_factory=dict)


def chromium() -> Chromium:
    """Return a browser, fetched when the machine has none; raises ServerError without one."""
    named = os.environ.get("RECOURS_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), "")
    if named:
        return _checked(Path(named), {})
    folder = once(f"chromium-{_machine()}", _fetch)
    libraries = next(folder.glob("usr/lib/*-linux-gnu"), folder)
    paths = f"{libraries}:{libraries / 'pulseaudio'}"
    return _checked(folder / "usr/lib/chromium/chromium", {"LD_LIBRARY_PATH": paths})


def _machine() -> str:
    """Return what a fetched browser is for: distribution, its version, kind of processor."""
    release = platform.freedesktop_os_release()
    return f"{release.get('ID', 'unknown')}-{release.get('VERSION_ID', '')}-{platform.machine()}"


def _checked(program: Path, environment: Mapping[str, str]) -> Chromium:
    try:
        said = subprocess.run(
            [program, "--version"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ServerError(f"{program} does not start: {error}. {_HINT}") from None
    found = re.search(r"(\d+)\.[\d.]+", said)
    if found is None or int(found[1]) < OLDEST:
        raise ServerError(f"{said.strip() or program} is older than {OLDEST}. {_HINT}")
    return Chromium(program, found[0], environment)


def _fetch(folder: Path) -> None:
    if shutil.which("apt-get") is None:
        raise ServerError(f"There is no apt-get here. {_HINT}")
    scratch = folder / "apt"
    for part in ("lists/partial", "archives/partial"):
        (scratch / part).mkdir(parents=True)
    _apt(scratch, "update")
    _apt(scratch, "--yes", "--no-install-recommends", "--download-only", "install", *_PACKAGES)
    packages = sorted((scratch / "archives").glob("*.deb"))
    print(f"Unpacking {len(packages)} packages …", flush=True)
    for package in packages:
        _run(["dpkg", "-x", str(package), str(folder)])
    shutil.rmtree(scratch)


def _apt(scratch: Path, *arguments: str) -> None:
    options = {
        "Dir::State::Lists": scratch / "lists",
        "Dir::Cache": scratch,
        "Dir::Cache::archives": scratch / "archives",
        "Debug::NoLocking": 1,
        # Fetched as whoever asks: apt's own user may not write into the cache.
        "APT::Sandbox::User": "root",
    }
    given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    _run(["apt-get", "-q", *given, *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise ServerError(f"{command[0]} failed: {' '.join(last)}. {_HINT}")


def main() -> None:
    """Have a browser at hand: what `make test` does first."""
    print(f"Browser tests: Chromium {chromium().version}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(str(error))
