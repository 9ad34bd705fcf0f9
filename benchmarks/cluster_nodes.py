"""Machines of a cluster on this one: a host name and a state directory each, one database for all.

A process counts as another machine's where the host name differs (unshare(1), by root alone), so
that nobody here knows at once that it is dead.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import procrastinate

from puq_zimbra.config import Config
from puq_zimbra.store import files


@dataclass
class Worker:
    """A process of `puq-zimbra worker`."""

    host: str
    settings: Path
    process: subprocess.Popen[bytes]

    @property
    def owner(self) -> str:
        """How its leases name it, as SQL's LIKE has it."""
        return f"{self.host}/%:{self.process.pid}:%"

    def kill(self, what: int = signal.SIGKILL) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, what)

    def end(self) -> None:
        """End it, whatever state it is in."""
        with suppress(ProcessLookupError):
            self.kill(signal.SIGKILL)
        self.process.wait()


@dataclass
class Node:
    """A machine."""

    host: str
    settings: Path
    jobs: int
    log: Path
    workers: list[Worker] = field(default_factory=list)

    def start(self) -> Worker:
        """Start one more worker on it."""
        entry = str(Path(sys.executable).with_name("puq-zimbra"))
        words = [entry, "--config", str(self.settings), "worker", "--jobs", str(self.jobs)]
        if has_own_names():
            script = f'hostname {self.host}; exec "$@"'
            words = ["unshare", "--uts", "sh", "-c", script, "-", *words]
        with self.log.open("ab") as log:
            process = subprocess.Popen(words, stderr=log)
        self.workers.append(Worker(self.host, self.settings, process))
        return self.workers[-1]


def queue() -> procrastinate.App:
    """What puts jobs in, over a connection that is named each time."""
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def has_own_names() -> bool:
    """Whether processes can be given a host name of their own here."""
    return os.geteuid() == 0 and shutil.which("unshare") is not None


def nodes(directory: Path, config: Config, text: str, count: int, jobs: int) -> list[Node]:
    """So many machines; ``text`` is their settings file, with {dir} for the state directory."""
    made = []
    for number in range(1, count + 1):
        place = directory / f"node{number}"
        state = place / "state"
        state.mkdir(parents=True, mode=0o700)
        shutil.copy(files.key_file(config), state / "key")
        settings = place / "puq-zimbra.toml"
        settings.write_text(text.replace("{dir}", str(state)))
        made.append(Node(f"node{number}", settings, jobs, place / "log"))
    return made
