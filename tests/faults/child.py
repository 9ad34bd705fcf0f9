"""A hook call in a process of its own, and the traps in which it may die or stop.

The product's code is as it ships. The traps stand in the interpreter's own audit events, in
SQLite's own trace and in the system's limit on the size of a file, so the process ends between two
machine instructions of somebody else, without any clean-up.

Source: PEP 578 (`http.client.send`), sqlite3_trace_v2, setrlimit(2) (RLIMIT_FSIZE ends a process in
the middle of its write).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Trap:
    """Where the process dies, or stops until somebody lets it go on."""

    #: send (before a request leaves), commit, or stop (before the request of a name leaves)
    kind: str = ""
    #: which of them, from 0
    number: int = -1
    #: bytes of a commit that still reach the write-ahead log; None = it does not begin
    written: int | None = None
    #: the request before which it stops
    name: bytes = b""


@dataclass
class Counted:
    """What a process did that it could have died in."""

    sends: int = 0
    #: bytes that each commit added to SQLite's write-ahead log
    commits: list[int] = field(default_factory=list)
    #: how often a database was found locked
    locked: int = 0
    #: size of the log when the last commit began
    _size: int = 0

    def committed(self, size: int) -> None:
        """Note how large the log is after the last commit."""
        if self.commits:
            self.commits[-1] = size - self._size

    def commits_at(self, size: int) -> None:
        """Note that a commit begins."""
        self.commits.append(0)
        self._size = size


def run(
    answers: Connection,
    event: str,
    params: dict[str, Any],
    settings: dict[str, Any],
    now: datetime,
    trap: Trap,
) -> None:
    """Call a hook of the host ``plain`` and send its answer, with what was counted."""
    import stamina

    from puq_zimbra.config import Config
    from puq_zimbra.engine.dispatch import dispatch
    from puq_zimbra.engine.runtime import Runtime

    counted = Counted()
    log = Path(settings["store"]["dir"]) / "store.db-wal"
    _watch_sends(counted, trap)
    _watch_commits(counted, trap, log)
    stamina.set_testing(True, attempts=10, cap=True)
    before = _memory("VmRSS")
    runtime = Runtime(Config.model_validate(settings), now=lambda: now)
    try:
        value = dispatch("plain", event, params, runtime).value
        counted.committed(_size(log))
    finally:
        runtime.close()
    answers.send((value, counted, _memory("VmHWM") - before))


def _memory(name: str) -> int:
    """This process's memory in bytes: VmRSS now, VmHWM at the most."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _watch_sends(counted: Counted, trap: Trap) -> None:
    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "http.client.send":
            return
        if trap.kind == "stop" and b"<ns0:" + trap.name in arguments[1]:
            os.kill(os.getpid(), signal.SIGSTOP)
        if not arguments[1].startswith(b"POST "):
            return
        if trap.kind == "send" and trap.number == counted.sends:
            _die()
        counted.sends += 1

    sys.addaudithook(watch)


def _watch_commits(counted: Counted, trap: Trap, log: Path) -> None:
    import sqlalchemy as sa

    def watch(statement: str) -> None:
        size = _size(log)
        counted.committed(size)
        if statement != "COMMIT":
            return
        if trap.kind == "commit" and trap.number == len(counted.commits):
            _die() if trap.written is None else _die_after(size + trap.written)
        counted.commits_at(size)

    def watch_connection(connection: Any, _record: object) -> None:
        if hasattr(connection, "set_trace_callback"):  # SQLite's
            connection.set_trace_callback(watch)

    sa.event.listen(sa.Engine, "connect", watch_connection)
    watch_locks(counted)


def watch_locks(counted: Counted) -> Callable[[], None]:
    """Count how often this process finds a database locked, until what is returned is called."""
    import sqlalchemy as sa

    def watch(context: Any) -> None:
        counted.locked += "database is locked" in str(context.original_exception)

    sa.event.listen(sa.Engine, "handle_error", watch)
    return lambda: sa.event.remove(sa.Engine, "handle_error", watch)


def _die_after(size: int) -> None:
    """Die in the write that would make a file larger than this."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
