"""`make demo`: plays the story on a fast clock, then leaves the system for people to sign in to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from deploy.demo.accounts import Accounts, file_fresh
from deploy.demo.story import Story
from deploy.demo.world import World, running_system
from shared.clock import make_clock

_CLOCK = "2026-11-23T08:00:00+01:00 x7200"


def main() -> int:
    """Play the story; 0 only if every step held. DEMO_EXIT=1 stops the system at the end."""
    if os.environ.get("RECOURS_ENV") == "production":
        sys.exit("The demonstration makes accounts that anybody can read; not in production.")
    console = Console(highlight=False)
    data_dir = Path(os.environ.get("DATA_DIR", ".data")) / "demo"
    port_base = int(os.environ.get("PORT_BASE", "8000"))
    console.print(f"The demonstration begins on an empty record in {data_dir}.")
    with running_system(data_dir, port_base, clock=_CLOCK) as (world, _):
        held = Story(world, console.print).play()
    if os.environ.get("DEMO_EXIT") != "1":
        _leave_running(console, data_dir, port_base, 0 if held else 1)
    return 0 if held else 1


def _leave_running(console: Console, data_dir: Path, port_base: int, status: int) -> None:
    """Go on from the story's last day at the pace of real days, with an account for each role."""
    today = make_clock(_CLOCK, data_dir=data_dir, production=False).now().isoformat()
    console.print("\nStarting again on a clock that runs as all clocks do …")
    with running_system(data_dir, port_base, clock=f"{today} x1", fresh=False) as (world, process):
        _show(console, world)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(status))
        _wait(process, console)


def _show(console: Console, world: World) -> None:
    file_fresh(world)
    accounts = Accounts(world)
    accounts.keep()
    console.print("\nOne account for each role, for this demonstration alone:")
    for one in accounts.workers.values():
        where = f"organisation {one.organisation}" if one.organisation else "no organisation"
        line = f"  {one.role:<15} {where:<36} login {one.login:<30} passphrase {one.passphrase}"
        # Whole lines: what wraps cannot be copied.
        console.print(f"{line}  key {one.secret}", soft_wrap=True)
    console.print(
        f"Sign in at {world.ledger}/desk with login, passphrase and the code that an authenticator "
        f"shows for the key, or that this prints:\n"
        f"  .venv/bin/recours demo-code ROLE --data-dir {world.data_dir}\n"
        f"Form {world.intake}/ · messages {world.catcher}/ · API {world.ledger}/docs. "
        "Ctrl-C ends it.",
        soft_wrap=True,
    )


def _wait(process: subprocess.Popen[str], console: Console) -> None:
    try:
        for _ in process.stdout or ():
            pass
    except KeyboardInterrupt:
        console.print("Stopping.")


if __name__ == "__main__":
    sys.exit(main())
