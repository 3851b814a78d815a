"""Compute `constraints-store.txt`: the store's wheel alone, as only its program is run."""

import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.embedded.fetch import STORE_LOCK

_WANTED = "secantusdb==0.6.0b17"  # later wheels no longer carry the program


def main() -> None:
    """Let pip-compile find the hashes, and keep the entry of the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, found = Path(folder, "store.in"), Path(folder, "store.txt")
        wanted.write_text(f"{_WANTED}\n")
        command = [*(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes")]
        command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        command += ["--no-emit-trusted-host", f"--output-file={found}", str(wanted)]
        subprocess.run(command, check=True)
        STORE_LOCK.write_text(_entry(found.read_text()))


def _entry(text: str) -> str:
    lines = text.splitlines()
    first = lines.index(f"{_WANTED} \\")
    last = next(n for n in range(first, len(lines)) if not lines[n].endswith("\\"))
    return "\n".join(lines[first : last + 1]) + "\n"


if __name__ == "__main__":
    main()
