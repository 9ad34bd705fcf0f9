"""Who works on a service: a process of a machine, and whether it still lives.

A process that was killed cannot give its lease back; on the same machine that is known at once, on
another one only when the lease has run out.

Source: proc(5): field 22 of /proc/PID/stat is the time the process began, which tells it from a
later one with the same number.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    """The process that asks: machine, number and the time it began."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_began(pid)}"


def is_dead(owner: str) -> bool:
    """Whether a process of this machine is known to be gone; of another machine it never is."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdecimal():
        return False
    return f"{host}:{rest}:{_began(int(rest))}" != owner


def _began(pid: int) -> str:
    """When a process began, in clock ticks since the machine did; "" if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold blanks and brackets of its own.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
