"""`make demo`: plays the story on a fast clock and tells each step as it happens."""

import os
import signal
import sys
from pathlib import Path

from rich.console import Console

from deploy.demo.story import Story
from deploy.demo.world import running_system

_CLOCK = "2026-11-23T08:00:00+01:00 x7200"


def main() -> int:
    """Play the story; 0 only if every step held. DEMO_EXIT=1 stops the system at the end."""
    console = Console(highlight=False)
    data_dir = Path(os.environ.get("DATA_DIR", ".data")) / "demo"
    port_base = int(os.environ.get("PORT_BASE", "8000"))
    console.print(f"The demonstration begins on an empty record in {data_dir}.")
    with running_system(data_dir, port_base, clock=_CLOCK) as (world, process):
        story = Story(world, console.print)
        held = story.play()
        if os.environ.get("DEMO_EXIT") != "1":
            console.print(
                f"\nStill running: form {world.intake}/ · catcher {world.catcher}/ · "
                f"ledger {world.ledger}/docs. Ctrl-C ends it."
            )
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0 if held else 1))
            try:
                for _ in process.stdout or ():
                    pass
            except KeyboardInterrupt:
                console.print("Stopping.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
