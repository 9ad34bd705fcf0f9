"""What `puq-zimbra doctor` finds, and how its checks are run: none can stop the others.

A check is an iterator of findings, run in a thread of its own and for a limited time. What it found
before it broke off or was left behind counts.
"""

from __future__ import annotations

import shlex
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.zimbra import budget

Level = Literal["ok", "note", "warning", "error"]
LEVELS: Sequence[Level] = ("ok", "note", "warning", "error")
#: seconds beyond its time in which a check may still say how it ended
_GRACE = 2.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    #: what was looked at: configuration, permissions, clock, store, tls, …
    check: str
    level: Level
    sentence: str
    #: what to run or write next, in this order; empty only where all is well
    next: tuple[str, ...] = ()
    #: the server's name in the settings; "" = none
    server: str = ""


Findings = Iterator[Finding]


@dataclass
class Check:
    """A check to be run, and what it has found so far."""

    name: str
    run: Callable[[], Findings]
    server: str = ""
    found: list[Finding] = field(default_factory=list)

    def collect(self, seconds: float) -> None:
        """Run the check; requests to Zimbra share that time."""
        with budget.within(seconds):
            self.found.extend(guarded(self.name, self.run(), self.server))


def guarded(name: str, findings: Findings, server: str = "") -> Findings:
    """The findings, and an error in place of those that the check had no more to tell."""
    try:
        yield from findings
    except PuqZimbraError as error:
        yield Finding(name, "error", str(error), (again(server),), server)
    except Exception as error:  # noqa: BLE001 - one check must not keep the others from running
        # Neither the error's text nor its values: they may hold what nobody should read.
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
        words = f"This check broke off ({place}): report it with the version."
        yield Finding(name, "error", words, ("puq-zimbra --version",), server)


def examine(checks: Sequence[Check], seconds: float) -> list[Finding]:
    """Run all checks at once; what they found within the time, in their order."""
    threads = [
        # Nobody waits for one that hangs in the system's own look-up of a name, for example.
        threading.Thread(target=check.collect, args=(seconds,), daemon=True)
        for check in checks
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds + _GRACE
    findings: list[Finding] = []
    for check, thread in zip(checks, threads, strict=True):
        thread.join(max(0.0, end - time.monotonic()))
        findings += list(check.found)
        if thread.is_alive():
            words = f"This check did not end within {seconds:g} seconds."
            command = again(check.server)
            findings.append(Finding(check.name, "error", words, (command,), check.server))
    return findings


def again(server: str = "") -> str:
    """The command that looks once more."""
    return "puq-zimbra doctor" + (f" --server {shlex.quote(server)}" if server else "")
