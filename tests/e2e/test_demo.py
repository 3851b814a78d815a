"""The story of the demonstration, whole: the command itself is run and must say that all held."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.system import free_port_base


@pytest.mark.timeout(600)
def test_the_story_holds(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        env=os.environ
        | {"DATA_DIR": str(tmp_path), "PORT_BASE": str(free_port_base()), "DEMO_EXIT": "1"},
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    assert "Every step held." in result.stdout
