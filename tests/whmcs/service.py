"""`puq-zimbra serve` as a process of its own, as billing platforms meet it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from ..processes import COMMAND


@contextmanager
def serving(settings: str, listen: str = "127.0.0.1:0") -> Iterator[str]:
    """Serve; give the lines of an Access Hash that reach it."""
    command = [str(COMMAND), "--config", settings]
    secret = subprocess.run(
        [*command, "secret"], capture_output=True, text=True, check=True
    ).stdout.strip()
    process = subprocess.Popen(
        [*command, "serve", "--listen", listen],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        ready, _, address = process.stdout.readline().strip().partition(" ")
        assert ready == "ready"
        yield f"secret={secret}\nengine={address}\n"
    finally:
        process.terminate()
        process.communicate()
