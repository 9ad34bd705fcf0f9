"""Real processes of ours: started as a billing host starts them, and waited for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from .conftest import NO_LIMITS, Params

COMMAND = Path(sys.executable).with_name("puq-zimbra")


def start(
    params: Params, directory: Path, errors: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a create as a billing host does, with a store of its own in a directory."""
    process = subprocess.Popen(
        [str(COMMAND), "hook", "plain", "create"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=directory,
        env={**os.environ, "PUQ_ZIMBRA_CONFIG": str(settings(directory))},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(params).encode())
    process.stdin.close()
    process.stdin = None
    return process


def settings(directory: Path) -> Path:
    """Settings with a store of the test's own, and no limit on requests, which would only delay."""
    path = directory / "puq-zimbra.toml"
    limits = "".join(f"{key} = {value}\n" for key, value in NO_LIMITS.items())
    path.write_text(f'[store]\ndir = "{directory}/state"\n[limits]\n{limits}')
    return path


def wait_for(reached: Callable[[], object]) -> None:
    """Let the other process come so far; a minute is a failure."""
    tick = threading.Event()
    for _ in range(6000):
        if reached():
            return
        tick.wait(0.01)
    raise AssertionError("the process did not come so far")
