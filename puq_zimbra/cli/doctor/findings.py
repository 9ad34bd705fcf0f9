"""What `puq-zimbra doctor` finds, and how its checks run: no check can stop the others.

A check is an iterator of findings, run in its own thread with a time limit. Findings from before a
failure or the time limit are kept.
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
from puq_zimbra.zimbra import deadline

Level = Literal["ok", "note", "warning", "error"]
LEVELS: Sequence[Level] = ("ok", "note", "warning", "error")
#: seconds beyond its limit in which a check may still report how it ended
_GRACE = 2.0


@dataclass(frozen=True)
class Finding:
    """The result of one thing that was checked."""

    #: what was checked: configuration, permissions, clock, store, tls, …
    check: str
    level: Level
    sentence: str
    #: what to run or write next, in this order; empty only at the level ok
    next: tuple[str, ...] = ()
    #: the server's name in the settings; "" = none
    server: str = ""


Findings = Iterator[Finding]


@dataclass
class Check:
    """A check to run, and its findings so far."""

    name: str
    run: Callable[[], Findings]
    server: str = ""
    found: list[Finding] = field(default_factory=list)

    def collect(self, seconds: float) -> None:
        """Run the check; requests to Zimbra share its time limit."""
        with deadline.within(seconds):
            self.found.extend(guarded(self.name, self.run(), self.server))


def guarded(name: str, findings: Findings, server: str = "") -> Findings:
    """Yield the findings; if the check fails, an error in place of the rest."""
    try:
        yield from findings
    except PuqZimbraError as error:
        yield Finding(name, "error", str(error), (again(server),), server)
    except Exception as error:  # noqa: BLE001 - the other checks run
        # Neither the error's text nor its values: they may hold a secret.
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
        words = f"This check failed ({where}): report it with the version."
        yield Finding(name, "error", words, ("puq-zimbra --version",), server)


def examine(
    checks: Sequence[Check], seconds: float, say: Callable[[str], None] = lambda words: None
) -> list[Finding]:
    """Run all checks at once; return the findings within the time limit, in their order.

    ``say`` hears how many are through.
    """
    threads = [
        # A daemon: one may hang, for example in the system's look-up of a name.
        threading.Thread(target=check.collect, args=(seconds,), daemon=True)
        for check in checks
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds + _GRACE
    findings: list[Finding] = []
    for number, (check, thread) in enumerate(zip(checks, threads, strict=True)):
        say(f"{number} of {len(checks)} checks are through")
        thread.join(max(0.0, end - time.monotonic()))
        findings += list(check.found)
        if thread.is_alive():
            words = f"This check did not end within {seconds:g} seconds."
            command = again(check.server)
            findings.append(Finding(check.name, "error", words, (command,), check.server))
    return findings


def again(server: str = "") -> str:
    """The command that repeats the checks."""
    return "puq-zimbra doctor" + (f" --server {shlex.quote(server)}" if server else "")
