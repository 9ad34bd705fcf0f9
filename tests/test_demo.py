"""The demonstration ends by itself, says what it did, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("puq-zimbra")


def test_the_demo_checks_itself(tmp_path: Path) -> None:
    """A stranger's first command."""
    done = subprocess.run(
        [str(COMMAND), "demo", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path / "home")},
        check=False,
        timeout=120,
    )
    result = json.loads(done.stdout)

    assert [step for step in result["steps"] if not step["ok"]] == []
    assert done.returncode == 0
    assert len(result["steps"]) > 25
    assert [path.name for path in tmp_path.iterdir()] == [".demo"]
