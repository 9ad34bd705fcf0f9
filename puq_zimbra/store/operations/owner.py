"""The process that holds a lease, and whether it still lives.

A killed process cannot give its lease back. Its own machine knows at once, another one when the
lease has run out.

Source: proc(5): field 22 of /proc/PID/stat is the time the process began, which tells it from a
later one with the same number; random(4): boot_id is another one after each start of the machine;
pid_namespaces(7): a container counts its processes by itself.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


def this_process() -> str:
    """This process: machine, number and the time it began."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_began(pid)}"


def is_here(owner: str) -> bool:
    """Whether a process is, or was, one of this machine since it was started."""
    return owner.rsplit(":", 2)[0] == _machine()


def is_dead(owner: str) -> bool:
    """Whether a process of this machine is known to be gone; of another machine it never is."""
    _, _, pid = owner.rpartition(":")[0].rpartition(":")
    if not is_here(owner) or not pid.isdecimal():
        return False
    return f"{_machine()}:{pid}:{_began(int(pid))}" != owner


@cache
def _machine() -> str:
    """A unique machine id: host names may be used twice, and containers share a kernel."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{boot}/{space}"


def _began(pid: int) -> str:
    """When a process began, in clock ticks since the machine did; "" if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold blanks and brackets of its own.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
